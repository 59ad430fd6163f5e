package sensorium.multimodal.data;

import java.nio.file.Path;

/**
 * A sound file that belongs to an item.
 *
 * @param language code of the language spoken, {@link #NO_LANGUAGE} where nobody speaks, empty where the folder says
 *     nothing about it
 * @param file an existing regular file
 */
public record Sound(String language, Path file) {
    /** ISO 639-2's code for "no linguistic content": a bark, a bell, an engine. */
    public static final String NO_LANGUAGE = "zxx";
}
