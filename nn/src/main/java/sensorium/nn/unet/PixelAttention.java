package sensorium.nn.unet;

import sensorium.memory.Scope;
import sensorium.nn.Attention;
import sensorium.nn.GroupNorm;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** Attention of all places to all, added to the map. */
public record PixelAttention(GroupNorm groupNorm, Attention attention) implements Mixer {
    public static PixelAttention of(Weights w, int channels, BlockConfig c) {
        return new PixelAttention(
                GroupNorm.of(w.at("groupNorm"), c.groups(), channels, c.eps()),
                Attention.of(w.at("attention"), channels, c.heads().over(channels)));
    }

    @Override
    public Tensor forward(Tensor x, Tensor context) {
        return Trace.note(this, Scope.tidy("attention of pixels", () -> {
            Tensor tokens = groupNorm.forward(x).flatten(2, 4).t(); // (N, H·W, C)
            return x.plus(attention.forward(tokens).t().reshape(x.shape()));
        }));
    }
}
