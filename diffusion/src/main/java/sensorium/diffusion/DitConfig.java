package sensorium.diffusion;

import sensorium.nn.GridPositions;
import sensorium.nn.TransformerConfig;
import sensorium.nn.unet.TimestepEmbedding;

/**
 * Which diffusion transformer.
 *
 * @param in channels of what is denoised
 * @param out channels of the prediction
 * @param side height and width of what positions are made for
 * @param patch side of a patch
 * @param patchWidth numbers that a patch first becomes; the transformer's width, or another that a layer brings to it
 * @param timesteps how they are embedded
 * @param classes labels that there are vectors for, that of no class included where there is one; 0 for none
 * @param pooled width of the vector of a text, 0 for none
 * @param conditions one for all blocks, or as many as there are blocks
 * @param transformer adapted to a condition as wide as itself
 */
public record DitConfig(
        int in,
        int out,
        int side,
        int patch,
        int patchWidth,
        GridPositions.Kind positions,
        TimestepEmbedding.Config timesteps,
        int classes,
        int pooled,
        int conditions,
        TransformerConfig transformer)
        implements NetworkConfig {
    public DitConfig {
        if (side % patch != 0) {
            throw new IllegalArgumentException("[dit] patches of " + patch + " do not fill a side of " + side);
        }
        if (conditions != 1 && conditions != transformer.depth()) {
            throw new IllegalArgumentException(
                    "[dit] " + conditions + " conditions for " + transformer.depth() + " blocks");
        }
    }
}
