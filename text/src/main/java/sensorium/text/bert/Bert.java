package sensorium.text.bert;

import sensorium.nn.Embedding;
import sensorium.nn.LayerNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Norm;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.Weights;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * The encoder of BERT (Devlin et al., arXiv 1810.04805): the one transformer, post-norm, on the normalised sum of what a token is, where
 * it stands and to which text it belongs.
 *
 * @param words (vocabulary, D)
 * @param places (places, D)
 * @param types (types, D)
 * @param pooler of the first token, or null
 */
public record Bert(
        Embedding words,
        Embedding places,
        Embedding types,
        Norm norm,
        Transformer encoder,
        Linear pooler,
        BertConfig config)
        implements Module {

    public static Bert of(Weights w, BertConfig c) {
        int width = c.transformer().width();
        return new Bert(
                Embedding.of(w.at("words"), c.vocabulary(), width),
                Embedding.of(w.at("places"), c.places(), width),
                Embedding.of(w.at("types"), c.types(), width),
                LayerNorm.of(w.at("norm"), width, c.transformer().norm().eps()),
                Transformer.of(w.at("encoder"), c.transformer()),
                c.pooled() ? Linear.of(w.at("pooler"), width, width, true) : null,
                c);
    }

    /**
     * @param ids (B, N) I64
     * @param kinds (B, N) I64, to which text each token belongs; null where there is one only
     * @param mask (B, N) BOOL, which tokens there are; null for all
     * @return (B, N, D)
     * @throws ShapeException if there are more tokens than places
     */
    public Tensor forward(Tensor ids, Tensor kinds, Tensor mask) {
        int n = ids.dim(1);
        if (n > config.places()) {
            throw new ShapeException("[bert] " + n + " tokens, there are places for " + config.places());
        }
        Tensor kind = kinds == null ? types.weight().value().slice(0, 0, 1) : types.forward(kinds);
        Tensor x = words.forward(ids).plus(kind).plus(places.weight().value().slice(0, 0, n)); // (B, N, D)
        return encoder.forward(Trace.note(this, "embeddings", norm.forward(x)), Inputs.masked(mask));
    }

    /** Of the first token's state: (B, N, D) → (B, D). Only where there is a pooler. */
    public Tensor pooled(Tensor states) {
        return pooler.forward(states.select(1, 0)).tanh();
    }
}
