package sensorium.app;

import java.nio.file.Path;
import java.util.List;
import sensorium.BadInputException;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.ImageSource;

/** Films that are asked about. */
final class Films {
    private Films() {}

    /**
     * The vector of an animated GIF or PNG, or of a folder of frames.
     *
     * @throws BadInputException if the space sees still pictures only
     */
    static float[] vector(Embedder embedder, Path film) {
        if (embedder.frames() == 1) {
            throw new BadInputException(
                    film + ": the space sees still pictures; train one on films (--data toy-motion), or give --image");
        }
        return embedder.films(List.of(Material.seen(new ImageSource.Film(film), embedder.frames())))[0];
    }
}
