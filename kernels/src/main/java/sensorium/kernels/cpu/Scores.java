package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * What turns a row of scaled products q·kᵀ into scores: the mask, and that queries see no later keys.
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

    /** How many keys query i may see. */
    int reach(int i) {
        return causal ? Math.clamp((long) i + offset + 1, 0, keys) : keys;
    }

    private long at(int head, int i, int j, int bytes) {
        long o = head / heads * strides[0] + head % heads * strides[1] + i * strides[2] + j * strides[3];
        return address + bytes * o;
    }

    /** Smallest multiple of what {@link Exponential} takes at a time that is at least n: rows have room for it. */
    static int padded(int n) {
        return Math.ceilDiv(n, 2 * W) * 2 * W;
    }

    /**
     * Makes scores of the products of query i with keys j to j + n − 1, in place; −∞ where a key is not seen, and behind
     * the row up to its {@link #padded} length.
     *
     * @return the largest; NaN if one is
     */
    float prepare(int head, int i, int j, int n, long row) {
        int seen = Math.clamp((long) reach(i) - j, 0, n);
        Lanes.fill(row + 4L * seen, padded(n) - seen, Float.NEGATIVE_INFINITY);
        switch (mask) {
            case NONE -> {}
            case SEEN -> keep(row, seen, at(head, i, j, 1), strides[3] != 0);
            case ADDED -> add(row, seen, at(head, i, j, 4), strides[3] != 0);
        }
        return Reduce.max(row, padded(n));
    }

    private static void keep(long row, int n, long mask, boolean walk) {
        if (!walk) {
            if (Binaries.getByte(mask) == 0) {
                Lanes.fill(row, n, Float.NEGATIVE_INFINITY);
            }
            return;
        }
        FloatVector unseen = splat(Float.NEGATIVE_INFINITY);
        for (int x = 0; x < n; x += W) {
            VectorMask<Float> lanes = first(Math.min(W, n - x));
            VectorMask<Float> seen = Binaries.loadMask(mask + x, Math.min(W, n - x));
            store(unseen.blend(load(row + 4L * x, lanes), seen), row + 4L * x, lanes);
        }
    }

    private static void add(long row, int n, long mask, boolean walk) {
        FloatVector one = splat(walk ? 0 : get(mask));
        for (int x = 0; x < n; x += W) {
            VectorMask<Float> lanes = first(Math.min(W, n - x));
            FloatVector bias = walk ? load(mask + 4L * x, lanes) : one;
            store(load(row + 4L * x, lanes).add(bias), row + 4L * x, lanes);
        }
    }

    /**
     * From products p of query i with keys j to j + n − 1, and gradients dp of the weights there: p becomes the weights,
     * dp the gradients of the products.
     *
     * @param logSum of the row's exponentials
     * @param delta Σ weight·gradient over the row
     */
    void gradient(int head, int i, int j, int n, long p, long dp, float scale, float logSum, float delta) {
        prepare(head, i, j, n, p);
        Exponential.run(p, logSum, p, padded(n));
        // Also behind the row, where nobody looks.
        for (int x = 0; x < n; x += W) {
            store(load(dp + 4L * x).sub(delta).mul(load(p + 4L * x)).mul(scale), dp + 4L * x);
        }
        // In a row that saw nothing the weights are no numbers, but no gradient reaches what is not seen.
        if (Float.isNaN(logSum)) {
            int seen = Math.clamp((long) reach(i) - j, 0, n);
            for (int x = 0; x < n; x++) {
                long at = strides[3] == 0 ? at(head, i, 0, 1) : at(head, i, j + x, 1);
                if (x >= seen || mask == Kind.SEEN && Binaries.getByte(at) == 0) {
                    Lanes.set(dp + 4L * x, 0f);
                }
            }
        }
    }
}
