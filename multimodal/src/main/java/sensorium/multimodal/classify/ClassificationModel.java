package sensorium.multimodal.classify;

import java.util.List;
import sensorium.nn.Module;
import sensorium.tensor.Tensor;

/** What tells classes apart, as recipes and scores see it. */
public interface ClassificationModel {
    /** The names of the classes, in the order of the logits. */
    List<String> labels();

    /** Whether any number of its classes may be true at once; else exactly one is. */
    default boolean several() {
        return false;
    }

    /** What of it is trained and saved. */
    Module module();

    /** A batch of its {@link Examples} → logits (B, labels). */
    Tensor forward(Tensor inputs);
}
