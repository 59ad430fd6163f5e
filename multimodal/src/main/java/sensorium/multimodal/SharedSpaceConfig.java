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

    private static final int COLOURS = 3;

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

    /**
     * One that sees films: eight frames, cut into tubelets of 2 frames × 8 × 8 pixels, 64 in all (ViViT, arXiv 2103.15691). It is the same
     * tower on a taller picture, see {@link sensorium.vision.FilmAugment}.
     */
    public static SharedSpaceConfig moving() {
        SharedSpaceConfig still = small();
        int patch = 8;
        int slabs = 4;
        var picture = new PatchEncoder.Config(
                new Patches.Config(
                        2 * COLOURS,
                        slabs * still.side,
                        still.side,
                        List.of(),
                        new Patches.Patch(patch, patch, patch, patch)),
                0,
                GridPositions.Kind.LEARNED,
                Pooling.Kind.MEAN_MAX,
                block(128, 2, 4, 256));
        return new SharedSpaceConfig(still.width, still.side, still.hearing, still.text, picture, still.sound);
    }

    /** Frames of a film that are one tubelet: 1 where it sees pictures. */
    public int deep() {
        return picture.patches().channels() / COLOURS;
    }

    /** Frames of the films that it sees, 1 where it sees pictures. */
    public int frames() {
        return deep() * (picture.patches().height() / side);
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
