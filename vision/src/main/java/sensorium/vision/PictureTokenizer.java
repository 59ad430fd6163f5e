package sensorium.vision;

import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.Weights;
import sensorium.nn.codes.CodebookAverage;
import sensorium.nn.codes.Quantizer;
import sensorium.tensor.Tensor;

/**
 * Pictures of one size as tokens and back: a {@link VqModel}, and what its codebook learnt from.
 *
 * @param average null where the codes are not learnt
 */
public record PictureTokenizer(VqModel vq, CodebookAverage average, Config config) implements PictureCodec {
    private static final int AT_ONCE = 250;

    /**
     * @param channels of a picture
     * @param side height and width of a picture
     * @param fold side of the squares of pixels that are channels of the network: 1 leaves the picture as it is
     * @param codes how many
     * @param width of a code
     * @param quantizer how a vector becomes a code
     * @param network whose channels are those of squares
     */
    public record Config(
            int channels,
            int side,
            int fold,
            int codes,
            int width,
            Quantizer.Kind quantizer,
            AutoencoderConfig network) {
        static final int LARGEST = 256;
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

        /** With a codebook. */
        public Config(int channels, int side, int fold, int codes, int width, AutoencoderConfig network) {
            this(channels, side, fold, codes, width, Quantizer.Kind.VQ, network);
        }

        /** Codes of another kind, about as many. */
        public Config with(Quantizer.Kind kind) {
            int many = kind.codes(codes);
            return new Config(channels, side, fold, many, kind.width(many, width), kind, network);
        }

        /**
         * Small enough to learn in minutes on a few cores; a quarter of the side in tokens each way.
         *
         * @throws BadInputException if the side is no multiple of four
         */
        public static Config small(int channels, int side) {
            AutoencoderConfig network = AutoencoderConfig.small(channels, side, 64);
            return new Config(channels, side, AutoencoderConfig.SQUARE, side > 32 ? 512 : 256, 32, network);
        }

        /** Tokens of a row, and of a column. */
        public int tokens() {
            return side / fold / network.reduction();
        }
    }

    public static PictureTokenizer of(Weights w, Config c) {
        return new PictureTokenizer(
                VqModel.of(w.at("vq"), c.network, c.quantizer, c.codes, c.width),
                c.quantizer == Quantizer.Kind.FSQ ? null : CodebookAverage.of(w.at("average"), c.codes, c.width),
                c);
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
        return config.width;
    }

    @Override
    public int places() {
        return config.tokens();
    }

    /** (N, C, H, W), pixels from −1 to 1 → (N, width, h, w), not yet codes, but where those can be. */
    @Override
    public Tensor encode(Tensor pictures) {
        return vq.prepared(vq.encode(config.fold == 1 ? pictures : pictures.pixelUnshuffle(config.fold)));
    }

    /** (N, width, h, w), each vector taken for the nearest code → (N, C, H, W). */
    @Override
    public Tensor decode(Tensor map) {
        return picture(vq.nearest(map));
    }

    /** (N, width, h, w), as it is → (N, C, H, W). Has a gradient. */
    Tensor read(Tensor map) {
        return unfolded(vq.decode(map));
    }

    /** Squares of pixels in channels, side by side: (N, C·f², H/f, W/f) → (N, C, H, W). */
    Tensor unfolded(Tensor squares) {
        return config.fold == 1 ? squares : squares.pixelShuffle(config.fold);
    }

    /** (N, C, H, W) → (N, h, w), I64, row by row. */
    public Tensor tokens(Tensor pictures) {
        return Scope.tidy("tokens of pictures", () -> vq.nearest(encode(pictures)));
    }

    /** Told how far reading is. */
    @FunctionalInterface
    public interface Watcher {
        void read(int done, int total);
    }

    /** Tokens of many pictures, one after the other, (N, h, w). */
    public short[] tokens(PictureSet pictures, Watcher watcher) {
        int length = config.tokens() * config.tokens();
        int pixels = config.channels * config.side * config.side;
        short[] tokens = new short[Math.multiplyExact(pictures.size(), length)];
        for (int from = 0; from < pictures.size(); from += AT_ONCE) {
            int n = Math.min(AT_ONCE, pictures.size() - from);
            float[] values = new float[n * pixels];
            for (int i = 0; i < n; i++) {
                pictures.draw(from + i, values, i * pixels);
            }
            long[] read = Scope.tidy(() -> tokens(Tensor.of(values, n, config.channels, config.side, config.side))
                    .toLongs());
            for (int i = 0; i < read.length; i++) {
                tokens[from * length + i] = (short) read[i];
            }
            watcher.read(from + n, pictures.size());
        }
        return tokens;
    }

    /** (N, h, w), I64 → (N, C, H, W). */
    public Tensor picture(Tensor tokens) {
        return Scope.tidy("pictures of tokens", () -> read(vq.map(tokens)));
    }
}
