package sensorium.vision;

import java.util.List;
import sensorium.tensor.Tensor;

/** The eye of a classifier: what it makes of pictures on its way to a class. */
@FunctionalInterface
public interface PictureFeatures {
    /** (N, C, H, W), pixels from −1 to 1 → maps (N, c, h, w), from fine to coarse. */
    List<Tensor> of(Tensor pictures);
}
