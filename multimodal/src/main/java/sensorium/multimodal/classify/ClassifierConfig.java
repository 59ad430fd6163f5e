package sensorium.multimodal.classify;

import java.util.HashSet;
import java.util.List;
import sensorium.audio.LogMel;
import sensorium.nn.Activation;
import sensorium.nn.Attention;
import sensorium.nn.ConvStage;
import sensorium.nn.GridPositions;
import sensorium.nn.Mlp;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.TransformerConfig;

/**
 * Which classifier.
 *
 * @param labels the names of the classes, in the order of the logits
 * @param several whether any number of them may be true at once; else exactly one is
 */
public record ClassifierConfig(List<String> labels, Input input, PatchEncoder.Config encoder, boolean several) {
    public ClassifierConfig {
        labels = List.copyOf(labels);
        if (labels.size() < 2 || new HashSet<>(labels).size() != labels.size()) {
            throw new IllegalArgumentException("[classifier] need two or more different labels, got " + labels);
        }
    }

    /**
     * A convolutional stem before two transformer blocks of four heads: small enough to learn in minutes on a few cores.
     */
    public static ClassifierConfig small(List<String> labels, Input input) {
        var encoder = switch (input) {
            // Pooling early keeps the second convolution cheap: 28×28 pixels become 49 tokens.
            case Input.Grey g ->
                encoder(
                        Patches.Config.ofStem(
                                1,
                                g.height(),
                                g.width(),
                                ConvStage.Config.pooled(16, 2),
                                ConvStage.Config.pooled(64, 2)),
                        64,
                        Pooling.Kind.MEAN);
            case Input.Colour c -> colour(c.side());
            case Input.Whole w -> colour(w.side());
            case Input.Heard h -> {
                var mel = new LogMel(h.hearing().mel());
                int frames = mel.frames((int) Math.round(h.hearing().seconds() * mel.sampleRate()));
                yield encoder(
                        Patches.Config.ofStem(
                                1,
                                frames,
                                mel.bands(),
                                ConvStage.Config.halving(24),
                                ConvStage.Config.halving(48),
                                ConvStage.Config.halving(96)),
                        96,
                        Pooling.Kind.ATTENTION);
            }
        };
        return new ClassifierConfig(labels, input, encoder, false);
    }

    /** This one where any number of labels may be true at once. */
    public ClassifierConfig forSeveral() {
        return new ClassifierConfig(labels, input, encoder, true);
    }

    /** This one that is shown something else. */
    ClassifierConfig with(Input shown) {
        return new ClassifierConfig(labels, shown, encoder, several);
    }

    private static PatchEncoder.Config colour(int side) {
        return encoder(
                Patches.Config.ofStem(
                        3,
                        side,
                        side,
                        ConvStage.Config.halving(24),
                        ConvStage.Config.halving(48),
                        ConvStage.Config.halving(96)),
                96,
                Pooling.Kind.ATTENTION);
    }

    private static PatchEncoder.Config encoder(Patches.Config patches, int width, Pooling.Kind pooling) {
        var blocks = TransformerConfig.of(width, 2, 4)
                .with(Attention.Config.of(width, 4))
                .with(Mlp.Config.of(2 * width, Activation.GELU));
        return new PatchEncoder.Config(patches, 0, GridPositions.Kind.LEARNED, pooling, blocks);
    }
}
