package sensorium.nn.unet;

import sensorium.memory.Scope;
import sensorium.nn.Attention;
import sensorium.nn.GroupNorm;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Attention of all places to all, added to the map.
 *
 * @param groupNorm before it, or null
 * @param divisor of the sum
 */
public record PixelAttention(GroupNorm groupNorm, Attention attention, double divisor) implements Mixer {
    static PixelAttention of(Weights w, int channels, Mixer.Config c) {
        return new PixelAttention(
                c.groups() > 0 ? GroupNorm.of(w.at("groupNorm"), c.groups(), channels, c.eps()) : null,
                Attention.of(w.at("attention"), channels, c.heads().over(channels)),
                c.divisor());
    }

    @Override
    public Tensor forward(Tensor x, Tensor context) {
        return Trace.note(this, Scope.tidy("attention of pixels", () -> {
            Tensor seen = groupNorm == null ? x : groupNorm.forward(x);
            Tensor tokens = seen.flatten(2, 4).t(); // (N, H·W, C)
            Tensor sum = x.plus(attention.forward(tokens).t().reshape(x.shape()));
            return divisor == 1 ? sum : sum.dividedBy(divisor);
        }));
    }
}
