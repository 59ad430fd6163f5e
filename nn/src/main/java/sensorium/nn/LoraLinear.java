package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * A frozen linear map and a trained low-rank change: {@code base(x) + scale·x·Aᵀ·Bᵀ} (Hu et al., arXiv 2106.09685). B begins
 * at zero, so the change begins at nothing.
 *
 * @param a (rank, in)
 * @param b (out, rank)
 * @param scale alpha / rank
 */
public record LoraLinear(Linear base, Parameter a, Parameter b, double scale) implements Projection {
    /** Adapts {@code base} and freezes it. */
    public static LoraLinear of(Weights w, Linear base, int rank, double alpha) {
        int out = base.weight().spec().shape().dim(0);
        int in = base.weight().spec().shape().dim(1);
        base.parameters().values().forEach(p -> p.setTrainable(false));
        return new LoraLinear(
                base,
                w.parameter("a", new Init.Uniform(1 / Math.sqrt(in)), rank, in),
                w.parameter("b", Init.zeros(), out, rank),
                alpha / rank);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor change = x.matmul(a.value().t()).matmul(b.value().t()).times(scale);
        return Trace.note(this, base.forward(x).plus(change));
    }

    /** The plain map with the change added in, for running without the extra products. */
    public Linear merged() {
        Tensor change = b.value().matmul(a.value()).times(scale);
        Tensor weight = base.weight().value().to(change.dtype()).plus(change);
        return new Linear(new Parameter(weight), base.bias());
    }
}
