package sensorium.multimodal.tokens;

import java.util.List;
import java.util.stream.Collectors;
import sensorium.BadInputException;

/** From what to what. */
public record Direction(Medium from, Medium to) {
    public static final Direction TEXT_TO_PICTURE = new Direction(Medium.TEXT, Medium.PICTURE);
    public static final Direction PICTURE_TO_TEXT = new Direction(Medium.PICTURE, Medium.TEXT);
    public static final Direction SOUND_TO_TEXT = new Direction(Medium.SOUND, Medium.TEXT);
    public static final Direction TEXT_TO_SOUND = new Direction(Medium.TEXT, Medium.SOUND);
    public static final Direction PICTURE_TO_SOUND = new Direction(Medium.PICTURE, Medium.SOUND);

    /** Those that are learnt. */
    public static final List<Direction> LEARNT =
            List.of(TEXT_TO_PICTURE, PICTURE_TO_TEXT, SOUND_TO_TEXT, TEXT_TO_SOUND, PICTURE_TO_SOUND);

    /** @throws BadInputException if it is none of those that are learnt */
    public static Direction learnt(Medium from, Medium to) {
        var asked = new Direction(from, to);
        if (!LEARNT.contains(asked)) {
            throw new BadInputException("from " + from.shown() + " to " + to.shown() + " is not learnt; there are "
                    + LEARNT.stream().map(Direction::toString).collect(Collectors.joining(", ")));
        }
        return asked;
    }

    /** Whether something is made that can be asked for more strongly: a picture or a sound. */
    boolean isGuided() {
        return to != Medium.TEXT;
    }

    @Override
    public String toString() {
        return from.shown() + "→" + to.shown();
    }
}
