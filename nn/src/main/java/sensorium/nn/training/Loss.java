package sensorium.nn.training;

import java.util.Map;
import sensorium.tensor.Tensor;

/**
 * What one batch says.
 *
 * @param value one number with a gradient; becomes smaller
 * @param items how many items it is about, for the speed
 * @param metrics further numbers to log, by name
 */
public record Loss(Tensor value, int items, Map<String, Double> metrics) {
    public Loss(Tensor value, int items) {
        this(value, items, Map.of());
    }
}
