package sensorium.kernels.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The loops over a shape that several operands share: axes of extent 1 are gone, axes that every operand walks as one
 * are merged. The last axis is the inner one; the others together count rows.
 */
final class Nest {
    /** Elements of a chunk of work that is worth handing to another thread. */
    static final int CHUNK = 1 << 14;

    private final int[] extents;
    private final long[][] strides;

    private Nest(int[] extents, long[][] strides) {
        this.extents = extents;
        this.strides = strides;
    }

    /** @param strides for every operand, in elements, one an axis */
    static Nest of(int[] dims, long[]... strides) {
        List<Integer> kept = new ArrayList<>();
        int[] extent = dims.clone();
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] == 1) {
                continue;
            }
            int last = kept.isEmpty() ? -1 : kept.getLast();
            if (last >= 0 && oneWalk(strides, last, axis, dims[axis])) {
                extent[axis] *= extent[last];
                kept.removeLast();
            }
            kept.add(axis);
        }
        if (kept.isEmpty()) {
            return new Nest(new int[] {1}, new long[strides.length][1]);
        }
        int[] extents = kept.stream().mapToInt(a -> extent[a]).toArray();
        long[][] steps = new long[strides.length][];
        for (int k = 0; k < strides.length; k++) {
            long[] s = strides[k];
            steps[k] = kept.stream().mapToLong(a -> s[a]).toArray();
        }
        return new Nest(extents, steps);
    }

    private static boolean oneWalk(long[][] strides, int outer, int inner, int extent) {
        for (long[] s : strides) {
            if (s[outer] != s[inner] * extent) {
                return false;
            }
        }
        return true;
    }

    int rank() {
        return extents.length;
    }

    int extent(int axis) {
        return extents[axis];
    }

    long stride(int operand, int axis) {
        return strides[operand][axis];
    }

    /** Length of the inner axis. */
    int inner() {
        return extents[extents.length - 1];
    }

    /** Elements from one to the next along the inner axis. */
    long step(int operand) {
        return strides[operand][extents.length - 1];
    }

    int rows() {
        int n = 1;
        for (int i = 0; i < extents.length - 1; i++) {
            n = Math.multiplyExact(n, extents[i]);
        }
        return n;
    }

    /** Where row {@code row} of an operand begins, in elements. */
    long offset(int operand, int row) {
        long o = 0;
        int rest = row;
        for (int i = extents.length - 2; i >= 0; i--) {
            o += rest % extents[i] * strides[operand][i];
            rest /= extents[i];
        }
        return o;
    }

    /** What is done to {@code count} elements of row {@code row}, from {@code start}. */
    @FunctionalInterface
    interface Piece {
        void run(int row, int start, int count);
    }

    /** Runs {@code piece} over everything: rows in groups, a single long row in parts. */
    void forEach(WorkPool pool, Piece piece) {
        int rows = rows();
        int inner = inner();
        if (rows == 0 || inner == 0) {
            return;
        }
        if (rows == 1) {
            pool.parallelFor(inner, CHUNK, (from, to) -> piece.run(0, from, to - from));
        } else {
            pool.parallelFor(rows, Math.max(1, CHUNK / inner), (from, to) -> {
                for (int row = from; row < to; row++) {
                    piece.run(row, 0, inner);
                }
            });
        }
    }
}
