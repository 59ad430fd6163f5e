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
import sensorium.text.TextEncoder;

/**
 * Which model makes pictures out of noise.
 *
 * @param labels names of the classes that can be asked for; the network has one number more, for pictures of no class. Empty where
 *     texts are asked for
 * @param text what reads the texts that can be asked for, or null where labels are
 * @param channels of a picture
 * @param side height and width of a picture
 * @param latent the autoencoder whose latents are denoised, or null where pixels are
 * @param fold side of the squares of what is denoised that are channels of the network: 1 leaves it as it is
 * @param prediction what the network says, if it is not a flow
 * @param schedule name of the {@link NoisingProcess} that it is trained on
 */
public record DiffusionConfig(
        List<String> labels,
        TextEncoder.Config text,
        int channels,
        int side,
        LatentConfig latent,
        int fold,
        NetworkConfig network,
        Prediction prediction,
        String schedule) {
    private static final int LARGEST = 256;
    private static final String COSINE = "cosine";
    /** What a width is a multiple of. */
    private static final int WIDTHS = 32;

    private static final int MOST_CHANNELS = 4096;
    private static final int DEEPEST = 64;

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

    /**
     * How large a network is; 0 leaves a number to what suits the pictures.
     *
     * @param width channels of the U-Net's first stage, or of the transformer
     * @param depth residual blocks of a stage, or blocks of the transformer
     */
    public record Size(int width, int depth) {
        public static final Size USUAL = new Size(0, 0);

        /** @throws BadInputException if the heads do not share the width, or there is more than can be meant */
        public Size {
            if (width < 0 || width > MOST_CHANNELS || width % WIDTHS != 0) {
                throw new BadInputException(
                        "--width must be a multiple of %d up to %d, not %d".formatted(WIDTHS, MOST_CHANNELS, width));
            }
            if (depth < 0 || depth > DEEPEST) {
                throw new BadInputException("--depth must be from 1 to %d, not %d".formatted(DEEPEST, depth));
            }
        }

        private int width(int usual) {
            return width == 0 ? usual : width;
        }

        private int depth(int usual) {
            return depth == 0 ? usual : depth;
        }
    }

    /**
     * What a network is told of.
     *
     * @param labels empty where there is a text
     * @param text null where there are labels
     */
    public record Told(List<String> labels, TextEncoder.Config text) {
        public static Told labels(List<String> labels) {
            return new Told(labels, null);
        }

        public static Told text(TextEncoder.Config text) {
            return new Told(List.of(), text);
        }

        private int classes() {
            return text == null ? labels.size() + 1 : 0;
        }

        private int width() {
            return text == null ? 0 : text.transformer().width();
        }
    }

    public DiffusionConfig {
        labels = List.copyOf(labels);
        if (new HashSet<>(labels).size() != labels.size() || labels.isEmpty() == (text == null)) {
            throw new IllegalArgumentException("[diffusion] need different labels, or a text instead, got " + labels);
        }
        if (side < 1 || side > LARGEST || channels < 1 || channels > 4) {
            throw new IllegalArgumentException(
                    "[diffusion] no pictures of " + channels + " channels, " + side + "×" + side);
        }
        if (latent != null && (latent.channels() != channels || latent.side() != side)) {
            throw new IllegalArgumentException("[diffusion] the latents are of other pictures");
        }
        if (fold < 1 || (latent == null ? side : latent.places()) % fold != 0) {
            throw new IllegalArgumentException("[diffusion] squares of " + fold + " do not fill what is denoised");
        }
    }

    /** Pixels, by what is small enough to learn in minutes on a few cores. */
    public static DiffusionConfig small(Kind kind, Told told, int channels, int side) {
        return small(kind, Size.USUAL, told, channels, side);
    }

    /** The same, larger or smaller. */
    public static DiffusionConfig small(Kind kind, Size size, Told told, int channels, int side) {
        return new Small(size, told, channels, side, null)
                .of(kind, channels, side, side > 32 ? 4 : 2, side > 32 ? 8 : 4, 32);
    }

    /** Latents, likewise; large maps in squares, which are seen three times as often in the same time. */
    public static DiffusionConfig small(Kind kind, Size size, Told told, LatentConfig latent) {
        return new Small(size, told, latent.channels(), latent.side(), latent)
                .of(
                        kind,
                        latent.width(),
                        latent.places(),
                        latent.places() > 8 ? 2 : 1,
                        latent.places() > 8 ? 4 : 2,
                        96);
    }

    private record Small(Size size, Told told, int channels, int side, LatentConfig latent) {
        /**
         * @param in channels of what is denoised
         * @param across its side
         * @param fold for the U-Net
         * @param patch for the transformer
         * @param width of the U-Net's first stage, at least
         * @throws BadInputException if the side does not suit the network
         */
        DiffusionConfig of(Kind kind, int in, int across, int fold, int patch, int width) {
            return switch (kind) {
                case UNET -> {
                    requireMultiple(across, 2 * fold);
                    int folded = in * fold * fold;
                    yield with(fold, unet(folded, size.width(noNarrower(width, folded))));
                }
                case DIT -> {
                    requireMultiple(across, patch);
                    yield with(1, dit(in, across, patch));
                }
            };
        }

        /** A narrower network cannot even carry the noise through: samples stay grainy, whatever is learnt. */
        private static int noNarrower(int width, int denoised) {
            return Math.max(width, Math.ceilDiv(denoised, WIDTHS) * WIDTHS);
        }

        private DiffusionConfig with(int fold, NetworkConfig network) {
            return new DiffusionConfig(
                    told.labels, told.text, channels, side, latent, fold, network, Prediction.VELOCITY, COSINE);
        }

        /** Two stages, attention where the map is smallest; to the words as well where there are some. */
        private UNetConfig unet(int in, int width) {
            var mixer = told.text == null ? Mixer.Kind.ATTENTION : Mixer.Kind.TRANSFORMER;
            return new UNetConfig(
                    in,
                    in,
                    List.of(width, 2 * width),
                    size.depth(1),
                    List.of(Mixer.Kind.NONE, mixer),
                    mixer,
                    List.of(mixer, Mixer.Kind.NONE),
                    new TimestepEmbedding.Config(width, true, 0, Activation.SILU),
                    told.classes(),
                    told.width(),
                    new BlockConfig(8, 1e-5, 4 * width, true, new BlockConfig.Heads(4, 0), told.width()));
        }

        private DitConfig dit(int in, int across, int patch) {
            int width = size.width(noNarrower(told.text == null ? 128 : 256, in * patch * patch));
            return new DitConfig(
                    in,
                    in,
                    across,
                    patch,
                    width,
                    GridPositions.Kind.SINUSOIDAL_COLUMNS_FIRST,
                    new TimestepEmbedding.Config(width, true, 0, Activation.SILU),
                    told.classes(),
                    told.width(),
                    1,
                    TransformerConfig.of(width, size.depth(6), 4).with(new Modulation(width, true)));
        }

        private void requireMultiple(int across, int of) {
            if (across % of != 0) {
                throw new BadInputException("pictures of %dx%d cannot be learnt from: the side must be a multiple of %d"
                        .formatted(side, side, of * side / across));
            }
        }
    }

    /** (C, H, W) of what is denoised. */
    public int[] denoised() {
        return latent == null
                ? new int[] {channels, side, side}
                : new int[] {latent.width(), latent.places(), latent.places()};
    }

    public DiffusionConfig with(Prediction other) {
        return new DiffusionConfig(labels, text, channels, side, latent, fold, network, other, schedule);
    }

    /** How pictures are lost in noise. */
    public NoisingProcess process() {
        return NoisingProcess.named(schedule, prediction);
    }

    /** @throws BadInputException if no schedule is called so */
    public DiffusionConfig withSchedule(String name) {
        if (NoisingProcess.named(name, prediction) instanceof NoisingProcess.Diffusion(var known, var says)
                && known.kept(known.steps() - 1) == 0
                && says == Prediction.EPSILON) {
            throw new BadInputException("a model that predicts the noise cannot learn from " + name
                    + ", which leaves nothing else in the end; predict the velocity");
        }
        return new DiffusionConfig(labels, text, channels, side, latent, fold, network, prediction, name);
    }
}
