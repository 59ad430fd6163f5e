package sensorium.vision;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import sensorium.nn.ParityCase.Recording;
import sensorium.tensor.Tensor;

/** The pictures of a recorded run, the first of them as it was before the preprocessing where that is recorded too. */
public final class RecordedPixels {
    /** Pictures as a model is shown them. */
    public static final String PIXELS = "input.pixel_values";

    private static final String PICTURE = "input.image_u8";

    private RecordedPixels() {}

    /**
     * Pixels (B, C, H, W). The first picture is prepared anew, and so compared, where the folder says how.
     *
     * @param folder of the model
     * @param results takes the pixels under their recorded name
     */
    public static Tensor of(Path folder, Recording in, BiConsumer<String, Tensor> results) {
        Tensor pixels = in.get(PIXELS);
        if (!in.has(PICTURE) || !Files.exists(folder.resolve(ImageProcessor.FILE_NAME))) {
            return pixels;
        }
        Tensor first =
                ImageProcessor.read(folder).process(picture(in.get(PICTURE))).toTensor();
        Tensor prepared = Tensor.concat(0, List.of(first, pixels.slice(0, 1, pixels.dim(0))));
        results.accept(PIXELS, prepared);
        return prepared;
    }

    /** (height, width, 3), U8. */
    private static Picture picture(Tensor samples) {
        long[] levels = samples.toLongs();
        var bytes = new byte[levels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) levels[i];
        }
        return new Picture(samples.dim(1), samples.dim(0), samples.dim(2), bytes);
    }
}
