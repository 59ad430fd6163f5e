package sensorium.diffusion;

import java.util.List;
import sensorium.tensor.Tensor;

/**
 * What a denoiser is told of what it shall make, one row a sample. A network reads what it has layers for.
 *
 * @param classes (N), I64, or (N, D) where a network is told them as vectors; or null
 * @param pooled (N, D), a vector of a whole text, or null
 * @param context (N, S, D), vectors of its words for attention, or null
 * @param numbers (N, K), such as the size of the picture that is asked for, or null
 * @param guidance (N, D), how strongly to guide, of networks that were taught to by themselves; or null
 */
public record Conditioning(Tensor classes, Tensor pooled, Tensor context, Tensor numbers, Tensor guidance) {
    /** Nothing. */
    public static final Conditioning NONE = new Conditioning(null, null, null);

    public Conditioning(Tensor classes, Tensor pooled, Tensor context) {
        this(classes, pooled, context, null, null);
    }

    /** @param classes (N), I64 */
    public static Conditioning ofClasses(Tensor classes) {
        return new Conditioning(classes, null, null);
    }

    /** @param context (N, S, D) */
    public static Conditioning ofContext(Tensor context) {
        return new Conditioning(null, null, context);
    }

    /**
     * @param pooled (N, D)
     * @param context (N, S, D)
     */
    public static Conditioning ofTexts(Tensor pooled, Tensor context) {
        return new Conditioning(null, pooled, context);
    }

    /** These samples, then those of another of the same kind. */
    public Conditioning and(Conditioning other) {
        return new Conditioning(
                both(classes, other.classes),
                both(pooled, other.pooled),
                both(context, other.context),
                both(numbers, other.numbers),
                both(guidance, other.guidance));
    }

    private static Tensor both(Tensor first, Tensor second) {
        return first == null ? null : Tensor.concat(0, List.of(first, second));
    }
}
