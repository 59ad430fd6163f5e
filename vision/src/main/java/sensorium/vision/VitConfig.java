package sensorium.vision;

import java.util.List;
import sensorium.nn.PatchEncoder;

/**
 * Which picture classifier.
 *
 * @param labels the names of the classes, in order
 */
public record VitConfig(PatchEncoder.Config encoder, List<String> labels) {
    public VitConfig {
        labels = List.copyOf(labels);
    }
}
