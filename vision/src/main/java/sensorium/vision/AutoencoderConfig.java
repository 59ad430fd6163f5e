package sensorium.vision;

import java.util.List;
import sensorium.nn.unet.BlockConfig;
import sensorium.nn.unet.Mixer;

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

    public AutoencoderConfig {
        widths = List.copyOf(widths);
        if (widths.isEmpty()) {
            throw new IllegalArgumentException("[autoencoder] no stage");
        }
    }

    /** How many pixels across become one place of the small map. */
    public int reduction() {
        return 1 << widths.size() - 1;
    }

    BlockConfig blocks() {
        return new BlockConfig(groups, EPS, 0, false, BlockConfig.Heads.ONE, 0);
    }

    Mixer.Kind middle() {
        return attention ? Mixer.Kind.ATTENTION : Mixer.Kind.NONE;
    }
}
