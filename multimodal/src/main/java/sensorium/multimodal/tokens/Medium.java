package sensorium.multimodal.tokens;

import java.util.Arrays;
import java.util.Locale;
import sensorium.BadInputException;

/** What goes in, or comes out. */
public enum Medium {
    TEXT,
    PICTURE,
    SOUND;

    /** As the command line has it. */
    public String shown() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws BadInputException if there is none of that name */
    public static Medium named(String name) {
        return Arrays.stream(values())
                .filter(m -> m.shown().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new BadInputException(
                        "what comes out is text, picture or sound, not \"" + name + "\"; name one of them"));
    }
}
