package sensorium.diffusion;

/**
 * How samples are drawn.
 *
 * @param sampler null for what is usual for the model
 * @param steps of sampling
 * @param guidance by what was asked
 */
public record Sampling(Sampler sampler, int steps, Guidance guidance) {
    /** Guided all the way, or not where the weight is 1. */
    public Sampling(Sampler sampler, int steps, double guidance) {
        this(sampler, steps, Guidance.always(guidance));
    }
}
