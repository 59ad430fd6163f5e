package sensorium.nn;

import sensorium.memory.Scope;
import sensorium.tensor.DType;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/** How far values of a model are from those that the reference implementation had at the same place. */
public final class Parity {
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
}
