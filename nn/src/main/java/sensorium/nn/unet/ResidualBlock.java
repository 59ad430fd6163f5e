package sensorium.nn.unet;

import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Conv2d;
import sensorium.nn.GroupNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Training;
import sensorium.nn.Weights;
import sensorium.op.Primitive.Window;
import sensorium.tensor.Resampling;
import sensorium.tensor.Tensor;

/**
 * Two convolutions, each after a norm and an activation, beside a way past them (Ho et al., arXiv:2006.11239). The timestep, embedded,
 * is added between them.
 *
 * @param time embedding → channels to add, or to scale and to shift by; null without embedding
 * @param shortcut 1×1 where channels change, else null
 * @param size what becomes of the map's height and width, on both ways, before the first convolution
 */
public record ResidualBlock(
        GroupNorm norm1,
        Conv2d conv1,
        Linear time,
        GroupNorm norm2,
        Conv2d conv2,
        Conv2d shortcut,
        ResidualConfig config,
        Size size)
        implements Module {
    /** Of what comes out. */
    public enum Size {
        SAME,
        /** Each pixel the mean of four. */
        HALF,
        /** Each pixel four times. */
        DOUBLE
    }

    private static final Window HALVING = new Window(2, 2, 0, 0, 1, 1, 1);

    static ResidualBlock of(Weights w, int in, int out, ResidualConfig c) {
        return of(w, in, out, c, Size.SAME);
    }

    static ResidualBlock of(Weights w, int in, int out, ResidualConfig c, Size size) {
        boolean timed = c.embedding() > 0;
        return new ResidualBlock(
                GroupNorm.of(w.at("norm1"), c.groups(), in, c.eps()),
                Conv2d.of(w.at("conv1"), in, out, 3, 1, 1, true),
                timed ? Linear.of(w.at("time"), c.embedding(), c.scaleShift() ? 2 * out : out, true) : null,
                GroupNorm.of(w.at("norm2"), c.groups(), out, c.eps()),
                Conv2d.silent(w.at("conv2"), out, out),
                in == out ? null : Conv2d.of(w.at("shortcut"), in, out, 1, 1, 0, true),
                c,
                size);
    }

    /**
     * (N, in, H, W) → (N, out, H, W), or of half or twice the height and width.
     *
     * @param embedding (N, E), not read without one
     */
    public Tensor forward(Tensor x, Tensor embedding) {
        return Trace.note(this, Scope.tidy("a residual block", () -> {
            Tensor h = conv1.forward(sized(active(norm1.forward(x))));
            h = time == null ? norm2.forward(h) : timed(h, told(embedding));
            h = conv2.forward(Training.dropout(active(h), config.dropout()));
            Tensor past = sized(x);
            Tensor sum = h.plus(shortcut == null ? past : shortcut.forward(past));
            return config.divisor() == 1 ? sum : sum.dividedBy(config.divisor());
        }));
    }

    private Tensor active(Tensor x) {
        return config.activation().apply(x);
    }

    private Tensor told(Tensor embedding) {
        return time.forward(config.embeddingActive() ? embedding : active(embedding));
    }

    private Tensor sized(Tensor x) {
        return switch (size) {
            case SAME -> x;
            case HALF -> x.avgPool2d(2, 2, HALVING);
            case DOUBLE -> x.interpolate(2 * x.dim(2), 2 * x.dim(3), Resampling.NEAREST);
        };
    }

    /** @param t (N, out) or, to scale and shift by, (N, 2·out) */
    private Tensor timed(Tensor h, Tensor t) {
        if (!config.scaleShift()) {
            return norm2.forward(h.plus(t.reshape(t.dim(0), t.dim(1), 1, 1)));
        }
        List<Tensor> parts = t.chunk(1, 2);
        return norm2.modulated(h, parts.get(0), parts.get(1));
    }
}
