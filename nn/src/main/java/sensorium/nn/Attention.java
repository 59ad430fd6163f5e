package sensorium.nn;

import sensorium.op.Fused;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * Multi-head attention (Vaswani et al., arXiv 1706.03762), of a sequence to itself or to a context.
 *
 * @param query (D → heads·headWidth)
 * @param key (context width → heads·headWidth)
 * @param value (context width → heads·headWidth)
 * @param out (heads·headWidth → D)
 * @param rotary turns queries and keys, or null
 */
public record Attention(
        Projection query, Projection key, Projection value, Projection out, Positions.Rotary rotary, Config config)
        implements Module {

    /** Which projections have a bias. */
    public record Biases(boolean query, boolean key, boolean value, boolean out) {
        public static final Biases ALL = new Biases(true, true, true, true);
        public static final Biases NONE = new Biases(false, false, false, false);
    }

    /**
     * @param headWidth width of a head, which need not be D/heads
     * @param scale what scores are multiplied with, usually 1/√headWidth
     * @param dropout probability of dropping a weight in training
     */
    public record Config(int heads, int headWidth, double scale, Biases biases, double dropout) {
        /** Heads of D/heads each, scaled by 1/√headWidth, with biases. */
        public static Config of(int width, int heads) {
            if (heads < 1 || width % heads != 0) {
                throw new IllegalArgumentException("[attention] " + heads + " heads do not divide a width of " + width);
            }
            return new Config(heads, width / heads, 1 / Math.sqrt((double) width / heads), Biases.ALL, 0);
        }

        public Config with(Biases chosen) {
            return new Config(heads, headWidth, scale, chosen, dropout);
        }
    }

    /**
     * How one call attends.
     *
     * @param mask which keys are seen, BOOL, or what is added to the scores: (B, S) for keys, or whatever broadcasts to
     *     (B, H, T, S); null for all
     * @param causal whether a query sees only keys up to its own position
     * @param cache earlier keys and values, to which this call adds, or null; with a context it is filled once
     * @param context (B, S, context width) to attend to, or null for the sequence itself
     */
    public record Options(Tensor mask, boolean causal, KeyValueCache cache, Tensor context) {
        public static final Options NONE = new Options(null, false, null, null);
        public static final Options CAUSAL = new Options(null, true, null, null);

        public Options withMask(Tensor seen) {
            return new Options(seen, causal, cache, context);
        }

        public Options withContext(Tensor attended) {
            return new Options(mask, causal, cache, attended);
        }

        public Options withCache(KeyValueCache kept) {
            return new Options(mask, causal, kept, context);
        }
    }

    /** Queries (B,H,T,d), keys and values (B,H,S,d) and the position of the first query among the keys. */
    private record Heads(Tensor q, Tensor k, Tensor v, int offset) {}

    public static Attention of(Weights w, int width, Config config) {
        return of(w, width, width, config, null);
    }

    /** @param rotary null for none */
    public static Attention of(Weights w, int width, int contextWidth, Config config, Positions.Rotary rotary) {
        int inner = config.heads * config.headWidth;
        return new Attention(
                Linear.of(w.at("query"), width, inner, config.biases.query),
                Linear.of(w.at("key"), contextWidth, inner, config.biases.key),
                Linear.of(w.at("value"), contextWidth, inner, config.biases.value),
                Linear.of(w.at("out"), inner, width, config.biases.out),
                rotary,
                config);
    }

    /** (B, T, D) → (B, T, D), each position attending to the whole sequence. */
    public Tensor forward(Tensor x) {
        return forward(x, Options.NONE);
    }

    /** (B, T, D) → (B, T, D). */
    public Tensor forward(Tensor x, Options options) {
        Heads h = heads(x, options);
        Trace.note(this, "weights", () -> weights(h, options));
        Tensor mixed = config.dropout > 0 && Training.isActive()
                ? Training.dropout(weights(h, options), config.dropout).matmul(h.v)
                : attend(h, h.v, options); // (B, H, T, d)
        Tensor joined = mixed.transpose(1, 2).reshape(x.dim(0), x.dim(1), config.heads * config.headWidth);
        return Trace.note(this, out.forward(Trace.note(this, "mixed", joined)));
    }

    /** Who attends to whom: (B, T, D) → (B, H, T, S), rows summing to one. For looking inside; a cache is not for it. */
    public Tensor weights(Tensor x, Options options) {
        return weights(heads(x, options.withCache(null)), options);
    }

    /** The attention to unit vectors is the weights themselves, whatever mask applies. */
    private Tensor weights(Heads h, Options options) {
        int keys = h.k.dim(2);
        Tensor index = Tensor.arange(h.q, keys);
        Tensor unit = index.unsqueeze(0).eq(index.unsqueeze(1)).to(h.q.dtype()); // (S, S)
        return attend(h, unit.expand(h.k.shape().range(0, 2).concat(Shape.of(keys, keys))), options);
    }

    private Tensor attend(Heads h, Tensor values, Options options) {
        Tensor mask = options.mask;
        if (mask != null && mask.rank() == 2) {
            mask = mask.reshape(mask.dim(0), 1, 1, mask.dim(1));
        }
        if (mask != null && mask.dtype() != DType.BOOL) {
            mask = mask.to(h.q.dtype());
        }
        return h.q.attention(h.k, values, mask, new Fused.Attention(config.scale, options.causal, h.offset));
    }

    private Heads heads(Tensor x, Options options) {
        KeyValueCache cache = options.cache;
        if (options.context != null) {
            Tensor q = split(query.forward(x));
            if (cache != null && cache.length() > 0) {
                return new Heads(q, cache.keys(), cache.values(), 0);
            }
            return remember(q, split(key.forward(options.context)), split(value.forward(options.context)), cache);
        }
        int past = cache == null ? 0 : cache.length();
        Tensor q = rotate(split(query.forward(x)), past);
        return remember(q, rotate(split(key.forward(x)), past), split(value.forward(x)), cache);
    }

    private static Heads remember(Tensor q, Tensor k, Tensor v, KeyValueCache cache) {
        if (cache == null) {
            return new Heads(q, k, v, 0);
        }
        int past = cache.length();
        cache.append(k, v);
        return new Heads(q, cache.keys(), cache.values(), past);
    }

    /** (B, T, H·d) → (B, H, T, d). */
    private Tensor split(Tensor x) {
        return x.reshape(x.dim(0), x.dim(1), config.heads, config.headWidth).transpose(1, 2);
    }

    private Tensor rotate(Tensor x, int offset) {
        return rotary == null ? x : rotary.rotate(x, offset);
    }
}
