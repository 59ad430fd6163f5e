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
}
