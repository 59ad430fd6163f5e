package sensorium.multimodal.classify;

import java.util.Locale;
import sensorium.BadInputException;

/** What a classifier perceives. */
public enum Sense {
    PICTURE,
    SOUND;

    /**
     * The sense called {@code picture} or {@code sound}.
     *
     * @throws BadInputException if there is none
     */
    public static Sense named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "picture", "pictures" -> PICTURE;
            case "sound", "sounds" -> SOUND;
            default -> throw new BadInputException("no sense is called '" + name + "'; there are picture and sound");
        };
    }
}
