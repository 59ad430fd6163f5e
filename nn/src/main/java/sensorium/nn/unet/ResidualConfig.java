package sensorium.nn.unet;

import sensorium.nn.Activation;

/**
 * What residual blocks are made of.
 *
 * @param groups of every group norm
 * @param eps of every group norm
 * @param embedding width of what is embedded of the timestep, 0 where there is none
 * @param scaleShift whether the embedding scales and shifts after the second norm instead of being added before it
 * @param activation after the norms, and of the embedding
 * @param embeddingActive whether the embedding comes with its activation applied
 * @param dropout probability of dropping an element before the second convolution, in training
 * @param divisor of the sum of both ways
 */
public record ResidualConfig(
        int groups,
        double eps,
        int embedding,
        boolean scaleShift,
        Activation activation,
        boolean embeddingActive,
        double dropout,
        double divisor) {

    /** The same whose sum is divided by another number. */
    public ResidualConfig over(double other) {
        return new ResidualConfig(groups, eps, embedding, scaleShift, activation, embeddingActive, dropout, other);
    }

    /** The same, told whether the embedding comes with its activation applied. */
    public ResidualConfig withEmbeddingActive(boolean active) {
        return new ResidualConfig(groups, eps, embedding, scaleShift, activation, active, dropout, divisor);
    }
}
