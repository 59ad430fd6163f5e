package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * Convolution of sequences.
 *
 * @param weight (out, in, k)
 * @param bias (out), or null
 */
public record Conv1d(Parameter weight, Parameter bias, int stride, int padding) implements Module {
    public static Conv1d of(Weights w, int in, int out, int kernel, int stride, int padding, boolean bias) {
        return new Conv1d(
                w.parameter("weight", Init.he(in * kernel), out, in, kernel),
                bias ? w.parameter("bias", Init.zeros(), out) : null,
                stride,
                padding);
    }

    /** (N, in, L) → (N, out, L'). */
    public Tensor forward(Tensor x) {
        Tensor b = bias == null ? null : bias.value();
        return Trace.note(this, x.conv1d(weight.value(), b, stride, padding, 1, 1));
    }
}
