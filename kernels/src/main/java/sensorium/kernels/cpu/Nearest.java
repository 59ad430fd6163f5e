package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.GemmTiles.ADDRESS;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Gemm.Packed;
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
    /** Rows of a block for a few queries. */
    private static final int FEW_ROWS = 16;
    /** Rows of a block for many queries: they come to the cache ahead of the products. */
    private static final int MANY_ROWS = 32;
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
        // The products read the queries along their rows; a copy of them serves all parts.
        Packed across =
                n > FEW ? Packed.of(new Matrix(queries, 1, depth), depth, n, Slot.ROWS) : new Packed(queries, depth, n);
        var parts = new Best[Math.ceilDiv(count, PART)];
        pool.parallelFor(parts.length, 1, (from, to) -> {
            for (int part = from; part < to; part++) {
                int begin = part * PART;
                int end = (int) Math.min(count, begin + (long) PART);
                parts[part] = n > FEW ? many(across, n, begin, end) : few(queries, n, begin, end);
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

    /** The best of the rows {@code [from, to)} for a few queries: of a block of rows, each query's scores adjoin. */
    private Best few(long queries, int n, int from, int to) {
        var best = new Best(n, k);
        long partial = Scratch.floats(Slot.PARTIAL, (long) FEW_ROWS * W);
        long scores = Scratch.floats(Slot.SCORES, FEW_ROWS);
        for (int row = from; row < to; row += FEW_ROWS) {
            int block = Math.min(FEW_ROWS, to - row);
            for (int q = 0; q < n; q++) {
                products(queries + 4L * q * depth, depth, rows + 4L * row * depth, block, partial);
                fold(partial, block, scores);
                look(best, q, scores, block, row);
            }
        }
        return best;
    }

    /**
     * Dot products of a vector with adjoining rows, but for the last sums: a vector of partial sums a row. The rows are
     * read one after the other, as memory is read the fastest; with half as many sums it was a third slower.
     */
    private static void products(long x, int n, long y, int rows, long to) {
        long length = 4L * n;
        for (int r = 0; r < rows; r++) {
            long row = y + r * length;
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = FloatVector.zero(F);
            FloatVector s2 = FloatVector.zero(F);
            FloatVector s3 = FloatVector.zero(F);
            FloatVector s4 = FloatVector.zero(F);
            FloatVector s5 = FloatVector.zero(F);
            FloatVector s6 = FloatVector.zero(F);
            FloatVector s7 = FloatVector.zero(F);
            long o = 0;
            // Masked, so that no address needs a check: with checks to hoist, the compiler peels a loop that has few
            // turns anyway.
            for (; o <= length - 8 * VB; o += 8 * VB) {
                s0 = fromMemorySegment(F, ALL, x + o & ADDRESS, ORDER)
                        .fma(fromMemorySegment(F, ALL, row + o & ADDRESS, ORDER), s0);
                s1 = fromMemorySegment(F, ALL, x + o + VB & ADDRESS, ORDER)
                        .fma(fromMemorySegment(F, ALL, row + o + VB & ADDRESS, ORDER), s1);
                s2 = fromMemorySegment(F, ALL, x + o + 2 * VB & ADDRESS, ORDER)
                        .fma(fromMemorySegment(F, ALL, row + o + 2 * VB & ADDRESS, ORDER), s2);
                s3 = fromMemorySegment(F, ALL, x + o + 3 * VB & ADDRESS, ORDER)
                        .fma(fromMemorySegment(F, ALL, row + o + 3 * VB & ADDRESS, ORDER), s3);
                s4 = fromMemorySegment(F, ALL, x + o + 4 * VB & ADDRESS, ORDER)
                        .fma(fromMemorySegment(F, ALL, row + o + 4 * VB & ADDRESS, ORDER), s4);
                s5 = fromMemorySegment(F, ALL, x + o + 5 * VB & ADDRESS, ORDER)
                        .fma(fromMemorySegment(F, ALL, row + o + 5 * VB & ADDRESS, ORDER), s5);
                s6 = fromMemorySegment(F, ALL, x + o + 6 * VB & ADDRESS, ORDER)
                        .fma(fromMemorySegment(F, ALL, row + o + 6 * VB & ADDRESS, ORDER), s6);
                s7 = fromMemorySegment(F, ALL, x + o + 7 * VB & ADDRESS, ORDER)
                        .fma(fromMemorySegment(F, ALL, row + o + 7 * VB & ADDRESS, ORDER), s7);
            }
            for (; o < length; o += VB) {
                var mask = first((int) Math.min(W, (length - o) / 4));
                s0 = fromMemorySegment(F, ALL, x + o, ORDER, mask)
                        .fma(fromMemorySegment(F, ALL, row + o, ORDER, mask), s0);
            }
            FloatVector sum = s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7)));
            sum.intoMemorySegment(ALL, to + r * VB, ORDER);
        }
    }

    /** The sums of vectors. */
    private static void fold(long partial, int count, long sums) {
        for (int i = 0; i < count; i++) {
            Lanes.set(sums + 4L * i, Reduce.sum(load(partial + i * VB)));
        }
    }

    /** Takes the scores of adjoining rows for one query that its list has room for, or that are not at most its limit. */
    private static void look(Best best, int q, long scores, int count, int row) {
        for (int i = 0; i < count; i += W) {
            int some = Math.min(W, count - i);
            if (best.isFull(q)
                    && load(scores + 4L * i, first(some))
                            .compare(VectorOperators.LE, best.limit(q))
                            .or(first(some).not())
                            .allTrue()) {
                continue;
            }
            for (int j = i; j < i + some; j++) {
                best.offer(q, Lanes.get(scores + 4L * j), row + j);
            }
        }
    }

    /** The best of the rows {@code [from, to)} for many queries: of a block of rows, each row's scores adjoin. */
    private Best many(Packed queries, int n, int from, int to) {
        var best = new Best(n, k);
        int width = Math.ceilDiv(n, W) * W;
        // What no query writes stays zero and beats no limit.
        long limits = Scratch.floats(Slot.PARTIAL, width);
        long scores = Scratch.floats(Slot.SCORES, (long) MANY_ROWS * width);
        Lanes.fill(limits, width, Float.POSITIVE_INFINITY);
        Lanes.fill(scores, (long) MANY_ROWS * width, 0);
        for (int row = from; row < to; row += MANY_ROWS) {
            int block = Math.min(MANY_ROWS, to - row);
            long first = rows + 4L * row * depth;
            // A tile reads eight rows side by side, each too short for the processor to see where that leads.
            Lanes.set(scores, touch(first, 4L * block * depth));
            Gemm.blocks(
                    block,
                    n,
                    depth,
                    new Matrix(first, depth, 1),
                    queries.from(0, 0),
                    new Matrix(scores, width, 1),
                    false);
            for (int i = 0; i < block; i++) {
                look(best, n, scores + 4L * i * width, row + i, limits, width, row + i - from < k);
            }
        }
        return best;
    }

    /** Brings memory to the cache by reading it; whole rounds of vectors of it. */
    private static float touch(long at, long bytes) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        for (long o = 0; o <= bytes - 4 * VB; o += 4 * VB) {
            s0 = s0.add(fromMemorySegment(F, ALL, at + o, ORDER));
            s1 = s1.add(fromMemorySegment(F, ALL, at + o + VB, ORDER));
            s2 = s2.add(fromMemorySegment(F, ALL, at + o + 2 * VB, ORDER));
            s3 = s3.add(fromMemorySegment(F, ALL, at + o + 3 * VB, ORDER));
        }
        return s0.add(s1).add(s2.add(s3)).lane(0);
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

        boolean isFull(int query) {
            return sizes[query] == k;
        }

        float limit(int query) {
            return sizes[query] < k ? Float.NEGATIVE_INFINITY : scores[query * k + k - 1];
        }

        private static boolean beats(float a, float b) {
            return a > b || Float.isNaN(a) && !Float.isNaN(b);
        }
    }
}
