package sensorium.nn.unet;

import sensorium.nn.Attention;

/**
 * What all blocks of a network have in common.
 *
 * @param groups of every group norm
 * @param eps of every group norm, but that before a {@link SpatialTransformer}
 * @param embedding width of what is embedded of the timestep, 0 where there is none
 * @param scaleShift whether the embedding scales and shifts after the second norm instead of being added before it
 * @param heads how a map's channels are shared out
 * @param contextWidth width of a context's tokens, 0 where there is none
 */
public record BlockConfig(int groups, double eps, int embedding, boolean scaleShift, Heads heads, int contextWidth) {
    /**
     * Heads of attention: so many, or as many as have that width.
     *
     * @param count 0 where the width says it
     * @param width 0 where the count says it
     */
    public record Heads(int count, int width) {
        /** All channels in one head. */
        public static final Heads ONE = new Heads(1, 0);

        Attention.Config over(int channels) {
            return Attention.Config.of(channels, count > 0 ? count : Math.max(1, channels / width));
        }
    }
}
