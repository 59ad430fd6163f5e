package sensorium.multimodal.stamps;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A published figure to beat.
 *
 * @param tier T1 to T3
 * @param query what is asked: {@code image}, {@code folder}, or a language
 * @param method how it was reached
 * @param r1 recall at 1
 * @param r5 recall at 5, where it was measured
 */
public record Baseline(Tier tier, String query, String method, double r1, OptionalDouble r5) {
    private static final String N_GRAMS = "character n-grams of the captions in en, fr, es and it";

    /** Those of the protocol; T0 has none. */
    public static final List<Baseline> ALL = List.of(
            new Baseline(Tier.T1, "image", "k-NN on colour and pixels", .167, OptionalDouble.of(.306)),
            new Baseline(Tier.T2, "pt", N_GRAMS, .631, OptionalDouble.of(.756)),
            new Baseline(Tier.T2, "gl", N_GRAMS, .779, OptionalDouble.of(.872)),
            new Baseline(Tier.T2, "ca", N_GRAMS, .636, OptionalDouble.of(.798)),
            new Baseline(Tier.T3, "folder", "k-NN on colour and pixels", .43, OptionalDouble.empty()),
            new Baseline(Tier.T3, "folder", "the most frequent folder", .225, OptionalDouble.empty()));
}
