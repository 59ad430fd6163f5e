package sensorium.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * The one transformer: tokens (B, N, D) of whatever sense to tokens (B, N, D).
 *
 * @param positions added to the tokens, or turning queries and keys, or null
 * @param norm after the last block, or null
 * @param modulation condition → shift and scale of the final norm, or null
 */
public record Transformer(
        Positions positions, List<TransformerBlock> blocks, Norm norm, Linear modulation, TransformerConfig config)
        implements Module {

    /**
     * What one call has besides tokens; each may be null.
     *
     * @param mask (B, S) which tokens are real, BOOL; or what broadcasts to (B, H, N, S), see {@link Attention.Options}
     * @param context (B, M, context width)
     * @param contextMask (B, M) which of the context is real
     * @param conditions (B, C) for adaptive norms: one for all, or one for each block; else none
     * @param cache of earlier calls
     */
    public record Inputs(Tensor mask, Tensor context, Tensor contextMask, List<Tensor> conditions, Cache cache) {
        public static final Inputs NONE = new Inputs(null, null, null, List.of(), null);

        public static Inputs masked(Tensor mask) {
            return new Inputs(mask, null, null, List.of(), null);
        }

        public static Inputs conditioned(Tensor condition) {
            return conditioned(List.of(condition));
        }

        public static Inputs conditioned(List<Tensor> conditions) {
            return new Inputs(null, null, null, conditions, null);
        }

        public static Inputs attendingTo(Tensor context, Tensor contextMask) {
            return new Inputs(null, context, contextMask, List.of(), null);
        }

        public Inputs withMask(Tensor seen) {
            return new Inputs(seen, context, contextMask, conditions, cache);
        }

        public Inputs withCache(Cache kept) {
            return new Inputs(mask, context, contextMask, conditions, kept);
        }

        /** What block {@code i} is told; the norm after the last block hears what the first does. */
        private Tensor condition(int i) {
            return conditions.isEmpty() ? null : conditions.get(conditions.size() == 1 ? 0 : i);
        }
    }

    /** Keys and values of every block; close it to free them. */
    public record Cache(List<KeyValueCache> self, List<KeyValueCache> context) implements AutoCloseable {
        /** Number of tokens seen. */
        public int length() {
            return self.isEmpty() ? 0 : self.get(0).length();
        }

        /** Number of sequences of the batch; 0 where none was seen. */
        public int rows() {
            return length() == 0 ? 0 : self.get(0).keys().dim(0);
        }

        /** Forgets the tokens after the first {@code length}; the context stays. */
        public void truncate(int length) {
            self.forEach(kept -> kept.truncate(length));
        }

        /**
         * Goes on with these rows of the batch, in this order, as a beam search does; one may be there more than once. The context is
         * chosen from likewise: each row keeps its own.
         */
        public void select(long... rows) {
            Scope.tidyRun(() -> {
                Tensor index = Tensor.of(rows, rows.length);
                Stream.concat(self.stream(), context.stream()).forEach(kept -> kept.select(index));
            });
        }

        @Override
        public void close() {
            Stream.concat(self.stream(), context.stream()).forEach(KeyValueCache::close);
        }
    }

    public static Transformer of(Weights w, TransformerConfig c) {
        return of(w, c, false);
    }

    /** One whose tokens never see each other: both attentions of a block are to the context. */
    public static Transformer ofContextOnly(Weights w, TransformerConfig c) {
        return of(w, c, true);
    }

    private static Transformer of(Weights w, TransformerConfig c, boolean contextOnly) {
        int width = c.width();
        Positions positions =
                Positions.of(w.at("positions"), width, c.attention().headWidth(), c.positions());
        Positions.Rotary rotary = positions instanceof Positions.Rotary r ? r : null;
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int i = 0; i < c.depth(); i++) {
            blocks.add(TransformerBlock.of(w.at("blocks").at(i), c, i, rotary, contextOnly));
        }
        return new Transformer(
                positions,
                List.copyOf(blocks),
                c.residual().finalNorm() ? Norm.of(w.at("norm"), width, c.outerNorm(), !c.adaptsLast()) : null,
                c.adaptsLast()
                        ? Linear.of(w.at("modulation"), c.modulation().width(), 2 * width, true, Init.zeros())
                        : null,
                c);
    }

    /** An empty cache for {@link Inputs#withCache}. */
    public Cache newCache() {
        return new Cache(
                blocks.stream().map(_ -> new KeyValueCache()).toList(),
                blocks.stream().map(_ -> new KeyValueCache()).toList());
    }

    /** (B, N, D) → (B, N, D). */
    public Tensor forward(Tensor x) {
        return forward(x, Inputs.NONE);
    }

    /** (B, N, D) → (B, N, D); with a cache, x are the tokens that follow those seen. */
    public Tensor forward(Tensor x, Inputs in) {
        Cache cache = in.cache;
        Tensor y = positions == null ? x : positions.add(x, cache == null ? 0 : cache.length());
        y = Training.dropout(y, config.residual().dropout());
        var self = new Attention.Options(in.mask, config.causal(), null, null);
        var context = new Attention.Options(in.contextMask, false, null, in.context);
        for (int i = 0; i < blocks.size(); i++) {
            Tensor before = y;
            y = blocks.get(i)
                    .forward(
                            before,
                            cache == null ? self : self.withCache(cache.self.get(i)),
                            cache == null ? context : context.withCache(cache.context.get(i)),
                            in.condition(i));
            if (before != x) {
                before.release("the next transformer block"); // not before the caller's scope ends otherwise
            }
        }
        return norm == null ? y : modulated(norm.forward(y), in.condition(0));
    }

    private Tensor modulated(Tensor y, Tensor condition) {
        if (modulation == null) {
            return y;
        }
        List<Tensor> p = modulation
                .forward(config.modulation().activation().apply(condition))
                .unsqueeze(1)
                .chunk(2, 2);
        return y.times(p.get(1).plus(1)).plus(p.get(0));
    }
}
