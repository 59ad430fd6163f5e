package sensorium.nn.training;

import java.util.Locale;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * What can be said of a tensor's numbers.
 *
 * @param path in the model, empty for the model's own result
 * @param bad how many numbers are not finite
 * @param largest magnitude of those that are
 */
record Intermediate(String path, Shape shape, long bad, double largest) {
    static Intermediate of(String path, Tensor value) {
        long bad = 0;
        float largest = 0;
        for (float x : value.toFloats()) {
            if (Float.isFinite(x)) {
                largest = Math.max(largest, Math.abs(x));
            } else {
                bad++;
            }
        }
        return new Intermediate(path, value.shape(), bad, largest);
    }

    boolean isFinite() {
        return bad == 0;
    }

    boolean isWithin(double bound) {
        return bad == 0 && largest <= bound;
    }

    /** What is wrong with one that is not within a bound. */
    String fault(double bound) {
        return bad > 0
                ? "%d of the %d values of %s are not finite".formatted(bad, shape.size(), name())
                : String.format(Locale.ROOT, "%s reaches %.3g, beyond the bound of %.3g", name(), largest, bound);
    }

    /** Path and shape. */
    String name() {
        return (path.isEmpty() ? "the model's result" : path) + " " + shape;
    }
}
