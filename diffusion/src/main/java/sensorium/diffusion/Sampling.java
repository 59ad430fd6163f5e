package sensorium.diffusion;

/**
 * How samples are drawn.
 *
 * @param sampler null for what is usual for the model
 * @param steps of sampling
 * @param guidance how far beyond what was asked adds to the prediction (Ho and Salimans, arXiv:2207.12598); 1 is not guided
 */
public record Sampling(Sampler sampler, int steps, double guidance) {}
