package sensorium.diffusion;

import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.TextEncoder;
import sensorium.vision.PictureCodec;

/**
 * A network that denoises pictures or their latents, a U-Net or a transformer, with all that is needed to make pictures by it.
 *
 * @param unet null where it is the other
 * @param dit null where it is the other
 * @param text reads what is asked for, as it was trained before; null where labels are asked for
 * @param latents null where pixels are denoised
 */
public record DiffusionModel(UNet unet, Dit dit, TextEncoder text, Latents latents, DiffusionConfig config)
        implements Module {
    /** One whose parts are all new, or all loaded. */
    public static DiffusionModel of(Weights w, DiffusionConfig c) {
        TextEncoder text = c.text() == null ? null : TextEncoder.of(w.at("text"), c.text());
        Latents latents = c.latent() == null ? null : Latents.of(w.at("latents"), c.latent());
        return of(w, c, text, latents);
    }

    /**
     * A new one on parts that were trained before.
     *
     * @param text null where the configuration has none
     * @param codec null where the configuration has no latents
     */
    public static DiffusionModel of(Weights w, DiffusionConfig c, TextEncoder text, PictureCodec codec) {
        return of(w, c, text, codec == null ? null : Latents.of(w.at("latents"), codec));
    }

    private static DiffusionModel of(Weights w, DiffusionConfig c, TextEncoder text, Latents latents) {
        return switch (c.network()) {
            case UNetConfig u -> new DiffusionModel(UNet.of(w.at("unet"), u), null, text, latents, c);
            case DitConfig d -> new DiffusionModel(null, Dit.of(w.at("dit"), d), text, latents, c);
        };
    }

    /**
     * (N, C, H, W) → (N, C, H, W), pictures or latents.
     *
     * @param timesteps (N)
     */
    public Tensor forward(Tensor x, Tensor timesteps, Conditioning told) {
        Tensor squares = config.fold() == 1 ? x : x.pixelUnshuffle(config.fold());
        Tensor y = unet != null ? unet.forward(squares, timesteps, told) : dit.forward(squares, timesteps, told);
        return Trace.note(this, config.fold() == 1 ? y : y.pixelShuffle(config.fold()));
    }
}
