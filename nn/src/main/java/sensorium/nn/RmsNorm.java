package sensorium.nn;

import sensorium.op.Fused;
import sensorium.tensor.Tensor;

/**
 * {@code x/√(mean(x²) + eps)·weight} over the last axis (Zhang and Sennrich, arXiv 1910.07467).
 *
 * @param weight (width), or null
 */
public record RmsNorm(Parameter weight, double eps) implements Norm {
    public static RmsNorm of(Weights w, int width, double eps) {
        return of(w, width, eps, true);
    }

    static RmsNorm of(Weights w, int width, double eps, boolean affine) {
        return new RmsNorm(affine ? w.parameter("weight", Init.ones(), width) : null, eps);
    }

    @Override
    public Tensor forward(Tensor x) {
        return Trace.note(this, weight == null ? x.apply(new Fused.RmsNorm(eps)) : x.rmsNorm(weight.value(), eps));
    }
}
