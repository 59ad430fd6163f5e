package sensorium.vision;

import java.util.List;
import sensorium.BadInputException;
import sensorium.nn.unet.BlockConfig;

/**
 * Which autoencoder of pictures.
 *
 * @param channels of a picture
 * @param widths channels of each stage, from the largest map to the smallest; each but the last halves height and width
 * @param layers residual blocks of a stage of the encoder; the decoder has one more
 * @param latent channels of the small map
 * @param groups of every group norm
 * @param attention whether the smallest map's places see one another
 */
public record AutoencoderConfig(
        int channels, List<Integer> widths, int layers, int latent, int groups, boolean attention) {
    private static final double EPS = 1e-6;
    /** Side of the squares of pixels that a small one sees. */
    static final int SQUARE = 4;

    public AutoencoderConfig {
        widths = List.copyOf(widths);
        if (widths.isEmpty()) {
            throw new IllegalArgumentException("[autoencoder] no stage");
        }
    }

    /**
     * Small enough to learn in minutes on a few cores: pictures are seen in squares of 4×4 pixels, and everything happens on maps of a
     * quarter of their side. Convolutions on larger maps would take most of the time, and squares of pixels are but one layer away.
     *
     * @param channels of the pictures
     * @throws BadInputException if the side is no multiple of four
     */
    static AutoencoderConfig small(int channels, int side, int latent) {
        if (side % SQUARE != 0) {
            throw new BadInputException("pictures of %dx%d cannot be learnt from: the side must be a multiple of %d"
                    .formatted(side, side, SQUARE));
        }
        return new AutoencoderConfig(channels * SQUARE * SQUARE, List.of(64), 1, latent, 8, false);
    }

    /** How many pixels across become one place of the small map. */
    public int reduction() {
        return 1 << widths.size() - 1;
    }

    BlockConfig blocks() {
        return new BlockConfig(groups, EPS, 0, false, BlockConfig.Heads.ONE, 0);
    }
}
