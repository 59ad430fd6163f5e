package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * Two linear maps with a nonlinearity between them, from a tower into a common space (Wu et al., arXiv 2211.06687).
 *
 * @param linear1 (D → width)
 * @param linear2 (width → width)
 */
public record ProjectionHead(Linear linear1, Activation activation, Linear linear2) implements Module {
    public static ProjectionHead of(Weights w, int in, int width, Activation activation) {
        return new ProjectionHead(
                Linear.of(w.at("linear1"), in, width, true),
                activation,
                Linear.of(w.at("linear2"), width, width, true));
    }

    /** (B, D) → (B, width), of any length. */
    public Tensor forward(Tensor x) {
        return Trace.note(this, linear2.forward(linear1.forward(x, activation)));
    }
}
