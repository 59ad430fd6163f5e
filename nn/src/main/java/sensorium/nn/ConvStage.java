package sensorium.nn;

import java.util.List;
import java.util.stream.IntStream;
import sensorium.op.Primitive.Window;
import sensorium.tensor.Tensor;

/**
 * One stage of a convolutional stem: convolutions, each with batch norm and an activation. Where the shape stays the same the
 * input is added before the last activation (He et al., arXiv 1512.03385).
 *
 * @param norms one a convolution, or none at all
 */
public record ConvStage(List<Conv2d> convs, List<BatchNorm> norms, Config config) implements Module {
    /**
     * @param channels out
     * @param convolutions how many, one after the other
     * @param kernel side of the square kernels, odd; padded so that stride 1 keeps the size
     * @param stride of the first convolution
     * @param pool side of the max-pooled cells after the first, 1 for none: before the norm, which makes the rest cheaper
     */
    public record Config(
            int channels,
            int convolutions,
            int kernel,
            int stride,
            int pool,
            boolean batchNorm,
            Activation activation) {

        /** One 3×3 of stride 1, max pooling, batch norm, ReLU. */
        public static Config pooled(int channels, int pool) {
            return new Config(channels, 1, 3, 1, pool, true, Activation.RELU);
        }

        /** One 3×3 of stride 2, batch norm, ReLU. */
        public static Config halving(int channels) {
            return new Config(channels, 1, 3, 2, 1, true, Activation.RELU);
        }

        /** The residual block of He et al.: two 3×3 with batch norm and ReLU. */
        public static Config residual(int channels) {
            return new Config(channels, 2, 3, 1, 1, true, Activation.RELU);
        }

        /** The extent that remains of one of an input. */
        int extent(int in) {
            return ((in + 2 * (kernel / 2) - kernel) / stride + 1) / pool;
        }
    }

    public static ConvStage of(Weights w, int in, Config c) {
        return new ConvStage(
                IntStream.range(0, c.convolutions)
                        .mapToObj(i -> Conv2d.of(
                                w.at("convs").at(i),
                                i == 0 ? in : c.channels,
                                c.channels,
                                c.kernel,
                                i == 0 ? c.stride : 1,
                                c.kernel / 2,
                                !c.batchNorm))
                        .toList(),
                IntStream.range(0, c.batchNorm ? c.convolutions : 0)
                        .mapToObj(i -> BatchNorm.of(w.at("norms").at(i), c.channels))
                        .toList(),
                c);
    }

    /** (B, in, H, W) → (B, channels, H', W'). */
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < convs.size(); i++) {
            y = convs.get(i).forward(i == 0 ? y : config.activation.apply(y));
            if (i == 0 && config.pool > 1) {
                y = y.maxPool2d(config.pool, config.pool, new Window(config.pool, config.pool, 0, 0, 1, 1, 1));
            }
            y = norms.isEmpty() ? y : norms.get(i).forward(y);
        }
        return Trace.note(this, config.activation.apply(y.shape().equals(x.shape()) ? y.plus(x) : y));
    }
}
