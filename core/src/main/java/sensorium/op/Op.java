package sensorium.op;

import java.util.List;
import sensorium.tensor.Spec;

/**
 * What is computed, as data. Three families: {@link View} moves no data, {@link Primitive} is what every backend must
 * know, {@link Fused} is faster or more exact in one piece but can always run as its fallback.
 */
public sealed interface Op permits View, Primitive, Fused {
    /**
     * Checks the operands and tells what the op will yield.
     *
     * @throws sensorium.tensor.ShapeException if they do not fit
     */
    List<Spec> infer(List<Spec> inputs);

    /** The name in error messages, profiles and tables: {@code MatMul} is {@code matmul}. */
    default String name() {
        return Check.NAMES.get(getClass());
    }
}
