package sensorium.text;

import sensorium.nn.Embedding;
import sensorium.nn.Init;
import sensorium.nn.LayerNorm;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * The texts' half of a model of pictures and texts, in the ways of CLIP (Radford et al., arXiv 2103.00020) and SigLIP (Zhai et al.,
 * arXiv 2303.15343): a transformer that makes one vector of the token where a text ends.
 *
 * @param words a vector for each token
 * @param positions (length, D)
 * @param norm after the last block
 */
public record TextTransformer(
        Embedding words, Parameter positions, Transformer transformer, LayerNorm norm, Config config)
        implements Module {

    /** Which token stands for the text. */
    public enum Pool {
        /** The one with the largest id, the first of those: the end, where it is the last of the vocabulary. */
        LARGEST,
        /** The first that is the end; the first of all where none is. */
        END,
        /** The last of all, padding or not. */
        LAST
    }

    /**
     * @param vocabulary number of tokens
     * @param length the most tokens of a text
     * @param end id of the token that ends a text
     * @param transformer without positions and without a norm after the last block
     */
    public record Config(int vocabulary, int length, Pool pool, int end, TransformerConfig transformer) {}

    public static TextTransformer of(Weights w, Config c) {
        int width = c.transformer.width();
        return new TextTransformer(
                Embedding.of(w.at("words"), c.vocabulary, width),
                w.parameter("positions", new Init.Normal(0.01), c.length, width),
                Transformer.of(w.at("transformer"), c.transformer),
                LayerNorm.of(w.at("norm"), width, c.transformer.norm().eps()),
                c);
    }

    /** Ids (B, T), I64, with T at most the length → one vector each (B, D). */
    public Tensor forward(Tensor ids) {
        return pooled(tokens(ids, null), ids);
    }

    /**
     * After the last norm, (B, T, D).
     *
     * @param ids (B, T), I64
     * @param mask (B, T), BOOL: which tokens are seen by others; null for all
     */
    public Tensor tokens(Tensor ids, Tensor mask) {
        Tensor places = positions.value().slice(0, 0, ids.dim(1));
        Tensor x = Trace.note(this, "embeddings", words.forward(ids).plus(places));
        return norm.forward(Trace.note(this, "encoded", transformer.forward(x, Inputs.masked(mask))));
    }

    /** Of {@link #tokens} and their ids: (B, T, D) → (B, D). */
    public Tensor pooled(Tensor tokens, Tensor ids) {
        int texts = ids.dim(0);
        int length = ids.dim(1);
        long[] all = ids.toLongs();
        long[] rows = new long[texts];
        for (int i = 0; i < texts; i++) {
            rows[i] = (long) i * length + place(all, i * length, length);
        }
        return tokens.reshape(texts * length, tokens.dim(2)).indexSelect(0, Tensor.of(tokens, rows));
    }

    private int place(long[] ids, int from, int length) {
        int best = config.pool == Pool.LAST ? length - 1 : 0;
        for (int i = 0; i < length; i++) {
            long id = ids[from + i];
            if (config.pool == Pool.LARGEST && id > ids[from + best]) {
                best = i;
            } else if (config.pool == Pool.END && id == config.end) {
                return i;
            }
        }
        return best;
    }
}
