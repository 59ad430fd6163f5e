package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Gemm.Packed;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.UnaryKind;

/**
 * Scaled dot-product attention a tile of scores at a time, never all of them (Dao et al., arXiv 2205.14135), and its
 * gradient, which computes the scores again from the row sums that the forward pass kept.
 *
 * <p>Keys, scaled, and values are copied to panels once a head; a tile of 48 queries × 512 keys (96 KB) stays in L2
 * between its product, its softmax and the product with the values. Blocks have fixed places, and a head's gradients are
 * summed by one thread in the order of its queries.
 */
final class Attention {
    private static final int QUERIES = 48;
    /** Taller in the gradient, where queries are what two of the four products sum over. */
    private static final int QUERIES_BACK = 96;

    private static final int KEYS = 2 * Gemm.DEPTH;
    /** From one row of a tile to the next: not a power of two, for which all rows would contend for a few lines of L1. */
    private static final int PITCH = KEYS + 2 * Lanes.W;

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

    /**
     * @param width of queries and keys
     * @param values width of the values
     * @param scores what becomes of a row of products
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
    }

    /** Writes softmax(scale·q·kᵀ + mask)·v and the logarithms of the rows' sums, both contiguous. */
    void forward(Heads q, Heads k, Heads v, long out, long logSums) {
        // Few heads are cut into runs of queries, each of which packs keys and values for itself.
        int parts = count >= 2 * pool.threads() ? 1 : Math.ceilDiv(queries, 4 * QUERIES);
        int run = Math.max(QUERIES, Math.ceilDiv(Math.ceilDiv(queries, Math.max(1, parts)), QUERIES) * QUERIES);
        int runs = Math.ceilDiv(queries, run);
        pool.parallelFor(count * runs, grain((long) run * keys), (from, to) -> {
            for (int task = from; task < to; task++) {
                int head = task / runs;
                int begin = task % runs * run;
                Packed turned =
                        Packed.of(turned(k.of(head)), width, keys, Slot.KEYS).scaled(scale);
                Packed packed = Packed.of(v.of(head), keys, values, Slot.VALUES);
                for (int i = begin; i < Math.min(queries, begin + run); i += QUERIES) {
                    int n = Math.min(QUERIES, Math.min(queries, begin + run) - i);
                    long row = (long) head * queries + i;
                    forward(head, i, n, q.of(head), turned, packed, out + 4 * row * values, logSums + 4 * row);
                }
            }
        });
    }

    private int grain(long scoresOfTask) {
        return (int) Math.max(1, Nest.CHUNK / Math.max(1, scoresOfTask));
    }

    private void forward(int head, int first, int n, Matrix q, Packed turned, Packed v, long out, long logSums) {
        long tile = Scratch.floats(Slot.SCORES, (long) QUERIES * PITCH);
        long sums = Scratch.floats(Slot.ROWS, 2L * QUERIES);
        long maxima = logSums;
        Lanes.fill(maxima, n, Float.NEGATIVE_INFINITY);
        Lanes.fill(sums, n, 0f);
        Lanes.fill(out, (long) n * values, 0f);
        int seen = scores.reach(first + n - 1);
        for (int j = 0; j < seen; j += KEYS) {
            int block = Math.min(KEYS, seen - j);
            Gemm.blocks(n, block, width, q.at(first, 0), turned.from(0, j), new Matrix(tile, PITCH, 1), false);
            for (int i = 0; i < n; i++) {
                long row = tile + 4L * i * PITCH;
                float before = get(maxima + 4L * i);
                float max = Math.max(before, scores.prepare(head, first + i, j, block, row));
                if (max == Float.NEGATIVE_INFINITY) {
                    Lanes.fill(row, block, 0f);
                    continue;
                }
                float sum = Exponential.run(row, max, row, Scores.padded(block));
                if (before != max && j > 0) {
                    float shrink = (float) StrictMath.exp((double) before - max);
                    sum = Math.fma(get(sums + 4L * i), shrink, sum);
                    Rows.scale(out + 4L * i * values, shrink, values);
                } else {
                    sum += get(sums + 4L * i);
                }
                set(maxima + 4L * i, max);
                set(sums + 4L * i, sum);
            }
            Gemm.blocks(n, values, block, new Matrix(tile, PITCH, 1), v.from(j, 0), new Matrix(out, values, 1), j > 0);
        }
        long logs = sums + 4L * QUERIES;
        Unaries.run(UnaryKind.LOG, sums, logs, n);
        for (int i = 0; i < n; i++) {
            float sum = get(sums + 4L * i);
            Rows.scale(out + 4L * i * values, 1 / sum, values);
            // A row that saw nothing has no sum: it is NaN, as the formula says.
            set(logSums + 4L * i, sum == 0 ? Float.NaN : get(maxima + 4L * i) + get(logs + 4L * i));
        }
    }

    private static Matrix turned(Matrix m) {
        return new Matrix(m.address(), /* row= */ m.col(), /* col= */ m.row());
    }

    /** Writes the gradients of q, k and v, all contiguous, from those of the result. */
    void backward(Heads q, Heads k, Heads v, long out, long logSums, long dout, long dq, long dk, long dv) {
        Lanes.fill(dk, (long) count * keys * width, 0f);
        Lanes.fill(dv, (long) count * keys * values, 0f);
        pool.parallelFor(count, grain((long) queries * keys), (from, to) -> {
            for (int head = from; head < to; head++) {
                Packed keysTurned =
                        Packed.of(turned(k.of(head)), width, keys, Slot.KEYS).scaled(scale);
                Packed valuesTurned = Packed.of(turned(v.of(head)), values, keys, Slot.VALUES);
                Packed keysPacked = Packed.of(k.of(head), keys, width, Slot.KEYS_BACK);
                for (int i = 0; i < queries; i += QUERIES_BACK) {
                    int n = Math.min(QUERIES_BACK, queries - i);
                    long row = (long) head * queries + i;
                    backward(
                            head,
                            i,
                            n,
                            q.of(head).at(i, 0),
                            keysPacked,
                            keysTurned,
                            valuesTurned,
                            out + 4 * row * values,
                            logSums + 4 * row,
                            dout + 4 * row * values,
                            dq + 4 * row * width,
                            dk + 4L * head * keys * width,
                            dv + 4L * head * keys * values);
                }
            }
        });
    }

    private void backward(
            int head,
            int first,
            int n,
            Matrix q,
            Packed k,
            Packed turnedKeys,
            Packed turnedValues,
            long out,
            long logSums,
            long dout,
            long dq,
            long dk,
            long dv) {
        long p = Scratch.floats(Slot.SCORES, (long) QUERIES_BACK * PITCH);
        long ds = Scratch.floats(Slot.SCORES_GRAD, (long) QUERIES_BACK * PITCH);
        var doutRows = new Matrix(dout, values, 1);
        var pRows = new Matrix(p, PITCH, 1);
        var dsRows = new Matrix(ds, PITCH, 1);
        int seen = scores.reach(first + n - 1);
        for (int i = 0; i < n; i++) {
            // The weights of such a row are NaN for all keys, also those that it does not see.
            seen = Float.isNaN(get(logSums + 4L * i)) ? keys : seen;
        }
        if (seen == 0) {
            Lanes.fill(dq, (long) n * width, 0f);
        }
        for (int j = 0; j < seen; j += KEYS) {
            int block = Math.min(KEYS, seen - j);
            Gemm.blocks(n, block, width, q, turnedKeys.from(0, j), pRows, false);
            Gemm.blocks(n, block, values, doutRows, turnedValues.from(0, j), dsRows, false);
            for (int i = 0; i < n; i++) {
                long row = 4L * i * PITCH;
                float delta = Reduce.dot(out + 4L * i * values, dout + 4L * i * values, values);
                scores.gradient(head, first + i, j, block, p + row, ds + row, scale, get(logSums + 4L * i), delta);
            }
            Gemm.blocks(n, width, block, dsRows, k.from(j, 0), new Matrix(dq, width, 1), j > 0);
            Gemm.serial(block, width, n, turned(dsRows), q, new Matrix(dk + 4L * j * width, width, 1), true);
            Gemm.serial(block, values, n, turned(pRows), doutRows, new Matrix(dv + 4L * j * values, values, 1), true);
        }
    }
}
