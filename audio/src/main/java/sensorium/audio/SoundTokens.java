package sensorium.audio;

import java.util.Arrays;

/**
 * A sound as tokens: frame by frame, the codes of its stages, the coarsest first.
 *
 * @param ids (frames, stages)
 * @param stages codes of a frame
 * @param samples of the sound, at the codec's rate
 * @param level root mean square that the sound had; tokens say nothing about it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SoundTokens(long[] ids, int stages, int samples, double level) {
    public SoundTokens {
        if (stages < 1
                || ids.length % stages != 0
                || samples < 0
                || !(level >= 0 && level < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(ids.length + " tokens of " + stages + " stages, " + samples
                    + " samples, level " + level + " are no sound");
        }
    }

    public int frames() {
        return ids.length / stages;
    }

    /** The rows from {@code from} to before {@code to}. */
    long[] rows(int from, int to) {
        return Arrays.copyOfRange(ids, from * stages, to * stages);
    }

    /** The first stages alone. */
    public SoundTokens first(int fewer) {
        if (fewer < 1 || fewer > stages) {
            throw new IllegalArgumentException("the first " + fewer + " of " + stages + " stages");
        }
        long[] kept = new long[frames() * fewer];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = ids[i / fewer * stages + i % fewer];
        }
        return new SoundTokens(kept, fewer, samples, level);
    }
}
