package sensorium.nn.unet;

import java.util.Collections;
import sensorium.nn.Activation;
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

        /** Where the width does not divide the channels there are fewer numbers in all heads than channels. */
        Attention.Config over(int channels) {
            if (count > 0) {
                return Attention.Config.of(channels, count);
            }
            if (width > channels) {
                throw new IllegalArgumentException(
                        "[attention] heads of " + width + " are wider than " + channels + " channels");
            }
            return new Attention.Config(channels / width, width, 1 / Math.sqrt(width), Attention.Biases.ALL, 0);
        }
    }

    /** Its residual blocks. */
    public ResidualConfig residual() {
        return new ResidualConfig(groups, eps, embedding, scaleShift, Activation.SILU, false, 0, 1);
    }

    /**
     * What mixes places, so many of a kind.
     *
     * @param count a transformer of one block each
     */
    public Mixer.Config mixer(Mixer.Kind kind, int count) {
        return switch (kind) {
            case NONE -> Mixer.Config.NONE;
            case ATTENTION -> Mixer.Config.attention(heads, groups, eps, 1);
            case TRANSFORMER ->
                Mixer.Config.transformer(heads, groups, contextWidth, Collections.nCopies(count, 1), false);
        };
    }
}
