package sensorium.nn;

import java.util.List;
import java.util.function.UnaryOperator;
import sensorium.memory.Scope;
import sensorium.nn.TransformerConfig.Placement;
import sensorium.tensor.Tensor;

/**
 * One block: attention, attention to a context where there is one, and the MLP, each a branch of the residual stream. Plain
 * and pre-norm it is
 *
 * <pre>{@code
 * x = x.plus(attention.forward(norm1.forward(x)));
 * x = x.plus(mlp.forward(norm2.forward(x)));
 * }</pre>
 *
 * @param scale1 (D) factor of the attention branch (layer scale), or null
 * @param crossNorm null without a context
 * @param cross null without a context
 * @param scale2 (D) factor of the MLP branch, or null
 * @param modulation condition → shifts, scales and gates of both branches, or null
 * @param contextOnly whether the first attention is to the context too
 * @param dropPath probability of dropping a branch in training
 */
public record TransformerBlock(
        Norm norm1,
        Attention attention,
        Parameter scale1,
        Norm crossNorm,
        Attention cross,
        Norm norm2,
        Mlp mlp,
        Parameter scale2,
        Linear modulation,
        TransformerConfig config,
        boolean contextOnly,
        double dropPath)
        implements Module {

    /** What the condition says to one branch, each (B, 1, D); {@code gate} may be null. */
    private record Adjustment(Tensor shift, Tensor scale, Tensor gate) {
        static final Adjustment NOTHING = new Adjustment(null, null, null);
    }

    static TransformerBlock of(
            Weights w, TransformerConfig c, int index, Positions.Rotary rotary, boolean contextOnly) {
        int width = c.width();
        boolean affine = c.affineNorms();
        double layerScale = c.residual().layerScale();
        boolean cross = c.contextWidth() > 0;
        double depthRate = c.residual().stochasticDepth() * index / Math.max(1, c.depth() - 1);
        return new TransformerBlock(
                Norm.of(w.at("norm1"), width, c.outerNorm(), affine),
                Attention.of(
                        w.at("attention"),
                        width,
                        contextOnly ? c.contextWidth() : width,
                        c.attention(),
                        contextOnly ? null : rotary),
                layerScale > 0 ? w.parameter("scale1", new Init.Constant(layerScale), width) : null,
                cross ? Norm.of(w.at("crossNorm"), width, c.norm(), true) : null,
                cross ? Attention.of(w.at("cross"), width, c.contextWidth(), c.attention(), null) : null,
                Norm.of(w.at("norm2"), width, c.norm(), affine),
                Mlp.of(w.at("mlp"), width, c.mlp()),
                layerScale > 0 ? w.parameter("scale2", new Init.Constant(layerScale), width) : null,
                c.modulation().width() > 0 ? modulation(w.at("modulation"), c) : null,
                c,
                contextOnly,
                depthRate);
    }

    /** Begins at zero: no shift, no scale, and closed gates. */
    private static Linear modulation(Weights w, TransformerConfig c) {
        int parts = c.modulation().gated() ? 6 : 4;
        return Linear.of(w, c.modulation().width(), parts * c.width(), true, Init.zeros());
    }

    /**
     * @param x (B, N, D)
     * @param self how tokens attend to each other
     * @param context how they attend to the context; not read without one
     * @param condition (B, C), or null
     * @return (B, N, D)
     */
    public Tensor forward(Tensor x, Attention.Options self, Attention.Options context, Tensor condition) {
        List<Adjustment> adjust = adjustments(condition);
        Attention.Options first = contextOnly ? context.withCache(self.cache()) : self;
        Tensor y =
                branch(x, norm1, n -> attention.forward(Trace.note(this, "adapted", n), first), scale1, adjust.get(0));
        if (cross != null) {
            y = branch(y, crossNorm, n -> cross.forward(n, context), null, Adjustment.NOTHING);
        }
        return Trace.note(this, branch(y, norm2, mlp::forward, scale2, adjust.get(1)));
    }

    /** A branch's intermediates are four to eight times as large as the stream: they end with it. */
    private Tensor branch(Tensor x, Norm norm, UnaryOperator<Tensor> f, Parameter layerScale, Adjustment adjust) {
        return Scope.tidy("a transformer block", () -> joined(x, norm, f, layerScale, adjust));
    }

    private Tensor joined(Tensor x, Norm norm, UnaryOperator<Tensor> f, Parameter layerScale, Adjustment adjust) {
        boolean pre = config.residual().placement() == Placement.PRE;
        Tensor y = f.apply(pre ? modulate(norm.forward(x), adjust) : x);
        if (layerScale != null) {
            y = Trace.note(this, layerScale == scale1 ? "scaled1" : "scaled2", y.times(layerScale.value()));
        }
        if (adjust.gate != null) {
            y = y.times(adjust.gate);
        }
        y = Training.dropPath(Training.dropout(y, config.residual().dropout()), dropPath);
        Tensor sum = x.plus(y);
        return pre ? sum : modulate(norm.forward(sum), adjust);
    }

    private static Tensor modulate(Tensor x, Adjustment adjust) {
        return adjust.scale == null ? x : x.times(adjust.scale.plus(1)).plus(adjust.shift);
    }

    /** Of attention and MLP: shift, scale and, where gated, gate of the one, then of the other, as DiT has them. */
    private List<Adjustment> adjustments(Tensor condition) {
        if (modulation == null) {
            return List.of(Adjustment.NOTHING, Adjustment.NOTHING);
        }
        boolean gated = config.modulation().gated();
        List<Tensor> p = modulation
                .forward(config.modulation().activation().apply(condition))
                .unsqueeze(1)
                .chunk(2, gated ? 6 : 4);
        return gated
                ? List.of(new Adjustment(p.get(0), p.get(1), p.get(2)), new Adjustment(p.get(3), p.get(4), p.get(5)))
                : List.of(new Adjustment(p.get(0), p.get(1), null), new Adjustment(p.get(2), p.get(3), null));
    }
}
