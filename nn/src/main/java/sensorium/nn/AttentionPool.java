package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * A learned probe attends to the tokens, and an MLP is added: {@code y + mlp(norm(y))} (Zhai et al., arXiv 2106.04560, as in
 * SigLIP).
 *
 * @param probe (1, 1, D)
 */
public record AttentionPool(Parameter probe, Attention attention, Norm norm, Mlp mlp) implements Pooling {
    /** With the heads, MLP and norm of {@code config}. */
    public static AttentionPool of(Weights w, TransformerConfig config) {
        int width = config.width();
        return new AttentionPool(
                w.parameter("probe", new Init.Normal(0.02), 1, 1, width),
                Attention.of(w.at("attention"), width, config.attention()),
                Norm.of(w.at("norm"), width, config.norm(), true),
                Mlp.of(w.at("mlp"), width, config.mlp()));
    }

    @Override
    public Tensor forward(Tensor tokens, Tensor mask) {
        Tensor query = probe.value().expand(tokens.dim(0), 1, tokens.dim(2));
        Tensor y = attention.forward(query, new Attention.Options(mask, false, null, tokens)); // (B, 1, D)
        return Trace.note(this, y.plus(mlp.forward(norm.forward(y))).squeeze(1));
    }
}
