package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * Normalises groups of channels over channels and space (Wu and He, arXiv 1803.08494).
 *
 * @param weight (channels)
 * @param bias (channels)
 */
public record GroupNorm(Parameter weight, Parameter bias, int groups, double eps) implements Module {
    public static GroupNorm of(Weights w, int groups, int channels, double eps) {
        return new GroupNorm(
                w.parameter("weight", Init.ones(), channels), w.parameter("bias", Init.zeros(), channels), groups, eps);
    }

    /** (N, C, …) → (N, C, …). */
    public Tensor forward(Tensor x) {
        return Trace.note(this, x.groupNorm(groups, weight.value(), bias.value(), eps));
    }
    /**
     * (N, C, …) → the same, then {@code ·(1 + scale) + shift}, numbers of each picture and channel.
     *
     * @param scale (N, C)
     * @param shift (N, C)
     */
    public Tensor modulated(Tensor x, Tensor scale, Tensor shift) {
        Trace.note(this, "", () -> x.groupNorm(groups, weight.value(), bias.value(), eps));
        int n = x.dim(0);
        int channels = x.dim(1);
        Tensor factor = scale.plus(1);
        // In one pass over x: the pictures as one with n times the channels, so that each has a weight and a bias of
        // its own.
        return x.reshape(1, n * channels, -1)
                .groupNorm(
                        n * groups,
                        factor.times(weight.value()).reshape(n * channels),
                        factor.times(bias.value()).plus(shift).reshape(n * channels),
                        eps)
                .reshape(x.shape());
    }
}
