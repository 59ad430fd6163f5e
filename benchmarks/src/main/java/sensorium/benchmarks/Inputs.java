package sensorium.benchmarks;

import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** Numbers to compute with. They live as long as the process. */
final class Inputs {
    private static long stream;

    private Inputs() {}

    /** Normal with variance 1, F32, of {@code dims}; the next call draws others. */
    static Tensor normal(int... dims) {
        return draw(Distribution.NORMAL, dims);
    }

    /** Uniform in [0, 1). */
    static Tensor uniform(int... dims) {
        return draw(Distribution.UNIFORM, dims);
    }

    private static Tensor draw(Distribution distribution, int... dims) {
        return Tensor.generate(new Random(distribution, DType.F32, Shape.of(dims), 0, stream++))
                .keep();
    }
}
