package sensorium.backend.reference;

import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Walks one or two layouts of the same shape in row-major order, a row (the innermost axis) at a time. */
final class Rows {
    private Rows() {}

    interface Visitor {
        /**
         * One row of {@code n} elements, the k-th at {@code at + k·step}.
         *
         * @param i how many elements came before it
         */
        void row(long at, long step, int n, int i);
    }

    interface PairVisitor {
        /** One row of {@code n} elements in both: {@code a + k·stepA} and {@code b + k·stepB}. */
        void row(long a, long stepA, long b, long stepB, int n);
    }

    static void of(Layout layout, Visitor visitor) {
        int[] position = {0};
        of(layout, layout, (at, step, _, _, n) -> {
            visitor.row(at, step, n, position[0]);
            position[0] += n;
        });
    }

    static void of(Layout a, Layout b, PairVisitor visitor) {
        Shape shape = a.shape();
        if (shape.size() == 0) {
            return;
        }
        if (shape.rank() == 0) {
            visitor.row(a.offset(), 0, b.offset(), 0, 1);
            return;
        }
        int last = shape.rank() - 1;
        int n = shape.dim(last);
        int[] index = new int[last];
        long[] stepsA = a.strides();
        long[] stepsB = b.strides();
        long atA = a.offset();
        long atB = b.offset();
        while (true) {
            visitor.row(atA, stepsA[last], atB, stepsB[last], n);
            int axis = last - 1;
            for (; axis >= 0; axis--) {
                atA += stepsA[axis];
                atB += stepsB[axis];
                if (++index[axis] < shape.dim(axis)) {
                    break;
                }
                atA -= index[axis] * stepsA[axis];
                atB -= index[axis] * stepsB[axis];
                index[axis] = 0;
            }
            if (axis < 0) {
                return;
            }
        }
    }

    /** Where every element lies, in row-major order. */
    static long[] offsets(Layout layout) {
        long[] offsets = new long[Math.toIntExact(layout.shape().size())];
        of(layout, (at, step, n, i) -> {
            for (int k = 0; k < n; k++) {
                offsets[i + k] = at + k * step;
            }
        });
        return offsets;
    }
}
