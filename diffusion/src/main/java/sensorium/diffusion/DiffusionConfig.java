package sensorium.diffusion;

import java.util.HashSet;
import java.util.List;
import sensorium.BadInputException;
import sensorium.nn.Activation;
import sensorium.nn.GridPositions;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Modulation;
import sensorium.nn.unet.BlockConfig;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.TimestepEmbedding;

/**
 * Which model makes pictures of classes out of noise.
 *
 * @param labels names of the classes; the network has one number more, for pictures of no class
 * @param channels of a picture
 * @param side height and width of a picture
 * @param fold side of the squares of pixels that are channels of the network: 1 leaves the picture as it is
 * @param prediction what the network says
 * @param schedule name of the noise that it is trained on
 */
public record DiffusionConfig(
        List<String> labels,
        int channels,
        int side,
        int fold,
        NetworkConfig network,
        Prediction prediction,
        String schedule) {
    private static final int LARGEST = 256;
    private static final String COSINE = "cosine";

    /** The networks that can be asked for. */
    public enum Kind {
        UNET,
        DIT;

        /** @throws BadInputException if none is called so */
        public static Kind named(String name) {
            return switch (name) {
                case "unet" -> UNET;
                case "dit" -> DIT;
                default -> throw new BadInputException("unknown network " + name + "; known are unet and dit");
            };
        }
    }

    public DiffusionConfig {
        labels = List.copyOf(labels);
        if (labels.isEmpty() || new HashSet<>(labels).size() != labels.size()) {
            throw new IllegalArgumentException("[diffusion] need different labels, got " + labels);
        }
        if (side < 1 || side > LARGEST || fold < 1 || side % fold != 0 || channels < 1 || channels > 4) {
            throw new IllegalArgumentException("[diffusion] no pictures of " + channels + " channels, " + side + "×"
                    + side + ", in squares of " + fold);
        }
    }

    /**
     * Small enough to learn in minutes on a few cores.
     *
     * @throws BadInputException if the side does not suit the network
     */
    public static DiffusionConfig small(Kind kind, List<String> labels, int channels, int side) {
        return switch (kind) {
            case UNET -> unet(labels, channels, side);
            case DIT -> dit(labels, channels, side);
        };
    }

    /** Two stages on squares of pixels, attention where the map is smallest. */
    private static DiffusionConfig unet(List<String> labels, int channels, int side) {
        int fold = side > 32 ? 4 : 2;
        requireMultiple(side, 2 * fold);
        int folded = channels * fold * fold;
        int width = 32;
        var blocks = new BlockConfig(8, 1e-5, 4 * width, true, new BlockConfig.Heads(4, 0), 0);
        var network = new UNetConfig(
                folded,
                folded,
                List.of(width, 2 * width),
                1,
                List.of(Mixer.Kind.NONE, Mixer.Kind.ATTENTION),
                Mixer.Kind.ATTENTION,
                List.of(Mixer.Kind.ATTENTION, Mixer.Kind.NONE),
                new TimestepEmbedding.Config(width, true, 0, Activation.SILU),
                labels.size() + 1,
                blocks);
        return new DiffusionConfig(labels, channels, side, fold, network, Prediction.VELOCITY, COSINE);
    }

    private static DiffusionConfig dit(List<String> labels, int channels, int side) {
        int patch = side > 32 ? 8 : 4;
        requireMultiple(side, patch);
        int width = 128;
        var network = new DitConfig(
                channels,
                channels,
                side,
                patch,
                width,
                GridPositions.Kind.SINUSOIDAL_COLUMNS_FIRST,
                new TimestepEmbedding.Config(width, true, 0, Activation.SILU),
                labels.size() + 1,
                1,
                TransformerConfig.of(width, 6, 4).with(new Modulation(width, true)));
        return new DiffusionConfig(labels, channels, side, 1, network, Prediction.VELOCITY, COSINE);
    }

    private static void requireMultiple(int side, int of) {
        if (side % of != 0) {
            throw new BadInputException("pictures of %dx%d cannot be learnt from: the side must be a multiple of %d"
                    .formatted(side, side, of));
        }
    }

    public DiffusionConfig with(Prediction other) {
        return new DiffusionConfig(labels, channels, side, fold, network, other, schedule);
    }

    /** @throws BadInputException if no schedule is called so */
    public DiffusionConfig withSchedule(String name) {
        var known = NoiseSchedule.named(name);
        if (known.kept(known.steps() - 1) == 0 && prediction == Prediction.EPSILON) {
            throw new BadInputException("a model that predicts the noise cannot learn from " + name
                    + ", which leaves nothing else in the end; predict the velocity");
        }
        return new DiffusionConfig(labels, channels, side, fold, network, prediction, name);
    }
}
