package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import java.util.function.IntFunction;
import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Gemm.Packed;
import sensorium.kernels.cpu.Gemm.Source;
import sensorium.kernels.cpu.Scores.Tile;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.UnaryKind;

/**
 * Scaled dot-product attention a tile of scores at a time, never all of them (Dao et al., arXiv 2205.14135), and its
 * gradient, which computes the scores again from the row sums that the forward pass kept.
 *
 * <p>A tile holds the scores turned, (keys, queries): queries fill the lanes, so that maxima and sums over the keys are of
 * whole vectors, also where there are few keys. Keys are read where they lie, queries, scaled, are packed once a block,
 * values once a head; a tile of 256 keys × 128 queries stays in L2 between its product, its softmax and the product with
 * the values. Blocks have fixed places, and a head's gradients are summed by one thread in the order of its queries.
 */
final class Attention {
    private static final int QUERIES = 128;
    private static final int KEYS = Gemm.DEPTH;

    /** A (batch, heads, rows, columns) operand: the matrix of the first head, and elements to the next image and head. */
    record Heads(Matrix first, long image, long head, int heads) {
        Matrix of(int index) {
            return first.plus(index / heads * image + index % heads * head);
        }
    }

    private final WorkPool pool;
    /** Products of batch and heads. */
    private final int count;

    private final int queries;
    private final int keys;
    private final int width;
    private final int values;
    private final float scale;
    private final Scores scores;
    /** Queries of a block, which differ by less than a vector from block to block. */
    private final int block;

    /**
     * @param width of queries and keys
     * @param values width of the values
     * @param scores which of the products count, and how much
     */
    Attention(WorkPool pool, int count, int queries, int keys, int width, int values, float scale, Scores scores) {
        this.pool = pool;
        this.count = count;
        this.queries = queries;
        this.keys = keys;
        this.width = width;
        this.values = values;
        this.scale = scale;
        this.scores = scores;
        this.block = wholeVectors(Math.ceilDiv(queries, Math.max(1, Math.ceilDiv(queries, QUERIES))));
    }

    private static int wholeVectors(int n) {
        return Math.ceilDiv(n, W) * W;
    }

    private static Matrix turned(Matrix m) {
        return new Matrix(m.address(), /* row= */ m.col(), /* col= */ m.row());
    }

    private int grain(long scoresOfTask) {
        return (int) Math.max(1, Nest.CHUNK / Math.max(1, scoresOfTask));
    }

    /** Writes softmax(scale·q·kᵀ + mask)·v and the logarithms of the rows' sums, both contiguous. */
    void forward(Heads q, Heads k, Heads v, long out, long logSums) {
        if (queries == 0) {
            return;
        }
        // Few heads are cut into runs of queries, each of which packs the values for itself.
        int blocks = Math.ceilDiv(queries, block);
        int runs = count >= 2 * pool.threads() ? 1 : Math.ceilDiv(blocks, 2);
        int run = Math.ceilDiv(blocks, runs) * block;
        pool.parallelFor(count * runs, grain((long) run * keys), (from, to) -> {
            for (int task = from; task < to; task++) {
                int head = task / runs;
                int begin = task % runs * run;
                int end = Math.min(queries, begin + run);
                IntFunction<Source> panels = panels(v.of(head));
                for (int i = begin; i < end; i += block) {
                    long row = (long) head * queries + i;
                    int n = Math.min(block, end - i);
                    forward(head, i, n, q.of(head), k.of(head), panels, out + 4 * row * values, logSums + 4 * row);
                }
            }
        });
    }

    /** Values from a key on: where they lie for a few queries, as in decoding, packed for many. */
    private IntFunction<Source> panels(Matrix v) {
        if (queries <= Gemm.FEW_ROWS && v.col() == 1) {
            return j -> Gemm.lying(v.at(j, 0));
        }
        Packed packed = Packed.of(v, keys, values, Slot.VALUES);
        return j -> packed.from(j, 0);
    }

    private void forward(
            int head, int first, int n, Matrix q, Matrix k, IntFunction<Source> v, long out, long logSums) {
        var tile = new Tile(head, first, n, Slot.SCORES);
        int lanes = tile.lanes();
        // Of each query the maximum and the sum of exponentials so far, and the factor that they were rescaled by.
        long maxima = Scratch.floats(Slot.STATISTICS, 3L * lanes);
        long sums = maxima + 4L * lanes;
        long factors = sums + 4L * lanes;
        Lanes.fill(maxima, lanes, Float.NEGATIVE_INFINITY);
        Lanes.fill(sums, lanes, 0f);
        Packed packed = packed(q, first, n, width, Slot.QUERIES).scaled(scale);
        int seen = scores.reach(first + n - 1);
        for (int j = 0; j < seen; j += KEYS) {
            int height = Math.min(KEYS, seen - j);
            Gemm.blocks(height, lanes, width, k.at(j, 0), packed.from(0, 0), tile.keysByQueries(), false);
            scores.mask(tile, j, height);
            for (int x = 0; x < lanes; x += W) {
                scores.softmax(tile, x, j, height, maxima + 4L * x, sums + 4L * x, factors + 4L * x);
            }
            for (int i = 0; i < n && j > 0; i++) {
                float factor = get(factors + 4L * i);
                if (factor != 1) {
                    Rows.scale(out + 4L * i * values, factor, values);
                }
            }
            Gemm.blocks(n, values, height, tile.queriesByKeys(), v.apply(j), new Matrix(out, values, 1), j > 0);
        }
        if (seen == 0) {
            Lanes.fill(out, (long) n * values, 0f);
        }
        Unaries.run(UnaryKind.LOG, sums, factors, lanes);
        for (int i = 0; i < n; i++) {
            float sum = get(sums + 4L * i);
            Rows.scale(out + 4L * i * values, 1 / sum, values);
            // A row that saw nothing has no sum: it is NaN, as the formula says.
            set(logSums + 4L * i, sum == 0 ? Float.NaN : get(maxima + 4L * i) + get(factors + 4L * i));
        }
    }

    /** Rows {@code first} to {@code first + n} of a matrix as panels (columns, rows), zeros up to a whole panel. */
    private static Packed packed(Matrix m, int first, int n, int columns, Slot slot) {
        return Packed.of(turned(m.at(first, 0)), columns, n, slot);
    }

    /** What the gradient of a block of queries reads and writes of a head. */
    private record Head(
            int index, Matrix q, Matrix k, Matrix v, Packed packedKeys, long out, long logSums, long dout, long dq) {}

    /** Writes the gradients of q, k and v, all contiguous, from those of the result. */
    void backward(Heads q, Heads k, Heads v, long out, long logSums, long dout, long dq, long dk, long dv) {
        if (queries == 0) {
            Lanes.fill(dk, (long) count * keys * width, 0f);
            Lanes.fill(dv, (long) count * keys * values, 0f);
            return;
        }
        pool.parallelFor(count, grain((long) queries * keys), (from, to) -> {
            for (int i = from; i < to; i++) {
                long row = (long) i * queries;
                var head = new Head(
                        i,
                        q.of(i),
                        k.of(i),
                        v.of(i),
                        Packed.of(k.of(i), keys, width, Slot.KEYS),
                        out + 4 * row * values,
                        logSums + 4 * row,
                        dout + 4 * row * values,
                        dq + 4 * row * width);
                for (int first = 0; first < queries; first += block) {
                    int n = Math.min(block, queries - first);
                    backward(head, first, n, dk + 4L * i * keys * width, dv + 4L * i * keys * values);
                }
            }
        });
    }

    private void backward(Head head, int first, int n, long dk, long dv) {
        var weights = new Tile(head.index, first, n, Slot.SCORES);
        var slopes = new Tile(head.index, first, n, Slot.SCORES_GRAD);
        int lanes = weights.lanes();
        var dout = new Matrix(head.dout + 4L * first * values, values, 1);
        var dq = new Matrix(head.dq + 4L * first * width, width, 1);
        Packed queriesTurned = packed(head.q, first, n, width, Slot.QUERIES).scaled(scale);
        Packed doutTurned = packed(new Matrix(head.dout, values, 1), first, n, values, Slot.SLOPES);
        // Of each query the logarithm of its sum, and Σ weight·gradient over its keys.
        long logs = Scratch.floats(Slot.STATISTICS, 2L * lanes);
        long deltas = logs + 4L * lanes;
        Lanes.fill(logs, 2L * lanes, 0f);
        int seen = scores.reach(first + n - 1);
        for (int i = 0; i < n; i++) {
            float log = get(head.logSums + 4L * (first + i));
            set(logs + 4L * i, log);
            long at = 4L * (first + i) * values;
            set(deltas + 4L * i, Reduce.dot(head.out + at, head.dout + at, values));
            // The weights of such a row are NaN for all keys, also those that it does not see.
            seen = Float.isNaN(log) ? keys : seen;
        }
        if (seen == 0) {
            Lanes.fill(dq.address(), (long) n * width, 0f);
        }
        boolean add = first > 0;
        if (!add) {
            Lanes.fill(dk + 4L * seen * width, (long) (keys - seen) * width, 0f);
            Lanes.fill(dv + 4L * seen * values, (long) (keys - seen) * values, 0f);
        }
        for (int j = 0; j < seen; j += KEYS) {
            int height = Math.min(KEYS, seen - j);
            Matrix p = weights.keysByQueries();
            Matrix ds = slopes.keysByQueries();
            Gemm.blocks(height, lanes, width, head.k.at(j, 0), queriesTurned.from(0, 0), p, false);
            Gemm.blocks(height, lanes, values, head.v.at(j, 0), doutTurned.from(0, 0), ds, false);
            scores.mask(weights, j, height);
            for (int x = 0; x < lanes; x += W) {
                scores.weights(weights, x, j, height, logs + 4L * x);
                slope(height, weights.at(x), slopes.at(x), weights.step(), deltas + 4L * x);
            }
            for (int i = 0; i < n; i++) {
                if (Float.isNaN(get(logs + 4L * i))) {
                    scores.unknown(weights, slopes, i, j, height);
                }
            }
            Gemm.blocks(n, width, height, slopes.queriesByKeys(), head.packedKeys.from(j, 0), dq, j > 0);
            Gemm.serial(height, width, n, ds, head.q.at(first, 0), new Matrix(dk + 4L * j * width, width, 1), add);
            Gemm.serial(height, values, n, p, dout, new Matrix(dv + 4L * j * values, values, 1), add);
        }
    }

    /** {@code dp[key] = p[key]·(dp[key] − delta)·scale} for a vector of queries. */
    private void slope(int height, long p, long dp, long step, long delta) {
        FloatVector minus = fromMemorySegment(F, ALL, delta, ORDER);
        FloatVector times = FloatVector.broadcast(F, scale);
        for (int r = 0; r < height; r++) {
            long o = r * step;
            fromMemorySegment(F, ALL, dp + o, ORDER)
                    .sub(minus)
                    .mul(fromMemorySegment(F, ALL, p + o, ORDER))
                    .mul(times)
                    .intoMemorySegment(ALL, dp + o, ORDER);
        }
    }
}
