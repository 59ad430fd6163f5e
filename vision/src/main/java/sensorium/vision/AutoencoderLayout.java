package sensorium.vision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import sensorium.nn.Activation;
import sensorium.nn.unet.BlockConfig;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.ResidualConfig;
import sensorium.nn.unet.StageConfig;
import sensorium.nn.unet.StageConfig.Resizing;

/**
 * An autoencoder in full, as published ones need it told; {@link AutoencoderConfig} is what those that are trained here choose of it.
 *
 * @param out channels of the picture that comes out
 * @param down whether places see one another in each stage of the encoder, from the largest map to the smallest
 * @param up the same of the decoder, from the smallest map to the largest
 * @param activation in residual blocks
 * @param quantConv whether there is a 1×1 convolution behind the encoder
 * @param postQuantConv whether there is one before the decoder
 */
public record AutoencoderLayout(
        AutoencoderConfig config,
        int out,
        List<Boolean> down,
        List<Boolean> up,
        Activation activation,
        boolean quantConv,
        boolean postQuantConv) {
    public AutoencoderLayout {
        down = List.copyOf(down);
        up = List.copyOf(up);
    }

    static AutoencoderLayout of(AutoencoderConfig c) {
        List<Boolean> never = Collections.nCopies(c.widths().size(), false);
        return new AutoencoderLayout(c, c.channels(), never, never, Activation.SILU, true, true);
    }

    int groups() {
        return config.groups();
    }

    double eps() {
        return config.blocks().eps();
    }

    private ResidualConfig blocks() {
        return new ResidualConfig(groups(), eps(), 0, false, activation, false, 0, 1);
    }

    private Mixer.Config mixer(boolean attends) {
        return attends ? Mixer.Config.attention(BlockConfig.Heads.ONE, groups(), eps(), 1) : Mixer.Config.NONE;
    }

    List<StageConfig> encoder() {
        return stages(down, config.layers(), Resizing.CONVOLUTION_AT_CORNER);
    }

    List<StageConfig> decoder() {
        return stages(up, config.layers() + 1, Resizing.CONVOLUTION);
    }

    private List<StageConfig> stages(List<Boolean> attending, int layers, Resizing resizing) {
        List<StageConfig> stages = new ArrayList<>();
        attending.forEach(attends -> stages.add(new StageConfig(layers, mixer(attends), resizing, blocks())));
        return stages;
    }

    StageConfig.Middle middle() {
        return new StageConfig.Middle(2, mixer(config.attention()), blocks());
    }
}
