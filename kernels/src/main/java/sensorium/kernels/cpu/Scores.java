package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.GT;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * What turns products q·kᵀ into weights: the mask, that queries see no later keys, and the softmax.
 *
 * @param keys in all
 * @param causal whether query i sees keys j ≤ i + offset only
 * @param mask of one of the kinds
 * @param address of the mask's first element
 * @param strides of the mask over (batch, heads, queries, keys), in elements; over keys 0 or 1
 * @param heads of an image
 */
record Scores(int keys, boolean causal, int offset, Kind mask, long address, long[] strides, int heads) {
    enum Kind {
        NONE,
        /** One byte a key, 1 where it is seen. */
        SEEN,
        /** A float a key, added to its score. */
        ADDED
    }

    /**
     * Scores (keys, queries) of a block of queries of one head, queries up to a whole vector. A row is an odd number of
     * vectors, so that what lies below each other is spread over all of L1.
     *
     * @param first query
     * @param queries in the block
     */
    record Tile(int head, int first, int queries, int lanes, int pitch, long address) {
        /** With room for as many keys as a block of a product is deep. */
        Tile(int head, int first, int queries, Slot slot) {
            this(head, first, queries, Math.ceilDiv(queries, W), slot);
        }

        private Tile(int head, int first, int queries, int vectors, Slot slot) {
            this(head, first, queries, vectors * W, (vectors | 1) * W, slot);
        }

        private Tile(int head, int first, int queries, int lanes, int pitch, Slot slot) {
            this(head, first, queries, lanes, pitch, Scratch.floats(slot, (long) Gemm.DEPTH * pitch));
        }

        Matrix keysByQueries() {
            return new Matrix(address, pitch, 1);
        }

        Matrix queriesByKeys() {
            return new Matrix(address, 1, pitch);
        }

        /** Where query {@code x} of the block and the first key are. */
        long at(int x) {
            return address + 4L * x;
        }

        /** Bytes from a key to the next. */
        long step() {
            return 4L * pitch;
        }
    }

    /** How many keys query i may see. */
    int reach(int i) {
        return causal ? Math.clamp((long) i + offset + 1, 0, keys) : keys;
    }

    /** Where the mask has query i and key j. */
    private long at(Tile t, int i, int j, int bytes) {
        long o = t.head / heads * strides[0] + t.head % heads * strides[1] + i * strides[2] + j * strides[3];
        return address + bytes * o;
    }

    /** Adds the mask for keys j to j + n − 1 to their products, −∞ for what is not seen. */
    void mask(Tile t, int j, int n) {
        boolean same = strides[2] == 0;
        for (int r = 0; r < n && mask != Kind.NONE; r++) {
            long row = t.address + r * t.step();
            if (same && mask == Kind.SEEN) {
                if (Binaries.getByte(at(t, 0, j + r, 1)) == 0) {
                    Lanes.fill(row, t.lanes, Float.NEGATIVE_INFINITY);
                }
            } else if (same) {
                add(row, t.lanes, get(at(t, 0, j + r, 4)));
            } else {
                each(t, j + r, row);
            }
        }
    }

    private static void add(long row, int lanes, float bias) {
        for (int x = 0; x < lanes; x += W) {
            fromMemorySegment(F, ALL, row + 4L * x, ORDER).add(bias).intoMemorySegment(ALL, row + 4L * x, ORDER);
        }
    }

    /** For one key, where queries differ in what the mask says of it. */
    private void each(Tile t, int key, long row) {
        for (int i = 0; i < t.queries; i++) {
            long at = at(t, t.first + i, key, mask == Kind.SEEN ? 1 : 4);
            if (mask == Kind.ADDED) {
                set(row + 4L * i, get(row + 4L * i) + get(at));
            } else if (Binaries.getByte(at) == 0) {
                set(row + 4L * i, Float.NEGATIVE_INFINITY);
            }
        }
    }

    /** How many of keys j to j + n − 1 some query of the vector at x sees; those that not all see become −∞. */
    private int seen(Tile t, int x, int j, int n) {
        int last = t.first + Math.min(t.queries, x + W) - 1;
        int some = Math.clamp((long) reach(last) - j, 0, n);
        int all = Math.clamp((long) reach(t.first + x) - j, 0, n);
        FloatVector unseen = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        for (int r = all; r < some; r++) {
            // The first query to see it is j + r − offset.
            int blind = Math.clamp((long) j + r - offset - t.first - x, 0, W);
            unseen.intoMemorySegment(ALL, t.at(x) + r * t.step(), ORDER, first(blind));
        }
        return some;
    }

    /**
     * Makes exponentials, 0 for what is not seen, of the scores of keys j to j + n − 1 and the vector of queries at x.
     *
     * @param maxima of the queries, so far; of a query that saw nothing −∞
     * @param sums of the exponentials, likewise
     * @param factors where goes what exponentials and sums of earlier keys are to be multiplied with; these sums are
     */
    void softmax(Tile t, int x, int j, int n, long maxima, long sums, long factors) {
        int some = seen(t, x, j, n);
        FloatVector before = fromMemorySegment(F, ALL, maxima, ORDER);
        peaks(t.at(x), t.step(), some, maxima);
        FloatVector max = fromMemorySegment(F, ALL, maxima, ORDER);
        // −∞ − (−∞) is not a number, but nothing was seen.
        FloatVector shift = max.blend(0f, max.eq(Float.NEGATIVE_INFINITY));
        shift.intoMemorySegment(ALL, factors, ORDER);
        FloatVector old = fromMemorySegment(F, ALL, sums, ORDER);
        Exponential.column(t.at(x), t.step(), some, factors, sums);
        clear(t.at(x) + some * t.step(), t.step(), n - some);
        if (j > 0) {
            before.sub(shift).intoMemorySegment(ALL, factors, ORDER);
            Exponential.run(factors, 0f, factors, W);
            FloatVector fresh = fromMemorySegment(F, ALL, sums, ORDER);
            old.fma(fromMemorySegment(F, ALL, factors, ORDER), fresh).intoMemorySegment(ALL, sums, ORDER);
        }
    }

    /** Makes the weights exp(score − logSum) of the scores of keys j to j + n − 1 and the vector of queries at x. */
    void weights(Tile t, int x, int j, int n, long logSums) {
        int some = seen(t, x, j, n);
        Exponential.column(t.at(x), t.step(), some, logSums, Scratch.floats(Slot.ROW, W));
        clear(t.at(x) + some * t.step(), t.step(), n - some);
    }

    /** The greatest of a vector at {@code max} and of n vectors {@code step} bytes apart, of those that are numbers. */
    private static void peaks(long x, long step, int n, long max) {
        FloatVector even = fromMemorySegment(F, ALL, max, ORDER);
        FloatVector odd = even;
        int r = 0;
        for (; r <= n - 2; r += 2) {
            FloatVector a = fromMemorySegment(F, ALL, x + r * step, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, x + r * step + step, ORDER);
            even = even.blend(a, a.compare(GT, even));
            odd = odd.blend(b, b.compare(GT, odd));
        }
        if (r < n) {
            FloatVector a = fromMemorySegment(F, ALL, x + r * step, ORDER);
            even = even.blend(a, a.compare(GT, even));
        }
        even.blend(odd, odd.compare(GT, even)).intoMemorySegment(ALL, max, ORDER);
    }

    private static void clear(long x, long step, int n) {
        for (int r = 0; r < n; r++) {
            FloatVector.zero(F).intoMemorySegment(ALL, x + r * step, ORDER);
        }
    }

    /**
     * In the row of a query without a sum the weights are no numbers, whether seen or not, but no gradient reaches what is
     * not seen.
     *
     * @param i query of the block
     * @param slopes gradients of the products
     */
    void unknown(Tile weights, Tile slopes, int i, int j, int n) {
        int reach = reach(weights.first + i);
        for (int r = 0; r < n; r++) {
            boolean seen = j + r < reach
                    && (mask != Kind.SEEN || Binaries.getByte(at(weights, weights.first + i, j + r, 1)) != 0);
            set(weights.at(i) + r * weights.step(), Float.NaN);
            set(slopes.at(i) + r * slopes.step(), seen ? Float.NaN : 0f);
        }
    }
}
