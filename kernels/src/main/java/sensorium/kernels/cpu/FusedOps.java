package sensorium.kernels.cpu;

import java.util.Arrays;
import java.util.List;
import sensorium.op.Fused;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;

/** The fused ops that have kernels, in single precision. */
final class FusedOps {
    private final WorkPool pool;
    private final ElementwiseOps elementwise;
    private final MatrixOps matrices;

    FusedOps(WorkPool pool) {
        this.pool = pool;
        elementwise = new ElementwiseOps(pool);
        matrices = new MatrixOps(pool);
    }

    static boolean has(Fused op, List<Spec> in) {
        Shape x = in.get(0).shape();
        boolean attends = op instanceof Fused.Attention || op instanceof Fused.AttentionGrad;
        boolean classifies = op instanceof Fused.CrossEntropy || op instanceof Fused.CrossEntropyGrad;
        boolean aligns = op instanceof Fused.CtcLoss || op instanceof Fused.CtcLossGrad;
        for (int i = 0; i < in.size(); i++) {
            boolean other = i == 3 && attends && in.get(i).dtype() == DType.BOOL
                    || i == 1 && classifies
                    || i >= 1 && i <= 3 && aligns
                    || i == 1
                            && (op instanceof Fused.Linear || op instanceof Fused.LinearUnary)
                            && Widening.has(in.get(i).dtype());
            boolean large = in.get(i).shape().size() > Integer.MAX_VALUE / 2 && !(op instanceof Fused.Nearest);
            if (in.get(i).dtype() != DType.F32 && !other || large) {
                return false;
            }
        }
        return switch (op) {
            case Fused.Linear _ -> true;
            case Fused.LinearUnary l ->
                Unaries.has(l.kind()) && l.infer(in).get(0).shape().size() <= Integer.MAX_VALUE / 2;
            case Fused.UnaryGrad u -> UnaryGradients.has(u.kind());
            case Fused.Softmax s -> s.axis() == x.rank() - 1;
            case Fused.SoftmaxGrad s -> s.axis() == x.rank() - 1;
            case Fused.LogSoftmax s -> s.axis() == x.rank() - 1;
            case Fused.LogSoftmaxGrad s -> s.axis() == x.rank() - 1;
            case Fused.CrossEntropy _ -> true;
            case Fused.CrossEntropyGrad _ -> true;
            case Fused.CtcLoss _ -> true;
            case Fused.CtcLossGrad _ -> true;
            case Fused.LayerNorm _ -> true;
            case Fused.LayerNormGrad _ -> true;
            case Fused.RmsNorm _ -> true;
            case Fused.RmsNormGrad _ -> true;
            case Fused.GroupNorm _ -> true;
            case Fused.GroupNormGrad _ -> true;
            case Fused.BatchNorm _ -> true;
            case Fused.BatchNormGrad _ -> true;
            case Fused.AdamWStep _ -> true;
            case Fused.Attention _ -> true;
            case Fused.AttentionGrad _ -> true;
            case Fused.Nearest nearest -> nearest.k() <= Nearest.MOST;
            case Fused.MaxPool2d _ -> true;
            case Fused.MaxPool2dGrad _ -> true;
            case Fused.RealFft _ -> true;
            case Fused.RealFftAdjoint _ -> true;
            case Fused.PowerSpectrum _ -> true;
            default -> false;
        };
    }

    void run(Fused op, Call c) {
        Shape x = c.shape(0);
        int n = x.rank() == 0 ? 1 : x.dim(-1);
        int rows = n == 0 ? 0 : (int) (x.size() / n);
        switch (op) {
            case Fused.Linear _ -> matrices.linear(c, null);
            case Fused.LinearUnary l -> matrices.linear(c, l.kind());
            case Fused.UnaryGrad u -> elementwise.unaryGrad(c, u.kind());
            case Fused.Softmax _ -> Rows.softmax(pool, c.x(0), c.y(0), rows, n);
            case Fused.SoftmaxGrad _ -> Rows.softmaxGrad(pool, c.x(0), c.x(1), c.y(0), rows, n);
            case Fused.LogSoftmax _ -> Rows.logSoftmax(pool, c.x(0), c.y(0), rows, n);
            case Fused.LogSoftmaxGrad _ -> Rows.logSoftmaxGrad(pool, c.x(0), c.x(1), c.y(0), rows, n);
            case Fused.CrossEntropy loss ->
                CrossEntropy.forward(pool, c.x(0), c.x(1), c.y(0), c.y(1), c.y(2), rows, n, (float) loss.smoothing());
            case Fused.CrossEntropyGrad loss ->
                CrossEntropy.backward(
                        pool, c.x(0), c.x(1), c.x(2), c.x(3), c.x(4), c.y(0), rows, n, (float) loss.smoothing());
            case Fused.CtcLoss loss -> new Alignments(pool, c, loss.blank()).loss(c.y(0), loss.zeroInfinity());
            case Fused.CtcLossGrad loss -> new Alignments(pool, c, loss.blank()).gradient(c.x(4), c.y(0));
            case Fused.LayerNorm norm -> {
                boolean affine = c.inputs() == 3;
                Norms.layer(pool, c.x(0), affine ? c.x(1) : 0, affine ? c.x(2) : 0, c.y(0), rows, n, norm.eps());
            }
            case Fused.LayerNormGrad norm -> {
                var g = new NormGrad(c);
                Norms.layerGrad(pool, c.x(0), g.weight, g.dy, c.y(0), g.dweight, g.dbias, rows, n, norm.eps());
            }
            case Fused.RmsNorm norm ->
                Norms.rms(pool, c.x(0), c.inputs() == 2 ? c.x(1) : 0, c.y(0), rows, n, norm.eps());
            case Fused.RmsNormGrad norm -> {
                var g = new NormGrad(c);
                Norms.rmsGrad(pool, c.x(0), g.weight, g.dy, c.y(0), g.dweight, rows, n, norm.eps());
            }
            case Fused.GroupNorm norm -> {
                boolean affine = c.inputs() == 3;
                ChannelNorms.group(
                        pool,
                        c.x(0),
                        affine ? c.x(1) : 0,
                        affine ? c.x(2) : 0,
                        c.y(0),
                        x.dim(0),
                        x.dim(1),
                        space(x),
                        norm.groups(),
                        norm.eps());
            }
            case Fused.GroupNormGrad norm -> {
                var g = new NormGrad(c);
                ChannelNorms.groupGrad(
                        pool,
                        c.x(0),
                        g.weight,
                        g.dy,
                        c.y(0),
                        g.dweight,
                        g.dbias,
                        x.dim(0),
                        x.dim(1),
                        space(x),
                        norm.groups(),
                        norm.eps());
            }
            case Fused.BatchNorm norm ->
                ChannelNorms.batch(
                        pool, c.x(0), c.x(1), c.x(2), c.y(0), c.y(1), c.y(2), x.dim(0), x.dim(1), space(x), norm.eps());
            case Fused.BatchNormGrad norm -> {
                var g = new NormGrad(c);
                ChannelNorms.batchGrad(
                        pool,
                        c.x(0),
                        g.weight,
                        g.dy,
                        c.y(0),
                        g.dweight,
                        g.dbias,
                        x.dim(0),
                        x.dim(1),
                        space(x),
                        norm.eps());
            }
            case Fused.AdamWStep step ->
                Optimizers.adamW(pool, step, c.x(0), c.x(1), c.x(2), c.x(3), c.y(0), c.y(1), c.y(2), (int) x.size());
            case Fused.Attention a -> {
                boolean masked = c.inputs() == 4;
                attention(c, a.scale(), a.causal(), a.offset(), masked)
                        .forward(heads(c, 0), heads(c, 1), heads(c, 2), c.y(0), c.y(1));
            }
            case Fused.AttentionGrad a -> {
                int at = c.inputs() - 3;
                attention(c, a.scale(), a.causal(), a.offset(), at == 4)
                        .backward(
                                heads(c, 0),
                                heads(c, 1),
                                heads(c, 2),
                                c.x(at),
                                c.x(at + 1),
                                c.x(at + 2),
                                c.y(0),
                                c.y(1),
                                c.y(2));
            }
            case Fused.Nearest nearest ->
                new Nearest(pool, c.x(0), x.dim(0), x.dim(1), nearest.k())
                        .search(c.x(1), c.shape(1).dim(0), c.y(0), c.y(1));
            case Fused.MaxPool2d p ->
                new MaxPool(pool, p.kernelH(), p.kernelW(), p.window(), x).forward(c.x(0), c.y(0));
            case Fused.MaxPool2dGrad p ->
                new MaxPool(pool, p.kernelH(), p.kernelW(), p.window(), x).backward(c.x(0), c.x(1), c.y(0));
            case Fused.RealFft f -> {
                var r = new Signals(c);
                new Fft(pool, f.n(), n).forward(r.address, r.stride, rows, c.inputs() == 2 ? c.x(1) : 0, c.y(0));
            }
            case Fused.RealFftAdjoint f ->
                new Fft(pool, f.n(), f.length())
                        .adjoint(c.x(0), (int) x.range(0, x.rank() - 2).size(), c.y(0));
            case Fused.PowerSpectrum f -> {
                var r = new Signals(c);
                Filters filters = c.inputs() == 2
                        ? null
                        : new Filters(c.x(2), c.shape(2).dim(0), c.shape(2).dim(1));
                new Fft(pool, f.n(), n).power(r.address, r.stride, rows, c.x(1), filters, c.y(0));
            }
            default -> throw new IllegalArgumentException("no kernel for " + op.name());
        }
    }

    /** The operands of a normalisation's gradient: (x, dy) or (x, weight, dy). */
    private static final class NormGrad {
        final long weight;
        final long dy;
        final long dweight;
        final long dbias;

        NormGrad(Call c) {
            boolean affine = c.inputs() == 3;
            weight = affine ? c.x(1) : 0;
            dy = c.x(affine ? 2 : 1);
            dweight = affine ? c.y(1) : 0;
            dbias = c.outputs() == 3 ? c.y(2) : 0;
        }
    }

    /** The rows of operand 0, where they lie if that is at one distance from each other, be it that they overlap. */
    private static final class Signals {
        final long address;
        /** Elements from one row to the next. */
        final long stride;

        Signals(Call c) {
            Layout layout = c.operand(0).layout();
            int last = layout.shape().rank() - 1;
            int n = layout.shape().dim(last);
            Nest rows = Nest.of(layout.shape().range(0, last).dims(), Arrays.copyOf(layout.strides(), last));
            boolean walk = rows.rank() == 1 && (n == 1 || layout.stride(last) == 1);
            address = walk ? c.first(0) : c.x(0);
            stride = walk ? rows.step(0) : n;
        }
    }

    private Attention attention(Call c, double scale, boolean causal, int offset, boolean masked) {
        Shape q = c.shape(0);
        int keys = c.shape(1).dim(2);
        Scores.Kind kind = Scores.Kind.NONE;
        var mask = new Call.Strided(0, new long[4]);
        if (masked) {
            kind = c.type(3) == DType.BOOL ? Scores.Kind.SEEN : Scores.Kind.ADDED;
            mask = c.walkable(3, Shape.of(q.dim(0), q.dim(1), q.dim(2), keys));
        }
        // An axis of one key has whatever stride.
        mask.strides()[3] = keys == 1 ? 0 : mask.strides()[3];
        var scores = new Scores(keys, causal, offset, kind, mask.address(), mask.strides(), q.dim(1));
        int count = q.dim(0) * q.dim(1);
        return new Attention(pool, count, q.dim(2), keys, q.dim(3), c.shape(2).dim(3), (float) scale, scores);
    }

    /** Input i (batch, heads, rows, columns) where it lies, if the products can walk it. */
    private static Attention.Heads heads(Call c, int i) {
        Layout layout = c.operand(i).layout();
        long address;
        if (Gemm.accepts(layout.stride(2)) && Gemm.accepts(layout.stride(3))) {
            address = c.first(i);
        } else {
            address = c.x(i);
            layout = Layout.contiguous(layout.shape());
        }
        var first = new Gemm.Matrix(address, layout.stride(2), layout.stride(3));
        return new Attention.Heads(
                first, layout.stride(0), layout.stride(1), layout.shape().dim(1));
    }

    /** Elements of a channel's plane. */
    private static int space(Shape x) {
        return (int) x.range(2, x.rank()).size();
    }
}
