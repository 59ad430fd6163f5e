package sensorium.nn;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import sensorium.memory.Scope;
import sensorium.tensor.DType;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/** How far values of a model are from those that the reference implementation had at the same place. */
public final class Parity {
    private static final String TRACE = "trace.";

    private Parity() {}

    /**
     * The largest difference of any two elements, relative to the largest magnitude expected where that is above 1. NaN where either
     * has one that the other lacks.
     *
     * @throws ShapeException if the shapes differ
     */
    public static double difference(Tensor actual, Tensor expected) {
        if (!actual.shape().equals(expected.shape())) {
            throw new ShapeException("[parity] " + actual + " is compared with " + expected);
        }
        return Scope.tidy(() -> {
            Tensor wanted = expected.to(DType.F64);
            double magnitude = Math.max(1, wanted.abs().max().item());
            return actual.to(DType.F64).minus(wanted).abs().max().item() / magnitude;
        });
    }

    /**
     * The differences of all values that were both traced and recorded, by their names.
     *
     * @param traced by our paths
     * @param names from our paths to theirs
     * @param recorded by their names behind {@code trace.}; {@code #2} behind them counts a module's later runs
     */
    public static Map<String, Double> of(
            Map<String, Tensor> traced, UnaryOperator<String> names, Map<String, Tensor> recorded) {
        Map<String, Tensor> byTheirs = new TreeMap<>();
        traced.forEach((path, value) -> byTheirs.put(TRACE + names.apply(path), value));
        Map<String, Double> differences = new TreeMap<>();
        recorded.forEach((name, expected) -> {
            Tensor actual = byTheirs.get(name.replaceFirst("#\\d+$", ""));
            if (actual != null) {
                differences.put(name, difference(actual, expected));
            }
        });
        return differences;
    }
}
