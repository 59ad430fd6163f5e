package sensorium.audio.whisper;

import sensorium.nn.Activation;
import sensorium.nn.Attention;
import sensorium.nn.Mlp;
import sensorium.nn.Positions;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Residual;

/**
 * Which Whisper.
 *
 * @param bands mel bands that it hears
 * @param width D of both transformers
 * @param heard the encoder's
 * @param written the decoder's; LEARNED positions
 * @param vocabulary number of tokens
 */
public record WhisperConfig(
        int bands, int width, Half heard, Half written, int vocabulary, Activation activation, Dropout dropout) {

    /**
     * One of the two transformers.
     *
     * @param hidden width inside its MLPs
     * @param positions how many tokens at most, and how they know their place. Published encoders store their sinusoids, which are
     *     therefore LEARNED here; to train one afresh, SINUSOIDAL are what the paper has.
     */
    public record Half(int depth, int heads, int hidden, Positions.Config positions) {}

    /** Probabilities in training: of elements of a branch, of attention weights, of elements inside MLPs. */
    public record Dropout(double branches, double attention, double hidden) {
        public static final Dropout NONE = new Dropout(0, 0, 0);
    }

    /** Blocks are alike in both; keys have no bias. */
    private TransformerConfig transformer(Half half) {
        var plain = Attention.Config.of(width, half.heads);
        return TransformerConfig.of(width, half.depth, half.heads)
                .with(new Attention.Config(
                        plain.heads(),
                        plain.headWidth(),
                        plain.scale(),
                        new Attention.Biases(true, false, true, true),
                        dropout.attention))
                .with(new Mlp.Config(half.hidden, activation, false, true, dropout.hidden))
                .with(Residual.PRE_NORM.dropping(dropout.branches, 0))
                .with(half.positions);
    }

    TransformerConfig encoder() {
        return transformer(heard);
    }

    TransformerConfig decoder() {
        return transformer(written).causally().attendingTo(width);
    }
}
