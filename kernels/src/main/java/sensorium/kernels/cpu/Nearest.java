package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * The rows with the greatest dot products, in one pass over the rows: a block of rows is multiplied with the queries, and
 * its scores are looked through while they are in cache. Hardly any score beats the k-th best so far, so looking is a
 * comparison of vectors; scores never go to memory. One or a few queries are bound by reading the rows, many by arithmetic.
 */
final class Nearest {
    /** Longest list of results: candidates are inserted one by one. */
    static final int MOST = 1024;
    /** Rows that one task walks, with candidates of its own. Fixed, though any cut gives the same results. */
    private static final int PART = 1 << 15;
    /** Floats of the scores that are looked through together: 128 KB, a fraction of L2. */
    private static final int SCORES = 1 << 15;
    /** The same where a row is dotted with a few queries: within L1. */
    private static final int FEW_SCORES = 1 << 10;
    /** Queries in one pass over the rows. */
    private static final int GROUP = 64;
    /** Up to so many queries a row is read once and dotted with each, which keeps pace with memory. */
    private static final int FEW = 3;

    private final WorkPool pool;
    private final long rows;
    private final int count;
    private final int depth;
    private final int k;

    /** @param rows address of (count, depth) floats */
    Nearest(WorkPool pool, long rows, int count, int depth, int k) {
        this.pool = pool;
        this.rows = rows;
        this.count = count;
        this.depth = depth;
        this.k = k;
    }

    /**
     * For each query, descending; of equal scores the lower row first, NaN before everything.
     *
     * @param queries address of (n, depth) floats
     * @param scores address of (n, k) floats
     * @param indices address of (n, k) longs
     */
    void search(long queries, int n, long scores, long indices) {
        if (k == 0) {
            return;
        }
        for (int q = 0; q < n; q += GROUP) {
            int many = Math.min(GROUP, n - q);
            search(queries + 4L * q * depth, many, q, scores, indices);
        }
    }

    private void search(long queries, int n, int first, long scores, long indices) {
        long across = queries;
        if (n > FEW) {
            // (depth, n): the products read the queries along their rows.
            across = Scratch.floats(Slot.ROWS, (long) n * depth);
            Transposition.transpose(n, depth, queries, 4L * depth, across, 4L * n);
        }
        long matrix = across;
        var parts = new Best[Math.ceilDiv(count, PART)];
        pool.parallelFor(parts.length, 1, (from, to) -> {
            for (int part = from; part < to; part++) {
                parts[part] = part(matrix, n, part * PART, (int) Math.min(count, (part + 1L) * PART));
            }
        });
        for (int q = 0; q < n; q++) {
            var best = new Best(1, k);
            for (Best part : parts) {
                for (int i = 0; i < part.sizes[q]; i++) {
                    best.offer(0, part.scores[q * k + i], part.rows[q * k + i]);
                }
            }
            for (int i = 0; i < k; i++) {
                long at = (long) (first + q) * k + i;
                Lanes.set(scores + 4 * at, best.scores[i]);
                Lanes.ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, indices + 8 * at, (long) best.rows[i]);
            }
        }
    }

    /** The best of the rows {@code [from, to)}. */
    private Best part(long queries, int n, int from, int to) {
        var best = new Best(n, k);
        int width = Math.ceilDiv(n, W) * W;
        int rowsAtOnce = (n > FEW ? SCORES : FEW_SCORES) / width;
        // What no query writes stays zero and beats no limit.
        long limits = Scratch.floats(Slot.PARTIAL, width);
        long scores = Scratch.floats(Slot.SCORES, (long) rowsAtOnce * width);
        Lanes.fill(limits, width, Float.POSITIVE_INFINITY);
        Lanes.fill(scores, (long) rowsAtOnce * width, 0);
        for (int row = from; row < to; row += rowsAtOnce) {
            int block = Math.min(rowsAtOnce, to - row);
            multiply(queries, n, row, block, scores, width);
            for (int i = 0; i < block; i++) {
                look(best, n, scores + 4L * i * width, row + i, limits, width, row + i - from < k);
            }
        }
        return best;
    }

    private void multiply(long queries, int n, int row, int block, long scores, int width) {
        long first = rows + 4L * row * depth;
        if (n > FEW) {
            var a = new Matrix(first, depth, 1);
            var b = new Matrix(queries, n, 1);
            Gemm.serial(block, n, depth, a, b, new Matrix(scores, width, 1), false);
            return;
        }
        for (int q = 0; q < n; q++) {
            int i = 0;
            for (; i <= block - 4; i += 4) {
                long at = scores + 4L * (i * width + q);
                dots(queries + 4L * q * depth, depth, first + 4L * i * depth, 4L * depth, at, 4L * width);
            }
            for (; i < block; i++) {
                // Four times the same row, so that it sums in the same order.
                long at = scores + 4L * (i * width + q);
                dots(queries + 4L * q * depth, depth, first + 4L * i * depth, 0, at, 0);
            }
        }
    }

    /**
     * Dot products of one vector with four rows, one row after the other, as memory is read the fastest; only their four last
     * sums go side by side.
     */
    private static void dots(long x, int n, long y, long yRow, long to, long toRow) {
        FloatVector a = products(x, n, y);
        FloatVector b = products(x, n, y + yRow);
        FloatVector c = products(x, n, y + 2 * yRow);
        FloatVector d = products(x, n, y + 3 * yRow);
        Lanes.set(to, Reduce.sum(a));
        Lanes.set(to + toRow, Reduce.sum(b));
        Lanes.set(to + 2 * toRow, Reduce.sum(c));
        Lanes.set(to + 3 * toRow, Reduce.sum(d));
    }

    /** The products of two vectors, summed lane by lane. */
    private static FloatVector products(long x, int n, long y) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * W; i += 4 * W) {
            long o = 4L * i;
            s0 = load(x + o).fma(load(y + o), s0);
            s1 = load(x + o + VB).fma(load(y + o + VB), s1);
            s2 = load(x + o + 2 * VB).fma(load(y + o + 2 * VB), s2);
            s3 = load(x + o + 3 * VB).fma(load(y + o + 3 * VB), s3);
        }
        for (; i < n; i += W) {
            var mask = first(Math.min(W, n - i));
            s0 = load(x + 4L * i, mask).fma(load(y + 4L * i, mask), s0);
        }
        return s0.add(s1).add(s2.add(s3));
    }

    /** Takes what is not at most its limit, as NaN never is; of the first k {@code all}. */
    private static void look(Best best, int n, long scores, int row, long limits, int width, boolean all) {
        for (int j = 0; j < width; j += W) {
            var low = load(scores + 4L * j).compare(VectorOperators.LE, load(limits + 4L * j));
            if (!all && low.allTrue()) {
                continue;
            }
            for (int q = j; q < Math.min(n, j + W); q++) {
                if (all || !low.laneIsSet(q - j)) {
                    best.offer(q, Lanes.get(scores + 4L * q), row);
                    Lanes.set(limits + 4L * q, best.limit(q));
                }
            }
        }
    }

    /** The greatest scores of each query, descending. */
    private static final class Best {
        final int k;
        final int[] sizes;
        final float[] scores;
        final int[] rows;

        Best(int queries, int k) {
            this.k = k;
            sizes = new int[queries];
            scores = new float[queries * k];
            rows = new int[queries * k];
        }

        /** Rows come in ascending order, so that of equal scores the first stays first. */
        void offer(int query, float score, int row) {
            int start = query * k;
            int end = start + sizes[query];
            if (sizes[query] == k) {
                end--;
                if (!beats(score, scores[end])) {
                    return;
                }
            } else {
                sizes[query]++;
            }
            int at = end;
            for (; at > start && beats(score, scores[at - 1]); at--) {
                scores[at] = scores[at - 1];
                rows[at] = rows[at - 1];
            }
            scores[at] = score;
            rows[at] = row;
        }

        float limit(int query) {
            return sizes[query] < k ? Float.NEGATIVE_INFINITY : scores[query * k + k - 1];
        }

        private static boolean beats(float a, float b) {
            return a > b || Float.isNaN(a) && !Float.isNaN(b);
        }
    }
}
