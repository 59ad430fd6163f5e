package sensorium.vision;

import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** Pictures of one size as small maps of numbers and back: an {@link AutoencoderKl} on squares of pixels. */
public record PictureAutoencoder(AutoencoderKl kl, Config config) implements PictureCodec {
    /**
     * @param channels of a picture
     * @param side height and width of a picture
     * @param fold side of the squares of pixels that are channels of the network: 1 leaves the picture as it is
     * @param network whose channels are those of squares
     */
    public record Config(int channels, int side, int fold, AutoencoderConfig network) {
        private static final int LARGEST = 4096;

        public Config {
            if (side < 1
                    || side > LARGEST
                    || fold < 1
                    || side % (fold * network.reduction()) != 0
                    || network.channels() != channels * fold * fold) {
                throw new IllegalArgumentException("[autoencoder] no pictures of %d channels, %dx%d, in squares of %d"
                        .formatted(channels, side, side, fold));
            }
        }

        /** Height and width of a map. */
        public int places() {
            return side / fold / network.reduction();
        }

        /**
         * Small enough to learn in minutes on a few cores: four numbers a place, a quarter of the side in places each way.
         *
         * @throws BadInputException if the side is no multiple of four
         */
        public static Config small(int channels, int side) {
            return new Config(channels, side, AutoencoderConfig.SQUARE, AutoencoderConfig.small(channels, side, 4));
        }
    }

    public static PictureAutoencoder of(Weights w, Config c) {
        return new PictureAutoencoder(AutoencoderKl.of(w.at("kl"), c.network), c);
    }

    @Override
    public int channels() {
        return config.channels;
    }

    @Override
    public int side() {
        return config.side;
    }

    @Override
    public int width() {
        return config.network.latent();
    }

    @Override
    public int places() {
        return config.places();
    }

    /** (N, C, H, W), pixels from −1 to 1 → a normal distribution for every number of (N, width, h, w). */
    AutoencoderKl.Distribution distribution(Tensor pictures) {
        return kl.encode(config.fold == 1 ? pictures : pictures.pixelUnshuffle(config.fold));
    }

    /** The means. */
    @Override
    public Tensor encode(Tensor pictures) {
        return Scope.tidy("maps of pictures", () -> distribution(pictures).mean());
    }

    @Override
    public Tensor decode(Tensor map) {
        return Scope.tidy("pictures of maps", () -> unfolded(kl.decode(map)));
    }

    /** Squares of pixels in channels, side by side: (N, C·f², H/f, W/f) → (N, C, H, W). */
    Tensor unfolded(Tensor squares) {
        return config.fold == 1 ? squares : squares.pixelShuffle(config.fold);
    }
}
