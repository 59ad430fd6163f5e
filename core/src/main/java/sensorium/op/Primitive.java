package sensorium.op;

import java.util.List;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;

/**
 * The ops that every backend must know. The reference backend is their readable specification.
 *
 * <p>Axes in these records are never negative: the fluent methods on tensors have normalised them.
 */
public sealed interface Primitive extends Op {
    /** Element by element: {@code y = kind(x)}. F32, F64 (all kinds); BOOL ({@code NOT}); integers (NEG, ABS, SIGN). */
    record Unary(UnaryKind kind) implements Primitive {
        @Override
        public String name() {
            return kind.label();
        }

        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Check.that(kind.accepts(in.get(0).dtype()), this, "not defined for this element type", in);
            return Check.one(kind.result(in.get(0).dtype()), in.get(0).shape());
        }
    }

    /** Element by element with broadcasting: {@code y = kind(a, b)}; comparisons yield BOOL. */
    record Binary(BinaryKind kind) implements Primitive {
        @Override
        public String name() {
            return kind.label();
        }

        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.sameType(this, in);
            Check.that(kind.accepts(in.get(0).dtype()), this, "not defined for this element type", in);
            return Check.one(kind.result(in.get(0).dtype()), Check.broadcast(this, in));
        }
    }

    /**
     * {@code kind(x, value)}, or {@code kind(value, x)} where {@code valueFirst}. The value is rounded to the type of x
     * first; beside integers it must be one.
     */
    record Scalar(BinaryKind kind, double value, boolean valueFirst) implements Primitive {
        @Override
        public String name() {
            return kind.label();
        }

        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Check.that(kind.accepts(in.get(0).dtype()), this, "not defined for this element type", in);
            Check.that(in.get(0).dtype().computes() || value == Math.rint(value), this, value + " is no integer", in);
            return Check.one(kind.result(in.get(0).dtype()), in.get(0).shape());
        }
    }

    /** (condition BOOL, a, b) with broadcasting: {@code condition ? a : b}. Any element type. */
    record Where() implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 3, 3);
            Check.that(in.get(0).dtype() == DType.BOOL, this, "the condition must be BOOL", in);
            Check.sameType(this, in.subList(1, 3));
            return Check.one(in.get(1).dtype(), Check.broadcast(this, in));
        }
    }

    /**
     * Converts elements. To integers rounds toward zero and saturates, to BOOL asks {@code x != 0}, to F16 and BF16
     * rounds to nearest even.
     */
    record Cast(DType to) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            return Check.one(to, in.get(0).shape());
        }
    }

    /** The same elements, contiguous. */
    record Copy() implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            return Check.like(in.get(0));
        }
    }

    /** A constant. */
    record Fill(DType dtype, Shape shape, double value) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 0, 0);
            return Check.one(dtype, shape);
        }
    }

    /** {@code start, start + step, …} of {@code count} elements; computed as {@code start + i·step}. */
    record Iota(DType dtype, int count, double start, double step) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 0, 0);
            return Check.one(dtype, Shape.of(count));
        }
    }

    /**
     * Random numbers from Philox under (seed, stream): element i depends on nothing else, so every backend, split and
     * thread count draws the same. F32 or F64.
     */
    record Random(Distribution distribution, DType dtype, Shape shape, long seed, long stream) implements Primitive {
        /** UNIFORM is [0, 1), NORMAL has mean 0 and variance 1. */
        public enum Distribution {
            UNIFORM,
            NORMAL
        }

        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 0, 0);
            return Check.one(dtype, shape);
        }
    }

    /**
     * Reduces over {@code axes} (ascending, no repeats), which disappear from the shape or stay with extent 1. The sum of
     * nothing is 0, the product 1, maximum and minimum of nothing are −∞ and +∞ (in other types their least and greatest
     * value), the mean NaN. MAX and MIN propagate
     * NaN. F32, F64; SUM, MAX and MIN also integers; MAX and MIN also BOOL (any, all).
     */
    record Reduce(Kind kind, List<Integer> axes, boolean keepDims) implements Primitive {
        public enum Kind {
            SUM,
            MEAN,
            PROD,
            MAX,
            MIN
        }

        @Override
        public String name() {
            return kind.name().toLowerCase(java.util.Locale.ROOT);
        }

        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            DType type = in.get(0).dtype();
            boolean extreme = kind == Kind.MAX || kind == Kind.MIN;
            Check.that(
                    type.computes()
                            || (type.isInteger() && (extreme || kind == Kind.SUM))
                            || (type == DType.BOOL && extreme),
                    this,
                    "not defined for this element type",
                    in);
            Shape s = in.get(0).shape();
            for (int i = axes.size() - 1; i >= 0; i--) {
                Check.axis(this, axes.get(i), in.get(0), in);
                s = keepDims ? s.with(axes.get(i), 1) : s.without(axes.get(i));
            }
            return Check.one(in.get(0).dtype(), s);
        }
    }

    /** The index (I64) of the first greatest or least element along an axis, which disappears. NaN counts as greatest resp. least. */
    record ArgReduce(boolean max, int axis) implements Primitive {
        @Override
        public String name() {
            return max ? "argmax" : "argmin";
        }

        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Check.axis(this, axis, in.get(0), in);
            Check.orders(this, in);
            Check.that(in.get(0).shape().dim(axis) > 0, this, "nothing to choose from", in);
            return Check.one(DType.I64, in.get(0).shape().without(axis));
        }
    }

    /** Running sum along an axis, from its end where {@code reverse}. */
    record CumSum(int axis, boolean reverse) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Check.axis(this, axis, in.get(0), in);
            Check.orders(this, in);
            return Check.like(in.get(0));
        }
    }

    /** Indices (I64) that sort an axis, stable; NaN is greater than everything. */
    record ArgSort(int axis, boolean descending) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Check.axis(this, axis, in.get(0), in);
            Check.orders(this, in);
            return Check.one(DType.I64, in.get(0).shape());
        }
    }

    /** (…, M, K) × (…, K, N) → (…, M, N); leading axes broadcast. */
    record MatMul() implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.computes(this, in);
            Shape a = in.get(0).shape();
            Shape b = in.get(1).shape();
            Check.that(a.rank() >= 2 && b.rank() >= 2, this, "needs at least two axes", in);
            Check.that(a.dim(-1) == b.dim(-2), this, "inner dimensions differ", in);
            Shape batchA = a.range(0, a.rank() - 2);
            Shape batchB = b.range(0, b.rank() - 2);
            Shape batch = Check.broadcast(this, List.of(new Spec(DType.F32, batchA), new Spec(DType.F32, batchB)));
            return Check.one(in.get(0).dtype(), batch.concat(Shape.of(a.dim(-2), b.dim(-1))));
        }
    }

    /**
     * How a convolution steps: (height, width) of stride, zero padding (before and after alike), dilation; and groups.
     */
    record Window(int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {
        public int outH(int h, int kernel) {
            return Math.floorDiv(h + 2 * padH - dilationH * (kernel - 1) - 1, strideH) + 1;
        }

        public int outW(int w, int kernel) {
            return Math.floorDiv(w + 2 * padW - dilationW * (kernel - 1) - 1, strideW) + 1;
        }
    }

    /** (N, C, H, W) ⋆ (O, C/groups, kH, kW) → (N, O, H', W'): cross-correlation, as in every framework. */
    record Conv2d(Window window) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.computes(this, in);
            Shape x = in.get(0).shape();
            Shape w = in.get(1).shape();
            Check.that(x.rank() == 4 && w.rank() == 4, this, "needs (N,C,H,W) and (O,C/groups,kH,kW)", in);
            int g = window.groups;
            Check.that(x.dim(1) == w.dim(1) * g && w.dim(0) % g == 0, this, "channels do not fit " + g + " groups", in);
            int oh = window.outH(x.dim(2), w.dim(2));
            int ow = window.outW(x.dim(3), w.dim(3));
            Check.that(oh > 0 && ow > 0, this, "the kernel is larger than the padded input", in);
            return Check.one(in.get(0).dtype(), Shape.of(x.dim(0), w.dim(0), oh, ow));
        }
    }

    /**
     * The gradient of {@link Conv2d} with respect to its input, and the transposed convolution: (dy (N,O,H',W'), w) →
     * (N, C, {@code height}, {@code width}).
     */
    record Conv2dInputGrad(Window window, int height, int width) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.computes(this, in);
            Shape dy = in.get(0).shape();
            Shape w = in.get(1).shape();
            Check.that(
                    dy.rank() == 4 && w.rank() == 4 && dy.dim(1) == w.dim(0),
                    this,
                    "needs (N,O,H,W) and (O,C/groups,kH,kW)",
                    in);
            Check.that(
                    window.outH(height, w.dim(2)) == dy.dim(2) && window.outW(width, w.dim(3)) == dy.dim(3),
                    this,
                    "no " + height + "x" + width + " input gives this output",
                    in);
            return Check.one(in.get(0).dtype(), Shape.of(dy.dim(0), w.dim(1) * window.groups, height, width));
        }
    }

    /** The gradient of {@link Conv2d} with respect to its weight: (x (N,C,H,W), dy (N,O,H',W')) → (O, C/groups, kH, kW). */
    record Conv2dWeightGrad(Window window, int kernelH, int kernelW) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.computes(this, in);
            Shape x = in.get(0).shape();
            Shape dy = in.get(1).shape();
            Check.that(
                    x.rank() == 4 && dy.rank() == 4 && x.dim(0) == dy.dim(0),
                    this,
                    "needs (N,C,H,W) and (N,O,H',W')",
                    in);
            Check.that(
                    window.outH(x.dim(2), kernelH) == dy.dim(2) && window.outW(x.dim(3), kernelW) == dy.dim(3),
                    this,
                    "a " + kernelH + "x" + kernelW + " kernel does not connect these",
                    in);
            return Check.one(in.get(0).dtype(), Shape.of(dy.dim(1), x.dim(1) / window.groups, kernelH, kernelW));
        }
    }

    /** Adds constant elements around: {@code before} and {@code after} of each axis, never negative. Any element type. */
    record Pad(List<Integer> before, List<Integer> after, double value) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Shape s = in.get(0).shape();
            Check.that(before.size() == s.rank() && after.size() == s.rank(), this, "needs a width for every axis", in);
            int[] d = s.dims();
            for (int i = 0; i < d.length; i++) {
                Check.that(before.get(i) >= 0 && after.get(i) >= 0, this, "negative width", in);
                d[i] += before.get(i) + after.get(i);
            }
            return Check.one(in.get(0).dtype(), Shape.of(d));
        }
    }

    /** Joins any number of tensors along an axis. Any element type. */
    record Concat(int axis) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.that(!in.isEmpty(), this, "nothing to join", in);
            Check.sameType(this, in);
            Check.axis(this, axis, in.get(0), in);
            int total = 0;
            Shape first = in.get(0).shape();
            for (Spec s : in) {
                Check.that(
                        s.shape().rank() == first.rank()
                                && s.shape().with(axis, 0).equals(first.with(axis, 0)),
                        this,
                        "extents besides axis " + axis + " differ",
                        in);
                total = Math.addExact(total, s.shape().dim(axis));
            }
            return Check.one(in.get(0).dtype(), first.with(axis, total));
        }
    }

    /**
     * (x, indices I64 of any shape S): replaces {@code axis} by S. Embedding lookup is axis 0. An index outside the axis is
     * an {@link IndexOutOfBoundsException}. Any element type.
     */
    record IndexSelect(int axis) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.axis(this, axis, in.get(0), in);
            Check.that(in.get(1).dtype() == DType.I64, this, "indices must be I64", in);
            Shape x = in.get(0).shape();
            Shape s = x.range(0, axis).concat(in.get(1).shape()).concat(x.range(axis + 1, x.rank()));
            return Check.one(in.get(0).dtype(), s);
        }
    }

    /** The adjoint of {@link IndexSelect}: (dy, indices) → zeros of {@code extent} along {@code axis}, plus every slice of dy at its index. */
    record IndexAdd(int axis, int extent) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.that(in.get(1).dtype() == DType.I64, this, "indices must be I64", in);
            Shape dy = in.get(0).shape();
            Shape idx = in.get(1).shape();
            Check.that(
                    dy.rank() >= axis + idx.rank()
                            && dy.range(axis, axis + idx.rank()).equals(idx),
                    this,
                    "the indices' axes must stand at axis " + axis,
                    in);
            Shape s = dy.range(0, axis).concat(Shape.of(extent)).concat(dy.range(axis + idx.rank(), dy.rank()));
            return Check.one(in.get(0).dtype(), s);
        }
    }

    /** (x, indices I64 of the same rank): {@code y[…, i, …] = x[…, indices[…, i, …], …]}; other axes of indices are at most x's. */
    record Gather(int axis) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.axis(this, axis, in.get(0), in);
            Check.that(in.get(1).dtype() == DType.I64, this, "indices must be I64", in);
            Shape x = in.get(0).shape();
            Shape idx = in.get(1).shape();
            Check.that(x.rank() == idx.rank(), this, "indices must have the rank of the operand", in);
            for (int i = 0; i < x.rank(); i++) {
                Check.that(i == axis || idx.dim(i) <= x.dim(i), this, "indices are larger than the operand", in);
            }
            return Check.one(in.get(0).dtype(), idx);
        }
    }

    /** The adjoint of {@link Gather}: (dy, indices) → zeros of {@code shape}, plus every element of dy at its index. */
    record ScatterAdd(int axis, Shape shape) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 2, 2);
            Check.that(in.get(1).dtype() == DType.I64, this, "indices must be I64", in);
            Check.that(in.get(0).shape().equals(in.get(1).shape()), this, "one index an element", in);
            return Check.one(in.get(0).dtype(), shape);
        }
    }

    /** The adjoint of {@link View.Windows}: adds every window back to its place in an axis of {@code extent} elements. */
    record Fold(View.Windows windows, int extent) implements Primitive {
        @Override
        public List<Spec> infer(List<Spec> in) {
            Check.count(this, in, 1, 1);
            Shape s = in.get(0).shape();
            Check.that(
                    s.rank() >= 2 && s.dim(-1) == windows.size() && s.dim(windows.axis()) == windows.count(extent),
                    this,
                    "these are not the windows of an axis of " + extent,
                    in);
            return Check.one(in.get(0).dtype(), s.without(-1).with(windows.axis(), extent));
        }
    }
}
