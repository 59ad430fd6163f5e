package sensorium.tensor;

import java.util.Arrays;

/**
 * How a shape lies in a storage: element (i₀, …, iₙ) is at {@code offset + Σ iₖ·stridesₖ}, all counted in elements.
 * Strides may be 0 (broadcast) or negative (flipped). Movement ops make new layouts over the same storage.
 */
public final class Layout {
    private final Shape shape;
    private final long[] strides;
    private final long offset;

    private Layout(Shape shape, long[] strides, long offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    /** Row-major from the start of the storage. */
    public static Layout contiguous(Shape shape) {
        return new Layout(shape, rowMajor(shape), 0);
    }

    public static Layout of(Shape shape, long[] strides, long offset) {
        if (strides.length != shape.rank()) {
            throw new IllegalArgumentException("one stride an axis: " + shape + ", " + Arrays.toString(strides));
        }
        return new Layout(shape, strides.clone(), offset);
    }

    private static long[] rowMajor(Shape shape) {
        long[] s = new long[shape.rank()];
        long step = 1;
        for (int i = s.length - 1; i >= 0; i--) {
            s[i] = step;
            step *= Math.max(1, shape.dim(i));
        }
        return s;
    }

    public Shape shape() {
        return shape;
    }

    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    public long[] strides() {
        return strides.clone();
    }

    /** Index of the first element. */
    public long offset() {
        return offset;
    }

    /** Whether the elements lie row-major without gaps (from {@link #offset}, which need not be 0). */
    public boolean isContiguous() {
        long step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            int d = shape.dim(i);
            if (d != 1 && strides[i] != step) {
                return shape.size() == 0;
            }
            step *= d;
        }
        return true;
    }

    /** The lowest and one past the highest element index that this layout touches; {0, 0} when empty. */
    public long[] extent() {
        if (shape.size() == 0) {
            return new long[] {0, 0};
        }
        long lo = offset;
        long hi = offset;
        for (int i = 0; i < strides.length; i++) {
            long span = strides[i] * (shape.dim(i) - 1);
            lo += Math.min(0, span);
            hi += Math.max(0, span);
        }
        return new long[] {lo, hi + 1};
    }

    public Layout permute(int... axes) {
        int[] d = new int[axes.length];
        long[] s = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            d[i] = shape.dim(axes[i]);
            s[i] = strides[axes[i]];
        }
        return new Layout(Shape.of(d), s, offset);
    }

    /** Broadcast to {@code target} with strides of 0. */
    public Layout expand(Shape target) {
        int extra = target.rank() - shape.rank();
        long[] s = new long[target.rank()];
        for (int i = extra; i < s.length; i++) {
            s[i] = shape.dim(i - extra) == 1 ? 0 : strides[i - extra];
        }
        return new Layout(target, s, offset);
    }

    /** {@code count} elements of {@code axis} from {@code start}, {@code step} apart (negative steps walk back). */
    public Layout slice(int axis, int start, int count, int step) {
        long[] s = strides.clone();
        s[axis] *= step;
        return new Layout(shape.with(axis, count), s, count == 0 ? offset : offset + start * strides[axis]);
    }

    /** Appends an axis of {@code size} that walks {@code dilation} apart; {@code axis} keeps every {@code step}-th start. */
    public Layout windows(int axis, int count, int size, int step, int dilation) {
        int rank = shape.rank();
        long[] s = Arrays.copyOf(strides, rank + 1);
        s[rank] = strides[axis] * dilation;
        s[axis] = strides[axis] * step;
        return new Layout(shape.with(axis, count).inserted(rank, size), s, offset);
    }

    /** The same elements in row-major order under another shape, or null where strides cannot express it. */
    public Layout reshape(Shape target) {
        if (isContiguous()) {
            return new Layout(target, rowMajor(target), offset);
        }
        // Group old axes into runs that are contiguous among themselves, then split each run into new axes.
        long[] s = new long[target.rank()];
        int oldRank = shape.rank();
        int i = 0;
        int j = 0;
        while (i < oldRank && j < s.length) {
            if (shape.dim(i) == 1) {
                i++;
                continue;
            }
            long oldSize = shape.dim(i);
            long newSize = target.dim(j);
            int i0 = i;
            int j0 = j;
            while (oldSize != newSize) {
                if (oldSize < newSize) {
                    oldSize *= shape.dim(++i);
                } else {
                    newSize *= target.dim(++j);
                }
            }
            int prev = i0;
            for (int k = i0 + 1; k <= i; k++) {
                if (shape.dim(k) != 1) {
                    if (strides[prev] != strides[k] * shape.dim(k)) {
                        return null;
                    }
                    prev = k;
                }
            }
            long step = strides[prev];
            for (int k = j; k >= j0; k--) {
                s[k] = step;
                step *= target.dim(k);
            }
            i++;
            j++;
        }
        return new Layout(target, s, offset);
    }

    @Override
    public String toString() {
        return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
}
