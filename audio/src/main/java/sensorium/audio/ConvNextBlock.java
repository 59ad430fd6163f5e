package sensorium.audio;

import sensorium.memory.Scope;
import sensorium.nn.Conv1d;
import sensorium.nn.Init;
import sensorium.nn.LayerNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * A residual block over time: a wide depthwise convolution, then a perceptron at each frame (Liu et al., arXiv:2201.03545; over frames
 * of sound as in Siuzdak, arXiv:2306.00814). Nothing but the convolution mixes frames, and each frame is normalised by itself, so a
 * frame's result depends on its {@link #reach} alone.
 *
 * @param scale (channels), of what is added; small at first
 */
record ConvNextBlock(Conv1d depthwise, LayerNorm norm, Linear widen, Linear narrow, Parameter scale) implements Module {
    private static final int KERNEL = 7;
    private static final int WIDER = 3;

    static ConvNextBlock of(Weights w, int channels) {
        return new ConvNextBlock(
                Conv1d.depthwise(w.at("depthwise"), channels, KERNEL),
                LayerNorm.of(w.at("norm"), channels, 1e-6),
                Linear.of(w.at("widen"), channels, WIDER * channels, true),
                Linear.of(w.at("narrow"), WIDER * channels, channels, true),
                w.parameter("scale", new Init.Constant(0.2), channels));
    }

    /** Frames to each side that one is made from. */
    static int reach() {
        return KERNEL / 2;
    }

    /** (N, T, channels) → (N, T, channels). */
    Tensor forward(Tensor x) {
        return Trace.note(this, Scope.tidy("a block over time", () -> {
            Tensor mixed = depthwise.forward(x.transpose(1, 2)).transpose(1, 2);
            Tensor h = narrow.forward(
                    widen.forward(norm.forward(mixed.contiguous())).gelu());
            return x.plus(h.times(scale.value()));
        }));
    }
}
