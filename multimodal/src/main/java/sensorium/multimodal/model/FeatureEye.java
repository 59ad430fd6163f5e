package sensorium.multimodal.model;

import java.nio.file.Path;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.multimodal.dual.Matcher;
import sensorium.nn.Patches;
import sensorium.tensor.Tensor;
import sensorium.vision.Dinov2;
import sensorium.vision.ImageProcessor;
import sensorium.vision.PictureFile;
import sensorium.vision.PixelValues;

/** DINOv2 with what pictures go through before. */
public record FeatureEye(Dinov2 model, ImageProcessor preprocessing) {
    /**
     * The vector of a whole picture, the class token's, of any length.
     *
     * @throws BadInputException if the file is no picture that the model can see
     */
    public float[] features(Path file) {
        return Scope.tidy(() -> {
            Tensor features = model.pooled(model.tokens(input(file)));
            return Matcher.checked(features, model, file.toString());
        });
    }

    /**
     * The pixels of a picture as the model is shown them (1, C, H, W).
     *
     * @throws BadInputException if the file is no picture that the model can see
     */
    public Tensor input(Path file) {
        PixelValues pixels = preprocessing.process(PictureFile.decode(file));
        Patches.Config patches = model.config().patches();
        if (pixels.channels() != patches.channels()
                || patches.rows(pixels.height()) < 1
                || patches.columns(pixels.width()) < 1) {
            throw new BadInputException(file
                    + ": prepared as preprocessor_config.json says it is a picture of %d channels, %dx%d: not one patch of %d channels for the model"
                            .formatted(pixels.channels(), pixels.width(), pixels.height(), patches.channels()));
        }
        return pixels.toTensor();
    }
}
