package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * {@code (x − mean)/√(var + eps)·weight + bias} over the last axis (Ba et al., arXiv 1607.06450).
 *
 * @param weight (width), or null together with the bias
 * @param bias (width)
 */
public record LayerNorm(Parameter weight, Parameter bias, double eps) implements Norm {
    public static LayerNorm of(Weights w, int width, double eps) {
        return of(w, width, eps, true);
    }

    static LayerNorm of(Weights w, int width, double eps, boolean affine) {
        return affine
                ? new LayerNorm(
                        w.parameter("weight", Init.ones(), width), w.parameter("bias", Init.zeros(), width), eps)
                : new LayerNorm(null, null, eps);
    }

    @Override
    public Tensor forward(Tensor x) {
        return Trace.note(this, weight == null ? x.layerNorm(eps) : x.layerNorm(weight.value(), bias.value(), eps));
    }
}
