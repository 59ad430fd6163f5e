package sensorium.multimodal.tokens;

import java.util.Arrays;

/**
 * One vocabulary: first what is to be written and what separates, then the codes of texts, of pictures and of sounds, stream by stream.
 *
 * @param text its streams, and so on
 */
public record Vocabulary(Streams text, Streams picture, Streams sound) {
    /** What is to be written has a token each, and one stands between what is given and what is written. */
    private static final int MARKS = Medium.values().length + 1;

    public Streams of(Medium medium) {
        return switch (medium) {
            case TEXT -> text;
            case PICTURE -> picture;
            case SOUND -> sound;
        };
    }

    /** Tokens in all. */
    public int size() {
        return base(Medium.SOUND) + sound.size();
    }

    /** The first token of a medium. */
    int base(Medium medium) {
        return switch (medium) {
            case TEXT -> MARKS;
            case PICTURE -> MARKS + text.size();
            case SOUND -> MARKS + text.size() + picture.size();
        };
    }

    /** The token that asks for a medium. */
    int asking(Medium medium) {
        return medium.ordinal();
    }

    /** What stands between what is given and what is written. */
    int separator() {
        return MARKS - 1;
    }

    /** The token of a code. */
    int token(Medium medium, int stream, int code) {
        return base(medium) + stream * of(medium).alphabet() + code;
    }

    /** Places of all media, given and written: each has a vector. */
    int places() {
        return Arrays.stream(Medium.values())
                .mapToInt(m -> of(m).steps() + of(m).places(of(m).steps()))
                .sum();
    }

    /**
     * Where the places of a medium begin among all.
     *
     * @param written whether it is written, else given
     */
    int firstPlace(Medium medium, boolean written) {
        int before = Arrays.stream(Medium.values())
                .limit(medium.ordinal())
                .mapToInt(m -> of(m).steps() + of(m).places(of(m).steps()))
                .sum();
        return written ? before + of(medium).steps() : before;
    }
}
