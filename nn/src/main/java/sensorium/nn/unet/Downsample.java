package sensorium.nn.unet;

import sensorium.nn.Conv2d;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * A map of half the height and width, by a convolution with stride 2.
 *
 * @param symmetric whether the map is padded by one on all sides, else on the right and at the bottom only
 */
public record Downsample(Conv2d conv, boolean symmetric) implements Module {
    public static Downsample of(Weights w, int channels, boolean symmetric) {
        return new Downsample(Conv2d.of(w.at("conv"), channels, channels, 3, 2, symmetric ? 1 : 0, true), symmetric);
    }

    /** (N, C, H, W) → (N, C, H/2, W/2). */
    public Tensor forward(Tensor x) {
        return Trace.note(this, conv.forward(symmetric ? x : x.pad(2, 0, 1, 0.0).pad(3, 0, 1, 0.0)));
    }
}
