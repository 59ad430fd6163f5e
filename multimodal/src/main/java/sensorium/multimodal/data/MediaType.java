package sensorium.multimodal.data;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a file is taken for, by the ending of its name. */
public enum MediaType {
    PICTURE(Set.of("png", "jpg", "jpeg", "gif", "bmp", "webp", "svg")),
    SOUND(Set.of("wav", "aif", "aiff", "aifc", "ogg", "oga", "flac", "mp3"));

    private final Set<String> endings;

    MediaType(Set<String> endings) {
        this.endings = endings;
    }

    public static Optional<MediaType> of(String fileName) {
        var ending = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        for (var type : values()) {
            if (type.endings.contains(ending)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
