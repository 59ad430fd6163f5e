package sensorium.diffusion;

import java.util.List;
import sensorium.nn.unet.BlockConfig;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.TimestepEmbedding;

/**
 * Which U-Net.
 *
 * @param in channels of what is denoised
 * @param out channels of the prediction
 * @param widths channels of each stage, from the largest map to the smallest
 * @param layers residual blocks of a stage on the way down; on the way up there is one more
 * @param down what mixes places in each stage on the way down
 * @param middle what mixes them on the smallest map
 * @param up what mixes them in each stage on the way up, from the smallest map to the largest
 * @param timesteps how they are embedded; half the width is that of the first stage
 * @param classes labels that there are embeddings for, 0 for none
 * @param pooled width of the vector of a text, 0 for none
 */
public record UNetConfig(
        int in,
        int out,
        List<Integer> widths,
        int layers,
        List<Mixer.Kind> down,
        Mixer.Kind middle,
        List<Mixer.Kind> up,
        TimestepEmbedding.Config timesteps,
        int classes,
        int pooled,
        BlockConfig blocks)
        implements NetworkConfig {
    public UNetConfig {
        widths = List.copyOf(widths);
        down = List.copyOf(down);
        up = List.copyOf(up);
        requireStages(widths, down, up);
    }

    /** @throws IllegalArgumentException if there are not as many stages down and up as widths, or none */
    static void requireStages(List<Integer> widths, List<?> down, List<?> up) {
        if (widths.isEmpty() || down.size() != widths.size() || up.size() != widths.size()) {
            throw new IllegalArgumentException("[unet] " + widths.size() + " widths, " + down.size() + " stages down, "
                    + up.size() + " up: there must be as many of each, and at least one");
        }
    }
}
