package sensorium.vision;

import java.util.List;
import sensorium.nn.Module;
import sensorium.tensor.Tensor;

/** A model that tells what a picture is. */
public interface PictureClassifier extends Module {
    /** The names of the classes, in the order of the logits. */
    List<String> labels();

    /** Pixels (B, C, H, W), as the preprocessing leaves them, → logits (B, classes). */
    Tensor forward(Tensor pixels);
}
