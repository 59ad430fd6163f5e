package sensorium.nn;

import sensorium.op.Primitive.Window;
import sensorium.tensor.Tensor;

/**
 * Convolution of pictures.
 *
 * @param weight (out, in/groups, kH, kW), F16 and BF16 included
 * @param bias (out), or null
 */
public record Conv2d(Parameter weight, Parameter bias, Window window) implements Module {
    /** A square kernel with the same stride and padding both ways. */
    public static Conv2d of(Weights w, int in, int out, int kernel, int stride, int padding, boolean bias) {
        return of(w, in, out, kernel, kernel, new Window(stride, stride, padding, padding, 1, 1, 1), bias);
    }

    /** 3×3 that gives zeros until it has learnt otherwise: the end of a branch, or of a network that predicts noise. */
    public static Conv2d silent(Weights w, int in, int out) {
        return silent(w, in, out, 3);
    }

    /** The same of another kernel, as wide as it is high, an odd number. */
    public static Conv2d silent(Weights w, int in, int out, int kernel) {
        return new Conv2d(
                w.parameter("weight", Init.zeros(), out, in, kernel, kernel),
                w.parameter("bias", Init.zeros(), out),
                new Window(1, 1, kernel / 2, kernel / 2, 1, 1, 1));
    }

    public static Conv2d of(Weights w, int in, int out, int kernelH, int kernelW, Window window, boolean bias) {
        int fan = in / window.groups() * kernelH * kernelW;
        return new Conv2d(
                w.narrow("weight", Init.he(fan), out, in / window.groups(), kernelH, kernelW),
                bias ? w.parameter("bias", Init.zeros(), out) : null,
                window);
    }

    /** (N, in, H, W) → (N, out, H', W'). */
    public Tensor forward(Tensor x) {
        return Trace.note(this, x.conv2d(Weights.widened(weight.value()), bias == null ? null : bias.value(), window));
    }
}
