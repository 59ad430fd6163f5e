package sensorium.diffusion;

import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** Where a sampler gets fresh noise from: normal with variance 1, the next each time. */
@FunctionalInterface
public interface Noise {
    Tensor next(Shape shape);

    /** A stream of its own for each seed; the same seed gives the same numbers on every device. */
    static Noise seeded(long seed) {
        return new Noise() {
            private long stream;

            @Override
            public Tensor next(Shape shape) {
                return Tensor.generate(
                        new Random(Distribution.NORMAL, sensorium.tensor.DType.F32, shape, seed, stream++));
            }
        };
    }
}
