package sensorium.vision;

import java.util.List;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.nn.codes.CodebookAverage;
import sensorium.tensor.Tensor;

/** Pictures of one size as tokens and back: a {@link VqModel}, and what its codebook learnt from. */
public record PictureTokenizer(VqModel vq, CodebookAverage average, Config config) implements Module {
    /**
     * @param channels of a picture
     * @param side height and width of a picture
     * @param fold side of the squares of pixels that are channels of the network: 1 leaves the picture as it is
     * @param codes how many
     * @param width of a code
     * @param network whose channels are those of squares
     */
    public record Config(int channels, int side, int fold, int codes, int width, AutoencoderConfig network) {
        private static final int LARGEST = 256;
        private static final int MOST_CODES = 1 << 15;

        public Config {
            if (side < 1
                    || side > LARGEST
                    || fold < 1
                    || side % (fold * network.reduction()) != 0
                    || codes < 2
                    || codes > MOST_CODES
                    || width < 1
                    || network.channels() != channels * fold * fold) {
                throw new IllegalArgumentException("[tokenizer] no pictures of %d channels, %dx%d, in squares of %d"
                        .formatted(channels, side, side, fold));
            }
        }

        /**
         * Small enough to learn in minutes on a few cores; a quarter of the side in tokens each way.
         *
         * @throws BadInputException if the side is no multiple of four
         */
        public static Config small(int channels, int side) {
            if (side % 4 != 0) {
                throw new BadInputException("pictures of %dx%d cannot be learnt from: the side must be a multiple of 4"
                        .formatted(side, side));
            }
            var network = new AutoencoderConfig(4 * channels, List.of(64, 96), 1, 64, 8, false);
            return new Config(channels, side, 2, side > 32 ? 512 : 256, 32, network);
        }

        /** Tokens of a row, and of a column. */
        public int tokens() {
            return side / fold / network.reduction();
        }
    }

    public static PictureTokenizer of(Weights w, Config c) {
        return new PictureTokenizer(
                VqModel.of(w.at("vq"), c.network, c.codes, c.width),
                CodebookAverage.of(w.at("average"), c.codes, c.width),
                c);
    }

    /** (N, C, H, W), pixels from −1 to 1 → (N, width, h, w), not yet codes. */
    public Tensor encode(Tensor pictures) {
        return vq.encode(config.fold == 1 ? pictures : pictures.pixelUnshuffle(config.fold));
    }

    /** (N, width, h, w), as it is → (N, C, H, W). */
    public Tensor decode(Tensor map) {
        Tensor y = vq.decode(map);
        return config.fold == 1 ? y : y.pixelShuffle(config.fold);
    }

    /** (N, C, H, W) → (N, h, w), I64, row by row. */
    public Tensor tokens(Tensor pictures) {
        return Scope.tidy("tokens of pictures", () -> vq.nearest(encode(pictures)));
    }

    /** (N, h, w), I64 → (N, C, H, W). */
    public Tensor picture(Tensor tokens) {
        return Scope.tidy("pictures of tokens", () -> decode(vq.map(tokens)));
    }
}
