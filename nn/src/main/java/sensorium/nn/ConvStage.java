package sensorium.nn;

import sensorium.op.Primitive.Window;
import sensorium.tensor.Tensor;

/**
 * One stage of a convolutional stem: convolution, max pooling, batch norm, activation. Pooling first makes the rest cheaper.
 * Where the shape stays the same the stage is added to its input (He et al., arXiv 1512.03385).
 *
 * @param norm null for none
 */
public record ConvStage(Conv2d conv, BatchNorm norm, Config config) implements Module {
    /**
     * @param channels out
     * @param kernel side of the square kernel, odd; padded so that stride 1 keeps the size
     * @param pool side of the max-pooled cells, 1 for none
     */
    public record Config(int channels, int kernel, int stride, int pool, boolean batchNorm, Activation activation) {
        /** 3×3 of stride 1, batch norm, ReLU. */
        public static Config pooled(int channels, int pool) {
            return new Config(channels, 3, 1, pool, true, Activation.RELU);
        }

        /** The extent that remains of one of an input. */
        int extent(int in) {
            return ((in + 2 * (kernel / 2) - kernel) / stride + 1) / pool;
        }
    }

    public static ConvStage of(Weights w, int in, Config c) {
        return new ConvStage(
                Conv2d.of(w.at("conv"), in, c.channels, c.kernel, c.stride, c.kernel / 2, !c.batchNorm),
                c.batchNorm ? BatchNorm.of(w.at("norm"), c.channels) : null,
                c);
    }

    /** (B, in, H, W) → (B, channels, H', W'). */
    public Tensor forward(Tensor x) {
        Tensor y = conv.forward(x);
        if (config.pool > 1) {
            y = y.maxPool2d(config.pool, config.pool, new Window(config.pool, config.pool, 0, 0, 1, 1, 1));
        }
        y = config.activation.apply(norm == null ? y : norm.forward(y));
        return Trace.note(this, y.shape().equals(x.shape()) ? x.plus(y) : y);
    }
}
