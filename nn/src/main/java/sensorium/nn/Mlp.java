package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * The part of a block that works on each token by itself: {@code down(activation(up(x)))}, or, where gated,
 * {@code down(activation(gate(x))·up(x))} (Shazeer, arXiv 2002.05202).
 *
 * @param gate null where plain
 */
public record Mlp(Projection up, Projection gate, Projection down, Config config) implements Module {
    /** @param hidden width between the projections */
    public record Config(int hidden, Activation activation, boolean gated, boolean bias, double dropout) {
        public static Config of(int hidden, Activation activation) {
            return new Config(hidden, activation, false, true, 0);
        }
    }

    public static Mlp of(Weights w, int width, Config config) {
        return new Mlp(
                Linear.of(w.at("up"), width, config.hidden, config.bias),
                config.gated ? Linear.of(w.at("gate"), width, config.hidden, config.bias) : null,
                Linear.of(w.at("down"), config.hidden, width, config.bias),
                config);
    }

    /** (…, D) → (…, D). */
    public Tensor forward(Tensor x) {
        Tensor hidden = gate == null
                ? up.forward(x, config.activation)
                : gate.forward(x, config.activation).times(up.forward(x));
        Tensor dropped = Training.dropout(Trace.note(this, "hidden", hidden), config.dropout);
        return Trace.note(this, down.forward(dropped));
    }
}
