package sensorium.diffusion;

import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * A network that denoises pictures of classes, a U-Net or a transformer.
 *
 * @param unet null where it is the other
 * @param dit null where it is the other
 */
public record DiffusionModel(UNet unet, Dit dit, DiffusionConfig config) implements Module {
    public static DiffusionModel of(Weights w, DiffusionConfig c) {
        return switch (c.network()) {
            case UNetConfig u -> new DiffusionModel(UNet.of(w.at("unet"), u), null, c);
            case DitConfig d -> new DiffusionModel(null, Dit.of(w.at("dit"), d), c);
        };
    }

    /**
     * (N, C, H, W) → (N, C, H, W).
     *
     * @param timesteps (N)
     * @param classes (N), I64; that of no class is the number of the labels
     */
    public Tensor forward(Tensor x, Tensor timesteps, Tensor classes) {
        Tensor squares = config.fold() == 1 ? x : x.pixelUnshuffle(config.fold());
        Tensor y = unet != null
                ? unet.forward(squares, timesteps, classes, null)
                : dit.forward(squares, timesteps, classes);
        return Trace.note(this, config.fold() == 1 ? y : y.pixelShuffle(config.fold()));
    }
}
