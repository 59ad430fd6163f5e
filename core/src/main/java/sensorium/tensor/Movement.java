package sensorium.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import sensorium.op.Primitive;
import sensorium.op.View;

/** The same elements elsewhere: views where strides can say it, copies where not. Axes may be negative. */
public sealed interface Movement permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private int axis(int axis) {
        return self().shape().axis(axis);
    }

    /** The elements in row-major order under another shape; one extent may be −1 and is worked out. */
    default Tensor reshape(int... dims) {
        int[] d = dims.clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= d[i];
            }
        }
        if (open >= 0) {
            if (known == 0 || self().size() % known != 0) {
                throw new ShapeException("[reshape] " + self().shape() + " does not fit " + Arrays.toString(dims));
            }
            d[open] = (int) (self().size() / known);
        }
        return reshape(Shape.of(d));
    }

    default Tensor reshape(Shape shape) {
        return shape.equals(self().shape()) && !self().isTracked() ? self() : self().apply(new View.Reshape(shape));
    }

    /** Axis i of the result is axis {@code axes[i]} of this. */
    default Tensor permute(int... axes) {
        return self().apply(new View.Permute(
                Arrays.stream(axes).map(this::axis).boxed().toList()));
    }

    /** Swaps two axes. */
    default Tensor transpose(int a, int b) {
        int[] axes = new int[self().rank()];
        Arrays.setAll(axes, i -> i);
        axes[axis(a)] = axis(b);
        axes[axis(b)] = axis(a);
        return permute(axes);
    }

    /** Swaps the last two axes. */
    default Tensor t() {
        return transpose(-2, -1);
    }

    /** Broadcasts to {@code shape}. */
    default Tensor expand(Shape shape) {
        return shape.equals(self().shape()) ? self() : self().apply(new View.Expand(shape));
    }

    default Tensor expand(int... dims) {
        return expand(Shape.of(dims));
    }

    /** Elements {@code start} (inclusive) to {@code stop} (exclusive) of an axis. */
    default Tensor slice(int axis, int start, int stop) {
        int a = axis(axis);
        return start == 0 && stop == self().dim(a) ? self() : self().apply(new View.Slice(a, start, stop - start, 1));
    }

    /** Every {@code step}-th element of an axis from {@code start} (inclusive) to {@code stop} (exclusive); step above 0. */
    default Tensor slice(int axis, int start, int stop, int step) {
        return self().apply(new View.Slice(axis(axis), start, Math.ceilDiv(Math.max(0, stop - start), step), step));
    }

    /** One element of an axis, which disappears. */
    default Tensor select(int axis, int index) {
        int a = axis(axis);
        return slice(a, index, index + 1).squeeze(a);
    }

    /** Reverses an axis. */
    default Tensor flip(int axis) {
        int n = self().dim(axis);
        return n == 0 ? self() : self().apply(new View.Slice(axis(axis), n - 1, n, -1));
    }

    /** Removes an axis of extent 1. */
    default Tensor squeeze(int axis) {
        if (self().dim(axis) != 1) {
            throw new ShapeException("[squeeze] axis " + axis + " of " + self().shape() + " is not 1");
        }
        return reshape(self().shape().without(axis));
    }

    /** Inserts an axis of extent 1; negative positions count from the end of the result. */
    default Tensor unsqueeze(int axis) {
        return reshape(self().shape().inserted(axis < 0 ? axis + self().rank() + 1 : axis, 1));
    }

    /** Merges axes {@code from} (inclusive) to {@code to} (exclusive). */
    default Tensor flatten(int from, int to) {
        Shape s = self().shape();
        Shape merged = Shape.of(Math.toIntExact(s.range(from, to).size()));
        return reshape(s.range(0, from).concat(merged).concat(s.range(to, s.rank())));
    }

    /** Cuts an axis into equal parts. */
    default List<Tensor> chunk(int axis, int parts) {
        int extent = self().dim(axis);
        if (extent % parts != 0) {
            throw new ShapeException(
                    "[chunk] axis " + axis + " of " + self().shape() + " does not split into " + parts);
        }
        int width = extent / parts;
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            result.add(slice(axis, i * width, (i + 1) * width));
        }
        return result;
    }

    /** Row-major without gaps; the same tensor where it is already. */
    default Tensor contiguous() {
        return self().layout().isContiguous() ? self() : self().apply(new Primitive.Copy());
    }

    /** Sliding windows of an axis as a new last axis. */
    default Tensor windows(int axis, int size, int step, int dilation) {
        return self().apply(new View.Windows(axis(axis), size, step, dilation));
    }

    /** Adds {@code before} and {@code after} elements of {@code value} to one axis. */
    default Tensor pad(int axis, int before, int after, double value) {
        if (before == 0 && after == 0) {
            return self();
        }
        List<Integer> b = new ArrayList<>(Collections.nCopies(self().rank(), 0));
        List<Integer> a = new ArrayList<>(b);
        b.set(axis(axis), before);
        a.set(axis(axis), after);
        return self().apply(new Primitive.Pad(List.copyOf(b), List.copyOf(a), value));
    }

    /** Pads height and width of (N,C,H,W) as {@code window} says. */
    default Tensor pad(Primitive.Window window, double value) {
        return pad(2, window.padH(), window.padH(), value).pad(3, window.padW(), window.padW(), value);
    }

    /** What stands outside the axis. */
    enum PadMode {
        /** Mirrored without repeating the edge. */
        REFLECT,
        /** The edge, repeated. */
        REPLICATE,
        /** From the other end. */
        CIRCULAR
    }

    /** @throws ShapeException if REFLECT or CIRCULAR reaches further than the axis */
    default Tensor pad(int axis, int before, int after, PadMode mode) {
        int n = self().dim(axis);
        int limit = mode == PadMode.REFLECT ? n - 1 : mode == PadMode.CIRCULAR ? n : Integer.MAX_VALUE;
        if (n == 0 || before > limit || after > limit) {
            throw new ShapeException("[pad] " + mode + " by " + before + ", " + after + " reaches beyond axis " + axis
                    + " of " + self().shape());
        }
        long[] from = new long[before + n + after];
        for (int i = 0; i < from.length; i++) {
            int at = i - before;
            from[i] = switch (mode) {
                case REFLECT -> at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at;
                case REPLICATE -> Math.clamp(at, 0, n - 1);
                case CIRCULAR -> Math.floorMod(at, n);
            };
        }
        return indexSelect(axis, Tensor.of(self(), from));
    }

    /** Repeats the whole along an axis. */
    default Tensor repeat(int axis, int times) {
        return Tensor.concat(axis, Collections.nCopies(times, self()));
    }

    /** Replaces an axis by the shape of {@code indices} (I64). */
    default Tensor indexSelect(int axis, Tensor indices) {
        return self().apply(new Primitive.IndexSelect(axis(axis)), indices);
    }

    /** {@code y[…, i, …] = x[…, indices[…, i, …], …]}. */
    default Tensor gather(int axis, Tensor indices) {
        return self().apply(new Primitive.Gather(axis(axis)), indices);
    }

    /** Zeros of {@code shape} plus this, each element added at its index along an axis. */
    default Tensor scatterAdd(int axis, Tensor indices, Shape shape) {
        return self().apply(new Primitive.ScatterAdd(axis(axis), shape), indices);
    }

    /** Depth to space (Shi et al., arXiv 1609.05158): (N, C·r², H, W) → (N, C, H·r, W·r). */
    default Tensor pixelShuffle(int r) {
        Tensor x = self();
        return x.reshape(x.dim(0), x.dim(1) / (r * r), r, r, x.dim(2), x.dim(3))
                .permute(0, 1, 4, 2, 5, 3)
                .reshape(x.dim(0), x.dim(1) / (r * r), x.dim(2) * r, x.dim(3) * r);
    }

    /** Space to depth: (N, C, H·r, W·r) → (N, C·r², H, W). */
    default Tensor pixelUnshuffle(int r) {
        Tensor x = self();
        return x.reshape(x.dim(0), x.dim(1), x.dim(2) / r, r, x.dim(3) / r, r)
                .permute(0, 1, 3, 5, 2, 4)
                .reshape(x.dim(0), x.dim(1) * r * r, x.dim(2) / r, x.dim(3) / r);
    }
}
