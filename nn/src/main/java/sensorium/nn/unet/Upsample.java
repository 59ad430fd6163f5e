package sensorium.nn.unet;

import sensorium.nn.Conv2d;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Resampling;
import sensorium.tensor.Tensor;

/** A map of twice the height and width: every pixel four times, then a convolution. */
public record Upsample(Conv2d conv) implements Module {
    public static Upsample of(Weights w, int channels) {
        return new Upsample(Conv2d.of(w.at("conv"), channels, channels, 3, 1, 1, true));
    }

    /** (N, C, H, W) → (N, C, 2·H, 2·W). */
    public Tensor forward(Tensor x) {
        return forward(x, 2 * x.dim(2), 2 * x.dim(3));
    }

    /** (N, C, h, w) → (N, C, height, width). */
    Tensor forward(Tensor x, int height, int width) {
        return Trace.note(this, conv.forward(x.interpolate(height, width, Resampling.NEAREST)));
    }
}
