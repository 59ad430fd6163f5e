package sensorium.multimodal.classify;

import java.util.List;
import sensorium.BadInputException;
import sensorium.tensor.Resampling;
import sensorium.tensor.Tensor;
import sensorium.vision.PictureFeatures;

/** What a classifier that was trained here sees on its way: the stages of its convolutional stem. It learns no more. */
public final class ClassifierEye implements PictureFeatures {
    private final Classifier classifier;

    /**
     * @param channels of the pictures
     * @param side of the pictures; where it is not the classifier's they are fitted
     * @throws BadInputException if the classifier sees no such pictures
     */
    public ClassifierEye(Classifier classifier, int channels, int side) {
        var seen = classifier.config().encoder().patches();
        boolean pictures = classifier.config().input().sense() == Sense.PICTURE;
        if (!pictures || seen.channels() != channels || seen.stages().isEmpty()) {
            throw new BadInputException(
                    "a classifier of %s cannot look at pictures of %d channels, %dx%d; train one on the same data"
                            .formatted(
                                    pictures
                                            ? "pictures of %d channels, %dx%d"
                                                    .formatted(seen.channels(), seen.height(), seen.width())
                                            : "sounds",
                                    channels,
                                    side,
                                    side));
        }
        this.classifier = classifier;
        classifier.parameters().values().forEach(p -> p.setTrainable(false));
    }

    @Override
    public List<Tensor> of(Tensor pictures) {
        var seen = classifier.config().encoder().patches();
        Tensor light = pictures.plus(1).times(0.5); // from 0 to 1
        boolean fits = pictures.dim(2) == seen.height() && pictures.dim(3) == seen.width();
        return classifier.stages(fits ? light : light.interpolate(seen.height(), seen.width(), Resampling.BILINEAR));
    }
}
