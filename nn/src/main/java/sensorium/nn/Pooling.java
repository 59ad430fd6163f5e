package sensorium.nn;

import java.util.List;
import sensorium.tensor.Tensor;

/** Many tokens into one vector. */
public sealed interface Pooling extends Module
        permits Pooling.Front, Pooling.Mean, Pooling.MeanMax, Pooling.Places, AttentionPool {
    enum Kind {
        /** The mean of the tokens in front: the class token, where there is one. */
        FRONT,
        /** The mean of the tokens after those in front. */
        MEAN,
        /** Their mean and their maximum, side by side. */
        MEAN_MAX,
        /** What a learned probe sees. */
        ATTENTION,
        /** All of them side by side, each narrowed: what stands where keeps weights of its own. Inputs of one size only. */
        PLACES;

        /** Length of the vector that becomes of tokens of width D. */
        public int width(int d) {
            return switch (this) {
                case FRONT, MEAN, ATTENTION -> d;
                case MEAN_MAX -> 2 * d;
                case PLACES -> 4 * d;
            };
        }
    }

    /** @param tokens how many there will be, those in front included */
    static Pooling of(Weights w, Kind kind, int front, int tokens, TransformerConfig config) {
        return switch (kind) {
            case FRONT -> new Front(front);
            case MEAN -> new Mean(front);
            case MEAN_MAX -> new MeanMax(front);
            case ATTENTION -> AttentionPool.of(w, config);
            case PLACES -> Places.of(w, tokens, config.width());
        };
    }

    /**
     * @param tokens (B, N, D)
     * @param mask (B, N) BOOL, which tokens count; null for all
     * @return (B, {@link Kind#width})
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

    /** @param skipped how many tokens in front do not count */
    record MeanMax(int skipped) implements Pooling {
        @Override
        public Tensor forward(Tensor tokens, Tensor mask) {
            Tensor counted = tokens.slice(1, skipped, tokens.dim(1));
            Tensor present = mask == null
                    ? counted
                    : Tensor.where(
                            mask.slice(1, skipped, mask.dim(1)).unsqueeze(2),
                            counted,
                            Tensor.full(counted, Double.NEGATIVE_INFINITY));
            Tensor mean = new Mean(skipped).forward(tokens, mask);
            return Tensor.concat(1, List.of(mean, present.max(1)));
        }
    }

    /**
     * A layer of a perceptron over all places at once.
     *
     * @param narrow (D → D/2), the same for every token
     * @param hidden (tokens·D/2 → 4·D)
     */
    record Places(Linear narrow, BatchNorm norm1, Linear hidden, BatchNorm norm2) implements Pooling {
        static Places of(Weights w, int tokens, int width) {
            int inner = tokens * width / 2;
            return new Places(
                    Linear.of(w.at("narrow"), width, width / 2, false),
                    BatchNorm.of(w.at("norm1"), inner),
                    Linear.of(w.at("hidden"), inner, 4 * width, false),
                    BatchNorm.of(w.at("norm2"), 4 * width));
        }

        /** Masked tokens are read like any other. */
        @Override
        public Tensor forward(Tensor tokens, Tensor mask) {
            Tensor side = narrow.forward(tokens).flatten(1, 3); // (B, N·D/2)
            Tensor h = hidden.forward(norm1.forward(side).relu());
            return norm2.forward(h).relu();
        }
    }
}
