package sensorium.multimodal.model;

import java.nio.file.Path;
import java.util.Map;
import sensorium.audio.AudioFile;
import sensorium.audio.KeywordTransformer;
import sensorium.multimodal.classify.PublishedClassifier;
import sensorium.tensor.Tensor;
import sensorium.vision.PictureFile;
import sensorium.vision.PixelValues;

/** Files as the recorded inputs of published models. */
public final class PublishedInputs {
    private PublishedInputs() {}

    /**
     * What a published classifier makes of a picture or a sound, by the name that recordings have for it.
     *
     * @throws sensorium.BadInputException if the model is none, or the file cannot be decoded
     */
    public static Map<String, Tensor> ofFile(Path model, Path file) {
        return switch (new ModelFolder(model).openPublishedClassifier()) {
            case PublishedClassifier.OfPictures p -> {
                PixelValues v = p.preprocessing().process(PictureFile.decode(file));
                yield Map.of("input.pixel_values", Tensor.of(v.values(), 1, v.channels(), v.height(), v.width()));
            }
            case PublishedClassifier.OfSounds s -> {
                Tensor heard = s.model().heard(AudioFile.decode(file).mono());
                yield s.model() instanceof KeywordTransformer
                        ? Map.of("mfcc_98x40", heard)
                        : Map.of("input.input_values", heard.unsqueeze(0));
            }
        };
    }
}
