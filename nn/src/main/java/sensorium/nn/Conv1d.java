package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * Convolution of sequences.
 *
 * @param weight (out, in/groups, k), F16 and BF16 included
 * @param bias (out), or null
 */
public record Conv1d(Parameter weight, Parameter bias, int stride, int padding, int groups) implements Module {
    public static Conv1d of(Weights w, int in, int out, int kernel, int stride, int padding, boolean bias) {
        return new Conv1d(
                w.narrow("weight", Init.he(in * kernel), out, in, kernel),
                bias ? w.parameter("bias", Init.zeros(), out) : null,
                stride,
                padding,
                1);
    }

    /** Each channel on its own, by an odd kernel that keeps the length. */
    public static Conv1d depthwise(Weights w, int channels, int kernel) {
        return new Conv1d(
                w.narrow("weight", Init.he(kernel), channels, 1, kernel),
                w.parameter("bias", Init.zeros(), channels),
                1,
                kernel / 2,
                channels);
    }

    /** (N, in, L) → (N, out, L'). */
    public Tensor forward(Tensor x) {
        Tensor b = bias == null ? null : bias.value();
        return Trace.note(this, x.conv1d(Weights.widened(weight.value()), b, stride, padding, 1, groups));
    }
}
