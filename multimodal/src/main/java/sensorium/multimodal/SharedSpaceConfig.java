package sensorium.multimodal;

import java.util.List;
import sensorium.audio.SoundBank;
import sensorium.nn.Activation;
import sensorium.nn.ConvStage;
import sensorium.nn.GridPositions;
import sensorium.nn.Mlp;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.TransformerConfig;
import sensorium.text.NGrams;
import sensorium.text.TextEncoder;
import sensorium.text.TextTower;

/**
 * Which shared space.
 *
 * @param width D of the space
 * @param side of the square pictures it sees, pixels
 * @param hearing what of a sound it hears
 */
public record SharedSpaceConfig(
        int width,
        int side,
        SoundBank.Config hearing,
        TextTower.Config text,
        PatchEncoder.Config picture,
        PatchEncoder.Config sound) {

    /** Small enough to learn a few hundred things in four minutes on two cores. */
    public static SharedSpaceConfig small() {
        int side = 32;
        int width = 256;
        var text = new TextEncoder.Config(NGrams.standard(), block(width, 1, 4, width), 8);
        var picture = new PatchEncoder.Config(
                Patches.Config.ofStem(
                        3,
                        side,
                        side,
                        ConvStage.Config.halving(16),
                        ConvStage.Config.halving(32),
                        ConvStage.Config.halving(96),
                        ConvStage.Config.residual(96),
                        ConvStage.Config.residual(96)), // 16 tokens
                0,
                GridPositions.Kind.LEARNED,
                Pooling.Kind.MEAN_MAX,
                block(96, 1, 4, 192));
        var sound = new PatchEncoder.Config(
                new Patches.Config(1, 100, 40, List.of(), new Patches.Patch(10, 40, 10, 40)), // 10 tokens of 160 ms
                0,
                GridPositions.Kind.LEARNED,
                Pooling.Kind.PLACES,
                block(128, 1, 4, 256));
        return new SharedSpaceConfig(width, side, SoundBank.Config.STANDARD, text, picture, sound);
    }

    /** The same with another way of reading texts. */
    public SharedSpaceConfig withText(TextTower.Config chosen) {
        return new SharedSpaceConfig(width, side, hearing, chosen, picture, sound);
    }

    /** Branches begin small and nothing is normalised at the end: at first a token is little more than its embedding. */
    private static TransformerConfig block(int width, int depth, int heads, int hidden) {
        return TransformerConfig.of(width, depth, heads)
                .with(Mlp.Config.of(hidden, Activation.RELU))
                .with(new TransformerConfig.Residual(TransformerConfig.Placement.PRE, false, 0.1, 0, 0));
    }
}
