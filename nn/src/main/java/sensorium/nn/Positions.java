package sensorium.nn;

import java.util.List;
import sensorium.tensor.Tensor;

/** How tokens in a row know where they stand. For tokens on a grid see {@link GridPositions}. */
public sealed interface Positions extends Module {
    enum Kind {
        NONE,
        /** A learned vector for each position, added. */
        LEARNED,
        /** Sines and cosines of the position, added. */
        SINUSOIDAL,
        /** Queries and keys turned by the position. */
        ROTARY
    }

    /** @param length the most positions there can be; 0 for NONE */
    record Config(Kind kind, int length) {
        public static final Config NONE = new Config(Kind.NONE, 0);
    }

    /** @return null for NONE */
    static Positions of(Weights w, int width, int headWidth, Config config) {
        return switch (config.kind) {
            case NONE -> null;
            case LEARNED -> new Learned(w.parameter("table", new Init.Normal(0.02), config.length, width));
            case SINUSOIDAL -> Sinusoidal.of(config.length, width);
            case ROTARY -> Rotary.of(config.length, headWidth, 10_000);
        };
    }

    /**
     * Adds to tokens (B, N, width) what belongs to the positions from {@code offset} on; rotary ones add nothing.
     *
     * @throws sensorium.tensor.ShapeException if they reach beyond the table
     */
    Tensor add(Tensor x, int offset);

    /** @param table (length, width) */
    record Learned(Parameter table) implements Positions {
        @Override
        public Tensor add(Tensor x, int offset) {
            return x.plus(table.value().slice(0, offset, offset + x.dim(1)));
        }
    }

    /** @param table (length, width): sines in the first half, cosines in the second (Vaswani et al., arXiv 1706.03762) */
    record Sinusoidal(Tensor table) implements Positions {
        static Sinusoidal of(int length, int width) {
            return new Sinusoidal(kept(Sinusoids.table(length, width, 10_000), length, width));
        }

        @Override
        public Tensor add(Tensor x, int offset) {
            return x.plus(table.slice(0, offset, offset + x.dim(1)));
        }
    }

    /**
     * Turns element pairs (i, i + width/2) of queries and keys by {@code position·base^(−2i/width)}, so that their product
     * depends on the distance (Su et al., arXiv 2104.09864, in the halves layout of LLaMA).
     *
     * @param cos (length, width/2)
     * @param sin (length, width/2)
     */
    record Rotary(Tensor cos, Tensor sin) implements Positions {
        static Rotary of(int length, int headWidth, double base) {
            float[] table = Sinusoids.table(length, headWidth, base);
            Tensor both = kept(table, length, headWidth);
            int half = headWidth / 2;
            return new Rotary(
                    both.slice(1, half, headWidth).keep(),
                    both.slice(1, 0, half).keep());
        }

        @Override
        public Tensor add(Tensor x, int offset) {
            return x;
        }

        /** (B, H, T, width) at positions {@code offset}, offset + 1, … */
        public Tensor rotate(Tensor x, int offset) {
            Tensor c = cos.slice(0, offset, offset + x.dim(2)); // (T, d/2)
            Tensor s = sin.slice(0, offset, offset + x.dim(2));
            int half = x.dim(3) / 2;
            Tensor a = x.slice(3, 0, half);
            Tensor b = x.slice(3, half, 2 * half);
            return Tensor.concat(
                    3, List.of(a.times(c).minus(b.times(s)), b.times(c).plus(a.times(s))));
        }
    }

    private static Tensor kept(float[] values, int... shape) {
        return Tensor.of(values, shape).keep();
    }
}
