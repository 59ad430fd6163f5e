package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.UnaryKind;

/**
 * Scaled dot-product attention a tile of scores at a time, never all of them (Dao et al., arXiv 2205.14135), and its
 * gradient, which computes the scores again from the row sums that the forward pass kept.
 *
 * <p>Keys are transposed once a head; a tile of 48 queries × 512 keys (96 KB) stays in L2 between its product, its
 * softmax and the product with the values. Blocks have fixed places, and a head's gradients are summed by one thread in
 * the order of its queries.
 */
final class Attention {
    private static final int QUERIES = 48;
    /** Taller in the gradient, where queries are what two of the four products sum over. */
    private static final int QUERIES_BACK = 96;

    private static final int KEYS = 512;

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
        // Few heads are cut into runs of queries, each of which transposes the keys for itself.
        int parts = count >= 2 * pool.threads() ? 1 : Math.ceilDiv(queries, 4 * QUERIES);
        int run = Math.max(QUERIES, Math.ceilDiv(Math.ceilDiv(queries, Math.max(1, parts)), QUERIES) * QUERIES);
        int runs = Math.ceilDiv(queries, run);
        pool.parallelFor(count * runs, grain((long) run * keys), (from, to) -> {
            for (int task = from; task < to; task++) {
                int head = task / runs;
                int begin = task % runs * run;
                long turned = transposed(k.of(head), width, Slot.KEYS);
                for (int i = begin; i < Math.min(queries, begin + run); i += QUERIES) {
                    int n = Math.min(QUERIES, Math.min(queries, begin + run) - i);
                    long row = (long) head * queries + i;
                    forward(head, i, n, q.of(head), turned, v.of(head), out + 4 * row * values, logSums + 4 * row);
                }
            }
        });
    }

    private int grain(long scoresOfTask) {
        return (int) Math.max(1, Nest.CHUNK / Math.max(1, scoresOfTask));
    }

    private void forward(int head, int first, int n, Matrix q, long turned, Matrix v, long out, long logSums) {
        long tile = Scratch.floats(Slot.SCORES, (long) QUERIES * KEYS);
        long sums = Scratch.floats(Slot.ROWS, 2L * QUERIES);
        long maxima = logSums;
        Lanes.fill(maxima, n, Float.NEGATIVE_INFINITY);
        Lanes.fill(sums, n, 0f);
        Lanes.fill(out, (long) n * values, 0f);
        int seen = scores.reach(first + n - 1);
        for (int j = 0; j < seen; j += KEYS) {
            int block = Math.min(KEYS, seen - j);
            products(n, block, q.at(first, 0), width, turned + 4L * j, tile);
            for (int i = 0; i < n; i++) {
                long row = tile + 4L * i * KEYS;
                float before = get(maxima + 4L * i);
                float max = Math.max(before, scores.prepare(head, first + i, j, block, row, scale));
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
            Gemm.serial(n, values, block, new Matrix(tile, KEYS, 1), v.at(j, 0), new Matrix(out, values, 1), j > 0);
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

    /** tile[n, block] = rows[n, width] · turned[width, block], where turned has rows of all keys. */
    private void products(int n, int block, Matrix rows, int depth, long turned, long tile) {
        Gemm.serial(n, block, depth, rows, new Matrix(turned, keys, 1), new Matrix(tile, KEYS, 1), false);
    }

    /** rows[keys, columns] as [columns, keys]. */
    private long transposed(Matrix rows, int columns, Slot slot) {
        long to = Scratch.floats(slot, (long) columns * keys);
        if (rows.col() == 1) {
            Copies.transpose(keys, columns, rows.address(), 4 * rows.row(), to, 4L * keys);
            return to;
        }
        for (int c = 0; c < columns; c++) {
            for (int r = 0; r < keys; r++) {
                set(to + 4 * ((long) c * keys + r), get(rows.address() + 4 * (r * rows.row() + c * rows.col())));
            }
        }
        return to;
    }

    /** Writes the gradients of q, k and v, all contiguous, from those of the result. */
    void backward(Heads q, Heads k, Heads v, long out, long logSums, long dout, long dq, long dk, long dv) {
        if (queries == 0) {
            Lanes.fill(dk, (long) count * keys * width, 0f);
            Lanes.fill(dv, (long) count * keys * values, 0f);
        }
        pool.parallelFor(count, grain((long) queries * keys), (from, to) -> {
            for (int head = from; head < to; head++) {
                long turnedKeys = transposed(k.of(head), width, Slot.KEYS);
                long turnedValues = transposed(v.of(head), values, Slot.VALUES);
                for (int i = 0; i < queries; i += QUERIES_BACK) {
                    int n = Math.min(QUERIES_BACK, queries - i);
                    long row = (long) head * queries + i;
                    backward(
                            head,
                            i,
                            n,
                            q.of(head).at(i, 0),
                            k.of(head),
                            turnedKeys,
                            turnedValues,
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
            Matrix k,
            long turnedKeys,
            long turnedValues,
            long out,
            long logSums,
            long dout,
            long dq,
            long dk,
            long dv) {
        long p = Scratch.floats(Slot.SCORES, (long) QUERIES_BACK * KEYS);
        long ds = Scratch.floats(Slot.SCORES_GRAD, (long) QUERIES_BACK * KEYS);
        var doutRows = new Matrix(dout, values, 1);
        boolean add = first > 0;
        if (keys == 0) {
            Lanes.fill(dq, (long) n * width, 0f);
        }
        for (int j = 0; j < keys; j += KEYS) {
            int block = Math.min(KEYS, keys - j);
            products(n, block, q, width, turnedKeys + 4L * j, p);
            products(n, block, doutRows, values, turnedValues + 4L * j, ds);
            for (int i = 0; i < n; i++) {
                long row = 4L * i * KEYS;
                float delta = Reduce.dot(out + 4L * i * values, dout + 4L * i * values, values);
                scores.gradient(head, first + i, j, block, p + row, ds + row, scale, get(logSums + 4L * i), delta);
            }
            var dsRows = new Matrix(ds, KEYS, 1);
            Gemm.serial(n, width, block, dsRows, k.at(j, 0), new Matrix(dq, width, 1), j > 0);
            Gemm.serial(block, width, n, new Matrix(ds, 1, KEYS), q, new Matrix(dk + 4L * j * width, width, 1), add);
            Gemm.serial(
                    block,
                    values,
                    n,
                    new Matrix(p, 1, KEYS),
                    doutRows,
                    new Matrix(dv + 4L * j * values, values, 1),
                    add);
        }
    }
}
