package sensorium.multimodal.index;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Sound;

/**
 * An item that was found; any of its parts may be null.
 *
 * @param score cosine of the query and the nearest of the item's vectors
 * @param item its name in the index
 * @param text its English caption, or its first where it has none
 * @param image its first picture that is a file
 * @param audio its own sound, or the first recording of somebody naming it where it has none
 * @param label its class
 */
public record Hit(double score, String item, String text, Path image, Path audio, String label) {
    /** @param name what the item goes by in an index */
    static Hit of(String name, Item item) {
        Optional<String> text = item.caption("en")
                .or(() -> item.captions().stream().map(Caption::text).findFirst());
        Optional<Path> image = item.pictures().stream().flatMap(Hit::file).findFirst();
        Optional<Path> audio = item.sound(Sound.NO_LANGUAGE)
                .or(() -> item.sounds().stream().findFirst())
                .map(sound -> sound.file().toAbsolutePath());
        return new Hit(
                0,
                name,
                text.orElse(null),
                image.orElse(null),
                audio.orElse(null),
                item.label().orElse(null));
    }

    private static Stream<Path> file(ImageSource source) {
        return switch (source) {
            case ImageSource.InFile in -> Stream.of(in.file().toAbsolutePath());
            case ImageSource.Film film -> Stream.of(film.file().toAbsolutePath());
            case ImageSource.Grey _ -> Stream.empty();
        };
    }

    Hit scored(double cosine) {
        return new Hit(cosine, item, text, image, audio, label);
    }
}
