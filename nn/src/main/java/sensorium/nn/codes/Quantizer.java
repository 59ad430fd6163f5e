package sensorium.nn.codes;

import java.util.Locale;
import java.util.Optional;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Vectors as one of so many numbers, and back. What a network says is {@linkplain #prepared prepared} first, brought to where codes can
 * be: all else is about prepared vectors.
 */
public sealed interface Quantizer extends Module permits Codebook, CosineCodebook, FiniteScalars {
    /** Which there are. */
    enum Kind {
        /** Codes anywhere, the nearest is chosen (van den Oord et al., arXiv:1711.00937). */
        VQ,
        /** Codes and vectors of length one (Yu et al., arXiv:2110.04627). */
        COSINE,
        /** Each number of a vector is rounded to one of a few levels (Mentzer et al., arXiv:2309.15505). */
        FSQ;

        /** How many codes there are where about so many are asked for. */
        public int codes(int about) {
            return this == FSQ ? FiniteScalars.near(about).codes() : about;
        }

        /** Numbers of a code where {@code codes} were chosen by {@link #codes} and a width is wanted. */
        public int width(int codes, int wanted) {
            return this == FSQ ? FiniteScalars.near(codes).width() : wanted;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param codes how many, those that {@link Kind#codes} gives
     * @param width of a code, likewise
     */
    static Quantizer of(Weights w, Kind kind, int codes, int width) {
        return switch (kind) {
            case VQ -> Codebook.of(w, codes, width);
            case COSINE -> CosineCodebook.of(w, codes, width);
            case FSQ -> FiniteScalars.of(codes, width);
        };
    }

    /** How many codes there are. */
    int codes();

    /** Numbers of a vector. */
    int width();

    /** What a network says (…, width), brought to where codes can be: itself again if it is there. Has a gradient. */
    Tensor prepared(Tensor vectors);

    /** Of prepared vectors (…, width) the nearest codes: (…), I64. */
    Tensor nearest(Tensor prepared);

    /** The vectors (…, width) of codes (…), I64. */
    Tensor vectors(Tensor codes);

    /** What learns from the vectors that choose it, if anything does. */
    Optional<Codebook> learnt();
}
