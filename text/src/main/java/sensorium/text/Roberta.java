package sensorium.text;

import sensorium.nn.Embedding;
import sensorium.nn.LayerNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * RoBERTa (Liu et al., arXiv 1907.11692), the texts' half of CLAP: BERT whose places are counted from behind the padding's id.
 *
 * @param words a vector for each token
 * @param places of a token among those that are not padding; padding has the place of its own id
 * @param types the first is of every token
 * @param norm of the sum of the three
 * @param pooler of the first token
 */
public record Roberta(
        Embedding words,
        Embedding places,
        Embedding types,
        LayerNorm norm,
        Transformer encoder,
        Linear pooler,
        Config config)
        implements Module {

    /**
     * @param places rows of the table of places, those up to the padding's included
     * @param padding id of the token that stands for nothing
     * @param transformer post-norm
     */
    public record Config(int vocabulary, int places, int types, int padding, TransformerConfig transformer) {
        /** The most tokens of a text. */
        public int length() {
            return places - padding - 1;
        }
    }

    public static Roberta of(Weights w, Config c) {
        int width = c.transformer.width();
        return new Roberta(
                Embedding.of(w.at("words"), c.vocabulary, width),
                Embedding.of(w.at("places"), c.places, width),
                Embedding.of(w.at("types"), c.types, width),
                LayerNorm.of(w.at("norm"), width, c.transformer.norm().eps()),
                Transformer.of(w.at("encoder"), c.transformer),
                Linear.of(w.at("pooler"), width, width, true),
                c);
    }

    /**
     * @param ids (B, T), I64
     * @param mask (B, T) BOOL, which tokens are seen by others; null for all
     * @return (B, T, D)
     */
    public Tensor tokens(Tensor ids, Tensor mask) {
        Tensor x =
                words.forward(ids).plus(types.weight().value().slice(0, 0, 1)).plus(places.forward(placesOf(ids)));
        return encoder.forward(Trace.note(this, "embeddings", norm.forward(x)), Inputs.masked(mask));
    }

    /** 1, 2, 3 … behind the padding's id, for what is not padding. */
    private Tensor placesOf(Tensor ids) {
        int length = ids.dim(1);
        long[] all = ids.toLongs();
        for (int row = 0; row < ids.dim(0); row++) {
            long place = config.padding;
            for (int i = row * length; i < (row + 1) * length; i++) {
                all[i] = all[i] == config.padding ? config.padding : ++place;
            }
        }
        return Tensor.of(ids, all).reshape(ids.shape());
    }

    /** Of {@link #tokens}: (B, T, D) → (B, D). */
    public Tensor pooled(Tensor tokens) {
        return Trace.note(this, "pooled", pooler.forward(tokens.select(1, 0)).tanh());
    }
}
