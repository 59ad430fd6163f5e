package sensorium.nn.unet;

import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Conv2d;
import sensorium.nn.GroupNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Two convolutions, each after a norm and SiLU, beside a way past them (Ho et al., arXiv:2006.11239). The timestep, embedded, is added
 * between them.
 *
 * @param time embedding → channels to add, or to scale and to shift by; null without embedding
 * @param shortcut 1×1 where channels change, else null
 */
public record ResidualBlock(
        GroupNorm norm1, Conv2d conv1, Linear time, GroupNorm norm2, Conv2d conv2, Conv2d shortcut, boolean scaleShift)
        implements Module {

    public static ResidualBlock of(Weights w, int in, int out, BlockConfig c) {
        boolean timed = c.embedding() > 0;
        return new ResidualBlock(
                GroupNorm.of(w.at("norm1"), c.groups(), in, c.eps()),
                Conv2d.of(w.at("conv1"), in, out, 3, 1, 1, true),
                timed ? Linear.of(w.at("time"), c.embedding(), c.scaleShift() ? 2 * out : out, true) : null,
                GroupNorm.of(w.at("norm2"), c.groups(), out, c.eps()),
                Conv2d.silent(w.at("conv2"), out, out),
                in == out ? null : Conv2d.of(w.at("shortcut"), in, out, 1, 1, 0, true),
                c.scaleShift());
    }

    /**
     * (N, in, H, W) → (N, out, H, W).
     *
     * @param embedding (N, E), not read without one
     */
    public Tensor forward(Tensor x, Tensor embedding) {
        return Trace.note(this, Scope.tidy("a residual block", () -> {
            Tensor h = conv1.forward(norm1.forward(x).silu());
            h = time == null ? norm2.forward(h) : timed(h, time.forward(embedding.silu()));
            h = conv2.forward(h.silu());
            return h.plus(shortcut == null ? x : shortcut.forward(x));
        }));
    }

    /** @param t (N, out) or, to scale and shift by, (N, 2·out) */
    private Tensor timed(Tensor h, Tensor t) {
        Tensor map = t.reshape(t.dim(0), t.dim(1), 1, 1);
        if (!scaleShift) {
            return norm2.forward(h.plus(map));
        }
        List<Tensor> parts = map.chunk(1, 2);
        return norm2.forward(h).times(parts.get(0).plus(1)).plus(parts.get(1));
    }
}
