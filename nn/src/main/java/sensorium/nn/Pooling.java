package sensorium.nn;

import sensorium.tensor.Tensor;

/** Many tokens into one vector. */
public sealed interface Pooling extends Module permits Pooling.Front, Pooling.Mean, Pooling.Places, AttentionPool {
    enum Kind {
        /** The mean of the tokens in front: the class token, where there is one. */
        FRONT,
        /** The mean of the tokens after those in front. */
        MEAN,
        /** What a learned probe sees. */
        ATTENTION,
        /** All of them side by side, each narrowed: what stands where keeps weights of its own. Inputs of one size only. */
        PLACES
    }

    /** @param tokens how many there will be, those in front included */
    static Pooling of(Weights w, Kind kind, int front, int tokens, TransformerConfig config) {
        return switch (kind) {
            case FRONT -> new Front(front);
            case MEAN -> new Mean(front);
            case ATTENTION -> AttentionPool.of(w, config);
            case PLACES -> Places.of(w, tokens, config.width());
        };
    }

    /**
     * @param tokens (B, N, D)
     * @param mask (B, N) BOOL, which tokens count; null for all
     * @return (B, D)
     */
    Tensor forward(Tensor tokens, Tensor mask);

    /** (B, N, D) → (B, D): the mean of the tokens that {@code mask} (B, N) BOOL counts, null for all; zero where none. */
    static Tensor mean(Tensor tokens, Tensor mask) {
        if (mask == null) {
            return tokens.mean(1);
        }
        Tensor counted = mask.to(tokens.dtype()).unsqueeze(2); // (B, N, 1)
        return tokens.times(counted).sum(1).dividedBy(counted.sum(1).clamp(1, Integer.MAX_VALUE));
    }

    /** @param count of tokens in front */
    record Front(int count) implements Pooling {
        @Override
        public Tensor forward(Tensor tokens, Tensor mask) {
            return count == 1 ? tokens.select(1, 0) : tokens.slice(1, 0, count).mean(1);
        }
    }

    /** @param skipped how many tokens in front do not count */
    record Mean(int skipped) implements Pooling {
        @Override
        public Tensor forward(Tensor tokens, Tensor mask) {
            Tensor counted = mask == null ? null : mask.slice(1, skipped, mask.dim(1));
            return mean(tokens.slice(1, skipped, tokens.dim(1)), counted);
        }
    }

    /**
     * @param narrow (D → D/4), the same for every token
     * @param out (tokens·D/4 → D)
     */
    record Places(Linear narrow, BatchNorm norm, Linear out) implements Pooling {
        private static final int NARROWING = 4;

        static Places of(Weights w, int tokens, int width) {
            int narrow = width / NARROWING;
            return new Places(
                    Linear.of(w.at("narrow"), width, narrow, false),
                    BatchNorm.of(w.at("norm"), tokens * narrow),
                    Linear.of(w.at("out"), tokens * narrow, width, false));
        }

        /** Masked tokens are read like any other. */
        @Override
        public Tensor forward(Tensor tokens, Tensor mask) {
            Tensor side = narrow.forward(tokens).flatten(1, 3); // (B, N·D/4)
            return out.forward(norm.forward(side));
        }
    }
}
