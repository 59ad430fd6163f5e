package sensorium.nn;

import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** How a weight begins. */
public sealed interface Init {
    /** F32 numbers drawn under {@code random}. */
    Tensor draw(Philox random, Shape shape);

    record Constant(double value) implements Init {
        @Override
        public Tensor draw(Philox random, Shape shape) {
            return Tensor.full(value, shape.dims());
        }
    }

    /** Normal with mean 0. */
    record Normal(double std) implements Init {
        @Override
        public Tensor draw(Philox random, Shape shape) {
            return Tensor.generate(new Random(Distribution.NORMAL, DType.F32, shape, random.seed(), random.stream()))
                    .times(std);
        }
    }

    /** Uniform in ±bound. */
    record Uniform(double bound) implements Init {
        @Override
        public Tensor draw(Philox random, Shape shape) {
            return Tensor.generate(new Random(Distribution.UNIFORM, DType.F32, shape, random.seed(), random.stream()))
                    .minus(0.5)
                    .times(2 * bound);
        }
    }

    /** Uniform in ±√(6/(in+out)) (Glorot and Bengio 2010). */
    static Init xavier(int in, int out) {
        return new Uniform(Math.sqrt(6.0 / (in + out)));
    }

    /** Normal with variance 2/in, for layers before a ReLU (He et al., arXiv 1502.01852). */
    static Init he(int in) {
        return new Normal(Math.sqrt(2.0 / in));
    }

    static Init zeros() {
        return new Constant(0);
    }

    static Init ones() {
        return new Constant(1);
    }
}
