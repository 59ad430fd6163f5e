package sensorium.backend.reference;

import java.lang.foreign.MemorySegment;
import java.util.List;
import sensorium.backend.HostBackend;
import sensorium.backend.Operand;
import sensorium.op.Primitive;
import sensorium.op.View;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/**
 * The same elements elsewhere, by their width alone, so that every type can be moved; and the adjoints, which add. Where
 * something goes is said by a layout on the result, as views say where something comes from.
 */
final class MovementKernels {
    private MovementKernels() {}

    /** Copies x to the places of {@code y} that {@code target} (of x's shape) shows. */
    static void copy(Operand x, Operand y, Layout target) {
        copy(x, x.layout(), y, target);
    }

    private static void copy(Operand x, Layout source, Operand y, Layout target) {
        MemorySegment from = HostBackend.memory(x);
        MemorySegment to = HostBackend.memory(y);
        int width = x.dtype().bytes();
        Rows.of(source, target, (a, stepA, b, stepB, n) -> {
            if (stepA == 1 && stepB == 1) {
                MemorySegment.copy(from, a * width, to, b * width, (long) n * width);
                return;
            }
            for (int k = 0; k < n; k++) {
                Elements.move(from, a + k * stepA, to, b + k * stepB, width);
            }
        });
    }

    static void where(Operand condition, Operand a, Operand b, Operand y) {
        Shape shape = y.shape();
        long[] chosen = Elements.longs(condition, condition.layout().expand(shape));
        long[] atA = Rows.offsets(a.layout().expand(shape));
        long[] atB = Rows.offsets(b.layout().expand(shape));
        MemorySegment fromA = HostBackend.memory(a);
        MemorySegment fromB = HostBackend.memory(b);
        MemorySegment to = HostBackend.memory(y);
        for (int i = 0; i < chosen.length; i++) {
            boolean first = chosen[i] != 0;
            Elements.move(
                    first ? fromA : fromB,
                    first ? atA[i] : atB[i],
                    to,
                    i,
                    y.dtype().bytes());
        }
    }

    static void pad(Primitive.Pad op, Operand x, Operand y) {
        Layout inner = y.layout();
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            inner = inner.slice(axis, op.before().get(axis), x.shape().dim(axis), 1);
        }
        copy(x, y, inner);
    }

    static void concat(int axis, List<Operand> parts, Operand y) {
        int at = 0;
        for (Operand part : parts) {
            int extent = part.shape().dim(axis);
            copy(part, y, y.layout().slice(axis, at, extent, 1));
            at += extent;
        }
    }

    static void indexSelect(int axis, Operand x, Operand indices, Operand y) {
        long[] index = checked(indices, x.shape().dim(axis));
        Layout target = Layout.contiguous(x.shape().with(axis, index.length));
        for (int i = 0; i < index.length; i++) {
            copy(x, x.layout().slice(axis, (int) index[i], 1, 1), y, target.slice(axis, i, 1, 1));
        }
    }

    static void indexAdd(int axis, Operand dy, Operand indices, Operand y) {
        long[] index = checked(indices, y.shape().dim(axis));
        // Row-major elements of dy, whose index axes are merged into one.
        Layout source = Layout.contiguous(y.shape().with(axis, index.length));
        var sum = new Sum(dy, y);
        for (int i = 0; i < index.length; i++) {
            Rows.of(source.slice(axis, i, 1, 1), y.layout().slice(axis, (int) index[i], 1, 1), sum::add);
        }
        sum.store();
    }

    static void gather(int axis, Operand x, Operand indices, Operand y) {
        long[] index = checked(indices, x.shape().dim(axis));
        long[] base = Rows.offsets(without(x.layout(), axis, indices.shape()));
        MemorySegment from = HostBackend.memory(x);
        MemorySegment to = HostBackend.memory(y);
        for (int i = 0; i < index.length; i++) {
            Elements.move(
                    from,
                    base[i] + index[i] * x.layout().stride(axis),
                    to,
                    i,
                    y.dtype().bytes());
        }
    }

    static void scatterAdd(int axis, Operand dy, Operand indices, Operand y) {
        long[] index = checked(indices, y.shape().dim(axis));
        long[] base = Rows.offsets(without(y.layout(), axis, indices.shape()));
        var sum = new Sum(dy, y);
        for (int i = 0; i < index.length; i++) {
            sum.add(i, 0, base[i] + index[i] * y.layout().stride(axis), 0, 1);
        }
        sum.store();
    }

    static void fold(View.Windows windows, Operand dy, Operand y) {
        // Where the windows' elements would be read from is where they are added to.
        Layout target = windows.apply(y.layout());
        var sum = new Sum(dy, y);
        Rows.of(Layout.contiguous(target.shape()), target, sum::add);
        sum.store();
    }

    /** A layout over {@code shape} that stands still along one axis. */
    private static Layout without(Layout layout, int axis, Shape shape) {
        long[] strides = layout.strides();
        strides[axis] = 0;
        return Layout.of(shape, strides, layout.offset());
    }

    private static long[] checked(Operand indices, int extent) {
        long[] index = Elements.longs(indices);
        for (long i : index) {
            if (i < 0 || i >= extent) {
                throw new IndexOutOfBoundsException("index " + i + " is outside an axis of " + extent);
            }
        }
        return index;
    }

    /** Adds elements of dy into y, floats in double, integers exactly. */
    private static final class Sum {
        private final Operand y;
        private final boolean floats;
        private final double[] from;
        private final double[] to;
        private final long[] fromLongs;
        private final long[] toLongs;

        Sum(Operand dy, Operand y) {
            this.y = y;
            floats = y.dtype().isFloat();
            from = floats ? Elements.doubles(dy) : null;
            to = floats ? new double[Elements.count(y)] : null;
            fromLongs = floats ? null : Elements.longs(dy);
            toLongs = floats ? null : new long[Elements.count(y)];
        }

        void add(long a, long stepA, long b, long stepB, int n) {
            for (int k = 0; k < n; k++) {
                int i = (int) (a + k * stepA);
                int j = (int) (b + k * stepB);
                if (floats) {
                    to[j] += from[i];
                } else {
                    toLongs[j] += fromLongs[i];
                }
            }
        }

        void store() {
            if (floats) {
                Elements.store(to, y);
            } else {
                Elements.store(toLongs, y);
            }
        }
    }
}
