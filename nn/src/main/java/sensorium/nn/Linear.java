package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * {@code x·Wᵀ + b}.
 *
 * @param weight (out, in), as checkpoints have it, F16 and BF16 included
 * @param bias (out), or null
 */
public record Linear(Parameter weight, Parameter bias) implements Projection {
    public static Linear of(Weights w, int in, int out, boolean bias) {
        return of(w, in, out, bias, Init.xavier(in, out));
    }

    /** @param init of the weight; the bias begins at zero */
    public static Linear of(Weights w, int in, int out, boolean bias, Init init) {
        return new Linear(w.narrow("weight", init, out, in), bias ? w.parameter("bias", Init.zeros(), out) : null);
    }

    @Override
    public Tensor forward(Tensor x) {
        return Trace.note(this, x.linear(weight.value(), bias == null ? null : bias.value()));
    }

    @Override
    public Tensor forward(Tensor x, Activation activation) {
        if (Trace.isRunning() || activation.kind().isEmpty()) {
            return Projection.super.forward(x, activation); // a trace is shown what comes before the activation
        }
        return x.linear(
                weight.value(),
                bias == null ? null : bias.value(),
                activation.kind().get());
    }
}
