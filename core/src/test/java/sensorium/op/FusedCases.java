package sensorium.op;

import static sensorium.op.Sample.floats;

import java.util.ArrayList;
import java.util.List;
import sensorium.autograd.Tape;
import sensorium.op.OpCase.Budget;
import sensorium.op.Primitive.Window;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** Ops with a fallback, and their gradient ops. */
final class FusedCases {
    private static final double INF = Double.POSITIVE_INFINITY;

    private FusedCases() {}

    static void add(Table t) {
        linear(t);
        softmax(t);
        crossEntropy(t);
        alignments(t);
        norms(t);
        attention(t);
        pooling(t);
        spectra(t);
        nearest(t);
        var adam = new Fused.AdamWStep(1e-2, 0.9, 0.99, 1e-6, 0.1, 0.19, 0.0199);
        t.floats(
                adam,
                Budget.norm(8),
                1,
                floats(3, 5),
                floats(3, 5),
                floats(3, 5),
                floats(3, 5).in(0.1, 1));
        t.floats(
                adam,
                Budget.norm(8),
                1,
                floats(67),
                floats(67),
                floats(67),
                floats(67).in(0.1, 1));
    }

    private static void linear(Table t) {
        var linear = new Fused.Linear();
        t.floats(linear, Budget.norm(16), 2, floats(3, 5), floats(7, 5), floats(7));
        t.floats(linear, Budget.norm(16), 2, floats(2, 1, 3, 5), floats(4, 5));
        t.floats(linear, Budget.norm(32), 1, floats(2, 37, 130), floats(67, 130), floats(67));
        t.floats(linear, Budget.norm(32), 0, floats(1, 1, 259), floats(33, 259), floats(33));
        t.floats(linear, Budget.norm(16), 0, floats(2, 0, 3), floats(4, 3), floats(4));
        t.floats(linear, Budget.norm(16), 1, floats(3, 0), floats(4, 0), floats(4));
        t.floats(linear, Budget.norm(16), 0, floats(2, 3), floats(0, 3), floats(0));
        for (UnaryKind kind : new UnaryKind[] {UnaryKind.GELU, UnaryKind.TANH, UnaryKind.SILU}) {
            var both = new Fused.LinearUnary(kind);
            t.floats(both, Budget.norm(16), 2, floats(3, 5), floats(7, 5), floats(7));
            t.floats(both, Budget.norm(32), 1, floats(2, 19, 30), floats(37, 30));
        }
        for (DType half : new DType[] {DType.F16, DType.BF16}) {
            t.floats(linear, Budget.norm(16), 0, floats(3, 5), floats(7, 5).with(half), floats(7));
            t.floats(
                    linear,
                    Budget.norm(32),
                    0,
                    floats(2, 9, 130),
                    floats(67, 130).with(half));
            t.floats(linear, Budget.norm(32), 0, floats(1, 259), floats(33, 259).with(half), floats(33));
        }
        t.floats(
                linear,
                Budget.norm(16),
                0,
                floats(3, 2).with(Sample.these(1, Double.NaN, INF, 2, 1, 3)),
                floats(2, 2).with(Sample.these(1, 2, 3, 4)),
                floats(2));
    }

    private static void softmax(Table t) {
        for (int axis = 0; axis < 3; axis++) {
            t.floats(new Fused.Softmax(axis), Budget.norm(8), 2, floats(3, 5, 7));
            t.floats(new Fused.LogSoftmax(axis), Budget.norm(8), 2, floats(3, 5, 7));
            t.floats(
                    new Fused.SoftmaxGrad(axis),
                    Budget.norm(16),
                    2,
                    floats(3, 5, 7).in(0, 1),
                    floats(3, 5, 7));
            t.floats(
                    new Fused.LogSoftmaxGrad(axis),
                    Budget.norm(16),
                    2,
                    floats(3, 5, 7).in(-3, 0),
                    floats(3, 5, 7));
        }
        Sample.Values special = Sample.these(1, -INF, 2, 3, 90, -90, 1000, 999, -INF, -INF, 0, 0);
        for (Op op : new Op[] {new Fused.Softmax(1), new Fused.LogSoftmax(1)}) {
            t.floats(op, Budget.norm(8), 0, floats(3, 4).with(special));
            t.floats(op, Budget.norm(8), 0, floats(2, 3).with(Sample.these(1, Double.NaN, 2, -INF, -INF, -INF)));
            t.floats(op, Budget.norm(8), 0, floats(0, 3));
            t.floats(op, Budget.norm(8), 2, floats(3, 1));
            t.floats(op, Budget.norm(16), 0, floats(2, 259).in(-20, 20));
        }
    }

    private static void crossEntropy(Table t) {
        for (double smoothing : new double[] {0, 0.1}) {
            var op = new Fused.CrossEntropy(smoothing);
            t.floats(op, Budget.norm(8), 2, floats(3, 5), Sample.indices(5, 3));
            t.floats(op, Budget.norm(8), 1, floats(2, 3, 7), Sample.indices(7, 2, 3));
            t.floats(op, Budget.norm(8), 1, floats(7), Sample.indices(7));
            t.floats(op, Budget.norm(8), 0, floats(3, 1), Sample.indices(1, 3));
            t.floats(op, Budget.norm(8), 0, floats(0, 3), Sample.indices(3, 0));
            t.floats(op, Budget.norm(16), 0, floats(5, 259).in(-200, 200), Sample.indices(259, 5));
            Sample.Values special = Sample.these(1, -INF, 2, 1, Double.NaN, 2, 1e4, 1e4 + 1, -1e4, INF, 0, 1);
            t.floats(op, Budget.norm(8), 0, floats(4, 3).with(special), Sample.indices(3, 4));
            gradient(t, op, 1, floats(3, 5), Sample.indices(5, 3), floats(3));
            gradient(t, op, 0, floats(2, 3, 7), Sample.indices(7, 2, 3), floats(2, 3));
            gradient(t, op, 0, floats(5, 259).in(-20, 20), Sample.indices(259, 5), floats(5));
        }
    }

    private static void gradient(Table t, Fused.CrossEntropy forward, int order, Sample... in) {
        var op = new Fused.CrossEntropyGrad(forward.smoothing());
        gradient(t, forward, op, order, in);
    }

    /** Words of a few letters, with a repetition, padding, too few frames, no frames and no letters among them. */
    private static void alignments(Table t) {
        Sample targets = Sample.indices(5, 5, 3).with(Sample.these(1, 2, 3, 2, 2, 0, 4, 1, 4, 3, 3, 3, 1, 1, 1));
        Sample lengths = Sample.indices(8, 5).with(Sample.these(7, 5, 9, 2, 0));
        Sample counts = Sample.indices(4, 5).with(Sample.these(3, 2, 3, 2, 0));
        Sample logp = floats(5, 7, 5).in(-4, 0);
        for (boolean zero : new boolean[] {false, true}) {
            // The fourth item is impossible: its loss is infinite, or 0.
            t.floats(new Fused.CtcLoss(0, zero), Budget.norm(64), zero ? 1 : 0, logp, targets, lengths, counts);
            t.floats(
                    new Fused.CtcLossGrad(0, zero),
                    Budget.norm(64),
                    zero ? 1 : 0,
                    logp,
                    targets,
                    lengths,
                    counts,
                    floats(5));
        }
        Sample some = Sample.indices(2, 2, 1).with(Sample.these(0, 1));
        Sample three = Sample.indices(4, 2).with(Sample.these(3, 2));
        Sample one = Sample.indices(2, 2).with(Sample.these(1, 1));
        t.floats(new Fused.CtcLoss(2, false), Budget.norm(64), 2, floats(2, 3, 3), some, three, one);
        // No target at all, no frame, no item, and a class that is never.
        Sample none = Sample.indices(1, 2, 0);
        Sample zeros = Sample.indices(1, 2);
        t.floats(new Fused.CtcLoss(1, false), Budget.norm(64), 1, floats(2, 3, 2), none, three, zeros);
        t.floats(new Fused.CtcLoss(1, false), Budget.norm(64), 0, floats(2, 0, 2), none, three, zeros);
        t.floats(
                new Fused.CtcLoss(1, false),
                Budget.norm(64),
                0,
                floats(0, 3, 2),
                Sample.indices(2, 0, 2),
                Sample.indices(2, 0),
                Sample.indices(2, 0));
        Sample never = floats(2, 3, 3).with(Sample.these(-1, -INF, -2, -0.5, -1, -INF, -3, -1, -0.1));
        t.floats(new Fused.CtcLoss(2, false), Budget.norm(64), 0, never, some, three, one);
        t.floats(new Fused.CtcLossGrad(2, false), Budget.norm(64), 0, never, some, three, one, floats(2));
        // Long ones, several vectors wide.
        Sample many = Sample.indices(28, 3, 37).with(Sample.these(5, 9, 9, 1, 27, 3, 3, 3, 14));
        Sample frames = Sample.indices(120, 3).with(Sample.these(110, 83, 96));
        Sample letters = Sample.indices(38, 3).with(Sample.these(37, 12, 37));
        Sample wide = floats(3, 110, 29).in(-12, 0);
        t.floats(new Fused.CtcLoss(28, false), Budget.norm(64), 0, wide, many, frames, letters);
        t.floats(new Fused.CtcLossGrad(28, false), Budget.norm(256), 0, wide, many, frames, letters, floats(3));
    }

    private static void norms(Table t) {
        Sample[] weights = {floats(7), floats(7)};
        for (double eps : new double[] {1e-5, 1e-1}) {
            t.floats(new Fused.LayerNorm(eps), Budget.norm(16), 2, floats(3, 5, 7), weights[0], weights[1]);
            t.floats(new Fused.LayerNorm(eps), Budget.norm(16), 2, floats(3, 7));
            t.floats(new Fused.LayerNormGrad(eps), Budget.norm(64), 2, floats(3, 5, 7), weights[0], floats(3, 5, 7));
            t.floats(new Fused.LayerNormGrad(eps), Budget.norm(64), 2, floats(3, 7), floats(3, 7));
            t.floats(new Fused.RmsNorm(eps), Budget.norm(16), 2, floats(3, 5, 7), weights[0]);
            t.floats(new Fused.RmsNorm(eps), Budget.norm(16), 2, floats(3, 7));
            t.floats(new Fused.RmsNormGrad(eps), Budget.norm(64), 2, floats(3, 5, 7), weights[0], floats(3, 5, 7));
            t.floats(new Fused.RmsNormGrad(eps), Budget.norm(64), 2, floats(3, 7), floats(3, 7));
        }
        for (int groups : new int[] {1, 2, 6}) {
            var norm = new Fused.GroupNorm(groups, 1e-5);
            var gradient = new Fused.GroupNormGrad(groups, 1e-5);
            t.floats(norm, Budget.norm(16), 2, floats(2, 6, 3, 2), floats(6), floats(6));
            t.floats(norm, Budget.norm(16), 2, floats(2, 6, 3));
            t.floats(gradient, Budget.norm(64), 2, floats(2, 6, 3, 2), floats(6), floats(2, 6, 3, 2));
            t.floats(gradient, Budget.norm(64), 2, floats(2, 6, 3), floats(2, 6, 3));
        }
        var batch = new Fused.BatchNorm(1e-5);
        t.floats(batch, Budget.norm(16), 2, floats(5, 3, 2, 2), floats(3), floats(3));
        t.floats(batch, Budget.norm(16), 2, floats(5, 3), floats(3), floats(3));
        t.floats(new Fused.BatchNormGrad(1e-5), Budget.norm(64), 2, floats(5, 3, 2, 2), floats(3), floats(5, 3, 2, 2));
        t.floats(new Fused.LayerNorm(1e-5), Budget.norm(16), 0, floats(0, 7), weights[0], weights[1]);
        t.floats(new Fused.LayerNorm(1e-5), Budget.norm(32), 0, floats(3, 259), floats(259), floats(259));
    }

    private static void attention(Table t) {
        Sample q = floats(2, 3, 5, 4);
        Sample k = floats(2, 3, 7, 4);
        Sample v = floats(2, 3, 7, 6);
        Sample q1 = floats(1, 2, 3, 4);
        Sample k1 = floats(1, 2, 5, 4);
        var plain = new Fused.Attention(0.5, false, 0);
        var causal = new Fused.Attention(0.7, true, 2);
        t.floats(plain, Budget.norm(16), 2, q1, k1, k1);
        t.floats(causal, Budget.norm(16), 2, q1, k1, k1);
        t.floats(plain, Budget.norm(16), 1, q, k, v);
        t.floats(causal, Budget.norm(16), 1, q, k, v);
        t.floats(new Fused.Attention(1, true, 0), Budget.norm(16), 1, q, q, q);
        t.floats(plain, Budget.norm(16), 2, q1, k1, k1, floats(3, 5));
        t.floats(causal, Budget.norm(16), 1, q, k, v, floats(2, 1, 1, 7));
        // Every query sees key 0 at least.
        Sample mask = Sample.booleans(3, 5).with(Sample.these(1, 0, 1, 0, 1));
        t.floats(plain, Budget.norm(16), 2, q1, k1, k1, mask);
        // A row that sees nothing is NaN.
        t.floats(plain, Budget.norm(16), 0, q1, k1, k1, Sample.booleans(3, 5).with(Sample.these(0, 0, 0, 0, 0, 1)));
        t.floats(plain, Budget.norm(16), 0, floats(0, 2, 3, 4), floats(0, 2, 5, 4), floats(0, 2, 5, 4));
        t.floats(plain, Budget.norm(32), 0, floats(1, 2, 33, 17), floats(1, 2, 70, 17), floats(1, 2, 70, 17));
        // Several blocks of queries and of keys.
        Sample many = floats(1, 2, 150, 9);
        Sample more = floats(1, 2, 300, 9);
        for (var op : List.of(plain, new Fused.Attention(0.6, true, 150), new Fused.Attention(0.6, true, -20))) {
            t.floats(op, Budget.norm(32), 0, many, more, more, floats(150, 300));
            t.floats(op, Budget.norm(32), 0, many, more, more, Sample.booleans(1, 1, 1, 300));
            gradient(t, op, 0, many, more, more, floats(1, 1, 1, 300), floats(1, 2, 150, 9));
        }
        gradient(t, plain, 1, q1, k1, k1, q1);
        gradient(t, causal, 1, q1, k1, k1, q1);
        gradient(t, plain, 0, q, k, v, floats(2, 3, 5, 6));
        gradient(t, causal, 0, q, k, v, floats(2, 1, 1, 7), floats(2, 3, 5, 6));
        gradient(t, plain, 0, q1, k1, k1, mask, q1);
    }

    /** (q, k, v, [mask], dout). */
    private static void gradient(Table t, Fused.Attention forward, int order, Sample... in) {
        var op = new Fused.AttentionGrad(forward.scale(), forward.causal(), forward.offset());
        gradient(t, forward, op, order, in);
    }

    /** The gradient op reads what the forward op returned for the same operands; the last of {@code in} is dy. */
    private static void gradient(Table t, Fused forward, Fused op, int order, Sample... in) {
        t.run(
                op,
                operands -> {
                    List<Tensor> all = new ArrayList<>(operands.subList(0, operands.size() - 1));
                    List<Tensor> results = Tape.pause(() -> Dispatch.run(forward, List.copyOf(all)));
                    all.addAll(forward instanceof Fused.CrossEntropy ? results.subList(1, 3) : results);
                    all.add(operands.getLast());
                    return Dispatch.run(op, all);
                },
                Budget.norm(64),
                order,
                in);
    }

    private static void nearest(Table t) {
        t.floats(new Fused.Nearest(3), Budget.norm(16), 2, floats(7, 5), floats(2, 5));
        t.floats(new Fused.Nearest(4), Budget.norm(16), 1, floats(4, 3), floats(6, 3));
        t.floats(new Fused.Nearest(11), Budget.norm(16), 0, floats(1100, 19), floats(1, 19));
        t.floats(new Fused.Nearest(5), Budget.norm(16), 0, floats(600, 19), floats(70, 19));
        t.floats(new Fused.Nearest(7), Budget.norm(16), 0, floats(90, 301), floats(2, 301));
        t.floats(new Fused.Nearest(7), Budget.norm(16), 0, floats(90, 301), floats(33, 301));
        t.floats(new Fused.Nearest(0), Budget.norm(16), 0, floats(3, 5), floats(2, 5));
        t.floats(new Fused.Nearest(1), Budget.norm(16), 0, floats(3, 5), floats(0, 5));
        t.floats(new Fused.Nearest(2), Budget.norm(16), 0, floats(3, 0), floats(2, 0));
        // Ties, NaN and infinities: small integers are exact, so that the order is.
        Sample ties = floats(40, 2).with(Sample.these(1, 1, 0, 2, 2, 0, -0.0, 0));
        Sample special = floats(9, 1).with(Sample.these(-INF, 1, Double.NaN, INF, -INF, Double.NaN, -INF));
        for (int queries : new int[] {1, 5}) {
            t.floats(
                    new Fused.Nearest(13),
                    Budget.norm(16),
                    0,
                    ties,
                    floats(queries, 2).with(Sample.these(1, 1)));
            t.floats(
                    new Fused.Nearest(9),
                    Budget.norm(16),
                    0,
                    special,
                    floats(queries, 1).with(Sample.these(1)));
            t.floats(
                    new Fused.Nearest(4),
                    Budget.norm(16),
                    0,
                    special,
                    floats(queries, 1).with(Sample.these(1)));
        }
    }

    private static void pooling(Table t) {
        Sample x = floats(2, 3, 6, 7).with(Sample.distinct());
        for (Window w : new Window[] {
            new Window(2, 2, 0, 0, 1, 1, 1), new Window(1, 2, 1, 1, 1, 1, 1), new Window(2, 1, 0, 1, 2, 1, 1)
        }) {
            t.floats(new Fused.MaxPool2d(2, 3, w), Budget.EXACT, 2, x);
            t.floats(new Fused.MaxPool2dGrad(2, 3, w), Budget.norm(4), 2, x, floats(2, 3, w.outH(6, 2), w.outW(7, 3)));
        }
        t.floats(
                new Fused.MaxPool2d(2, 2, new Window(2, 2, 0, 0, 1, 1, 1)),
                Budget.EXACT,
                0,
                floats(1, 1, 4, 4).with(Sample.integers(0, 2)));
    }

    private static void spectra(Table t) {
        // Every radix, products of them, primes, powers of two; one row, a few, more than a vector has lanes.
        for (int n : new int[] {1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 14, 15, 22, 25, 30, 60, 64}) {
            t.floats(new Fused.RealFft(n), Budget.norm(16), 2, floats(3, n));
            t.floats(new Fused.RealFftAdjoint(n, n), Budget.norm(16), 2, floats(3, n / 2 + 1, 2));
        }
        for (int n : new int[] {77, 200, 202, 211, 256}) {
            t.floats(new Fused.RealFft(n), Budget.norm(32), 0, floats(37, n));
            t.floats(new Fused.RealFftAdjoint(n, n), Budget.norm(32), 0, floats(37, n / 2 + 1, 2));
        }
        for (int n : new int[] {19, 20, 47, 48}) {
            // Rows shorter than the transform, under a window.
            t.floats(new Fused.RealFft(n), Budget.norm(16), 2, floats(2, 3, 17), floats(17));
            t.floats(new Fused.RealFftAdjoint(n, 17), Budget.norm(16), 2, floats(2, n / 2 + 1, 2));
            t.floats(new Fused.PowerSpectrum(n), Budget.norm(32), 2, floats(2, 3, 17), floats(17));
            t.floats(new Fused.PowerSpectrum(n), Budget.norm(32), 2, floats(5, 17), floats(17), floats(3, n / 2 + 1));
            // Filters with zeros before, between, after, and nothing but zeros.
            Sample filters = floats(5, n / 2 + 1).with(Sample.these(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2));
            t.floats(new Fused.PowerSpectrum(n), Budget.norm(32), 2, floats(37, 17), floats(17), filters);
        }
        t.floats(new Fused.RealFft(12), Budget.norm(16), 0, floats(0, 12));
        t.floats(new Fused.RealFft(12), Budget.norm(16), 2, floats(12));
        t.floats(new Fused.RealFftAdjoint(12, 12), Budget.norm(16), 0, floats(2, 0, 7, 2));
        t.floats(new Fused.PowerSpectrum(12), Budget.norm(16), 0, floats(0, 12), floats(12), floats(3, 7));
        // NaN stays in its row, and is in every bin of it.
        Sample nan =
                floats(3, 10).with(Sample.these(1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, Double.NaN, 5, 6, 7, 8, 9, 0));
        t.floats(new Fused.RealFft(10), Budget.norm(16), 0, nan);
        t.floats(new Fused.RealFft(15), Budget.norm(16), 0, nan);
        t.floats(new Fused.PowerSpectrum(10), Budget.norm(16), 0, nan, floats(10));
        for (int n : new int[] {10, 11}) {
            Sample bins = floats(3, 6, 2)
                    .with(Sample.these(
                            1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, Double.NaN, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4));
            t.floats(new Fused.RealFftAdjoint(n, n), Budget.norm(16), 0, bins);
        }
    }
}
