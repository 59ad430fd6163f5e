package sensorium.kernels.cpu;

import java.lang.ref.Reference;
import java.util.Arrays;
import sensorium.backend.Operand;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.memory.HostMemory.HostStorage;
import sensorium.op.UnaryKind;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** The ops that are matrix products: batches of any layout as calls of {@link Gemm}. */
final class MatrixOps {
    private final WorkPool pool;

    MatrixOps(WorkPool pool) {
        this.pool = pool;
    }

    void matMul(Call c) {
        Shape batch = batch(c);
        multiply(c, batch, new Factor(c, 0, batch), new Factor(c, 1, batch), Matrix.NOTHING);
    }

    /** @param then what is made of each number of the result, or null */
    void linear(Call c, UnaryKind then) {
        Matrix bias = c.inputs() == 3 ? Matrix.ofRow(c.x(2)) : Matrix.NOTHING;
        if (Widening.has(c.type(1))) {
            widened(c, bias);
        } else if (byPackedWeight(c, bias, then)) {
            return;
        } else {
            Shape batch = batch(c);
            multiply(c, batch, new Factor(c, 0, batch), new Factor(c, 1, batch).transposed(), bias);
        }
        if (then != null) {
            long y = c.y(0);
            pool.parallelFor(
                    (int) c.result(0).size(),
                    Nest.CHUNK,
                    (i, end) -> Unaries.run(then, y + 4L * i, y + 4L * i, end - i));
        }
    }

    /** One row is multiplied by a way of its own, and sums in another order. */
    private static boolean fitsPanels(Call c, int rows) {
        return rows > 1 && c.shape(1).rank() == 2 && c.operand(1).layout().isContiguous();
    }

    /** Whether the weight is in panels already, and so the product is done. */
    private boolean byPackedWeight(Call c, Matrix bias, UnaryKind then) {
        int n = c.result(0).dim(-1);
        int k = c.shape(0).dim(-1);
        long rows = n == 0 ? 0 : c.result(0).size() / n;
        if (rows > Integer.MAX_VALUE || !fitsPanels(c, (int) rows) || k == 0 || !Gemm.accepts(k)) {
            return false;
        }
        var storage = (HostStorage) c.operand(1).storage();
        if (then != null && !PackedTiles.fit()) {
            return false;
        }
        PackedWeights weight = PackedWeights.of(storage, new Matrix(c.first(1), 1, k), k, n);
        if (weight == null) {
            return false;
        }
        try {
            var x = new Matrix(c.x(0), k, 1);
            var y = new Matrix(c.y(0), n, 1);
            if (PackedTiles.fit()) {
                new WeightProduct((int) rows, x, weight.packed(), bias, then, y).run(pool);
            } else {
                Gemm.packed(pool, (int) rows, x, weight.packed(), bias, y);
            }
        } finally {
            Reference.reachabilityFence(weight); // the panels go with it
        }
        return true;
    }

    /** With a weight of half the width: a few rows of it at a time become floats, in cache, and are multiplied there. */
    private void widened(Call c, Matrix bias) {
        int n = c.result(0).dim(-1);
        int k = c.shape(0).dim(-1);
        int m = n == 0 ? 0 : (int) (c.result(0).size() / n);
        if (m == 0) {
            return;
        }
        var x = new Matrix(c.x(0), k, 1);
        long weight = c.x(1);
        long y = c.y(0);
        long work = (long) m * Math.max(1, k) * GemmTiles.COLUMNS;
        int blocks = Math.ceilDiv(n, GemmTiles.COLUMNS);
        pool.parallelFor(blocks, Math.clamp(Gemm.WORTH_SHARING / work, 1, blocks), (from, to) -> {
            for (int block = from; block < to; block++) {
                int j = block * GemmTiles.COLUMNS;
                int columns = Math.min(GemmTiles.COLUMNS, n - j);
                long rows = Scratch.floats(Scratch.Slot.WEIGHTS, (long) columns * k);
                Widening.floats(c.type(1), weight + 2L * j * k, rows, columns * k);
                var part = new Matrix(y + 4L * j, n, 1);
                Gemm.serial(m, columns, k, x, new Matrix(rows, 1, k), bias.at(0, j), part);
            }
        });
    }

    private static Shape batch(Call c) {
        return c.result(0).range(0, c.result(0).rank() - 2);
    }

    /** @param z is added to each product */
    private void multiply(Call c, Shape batch, Factor a, Factor b, Matrix z) {
        int m = c.result(0).dim(-2);
        int n = c.result(0).dim(-1);
        int k = c.shape(0).dim(-1);
        int count = Math.toIntExact(batch.size());
        Matrix y = new Matrix(c.y(0), n, 1);
        if (count != 1 && b.batchesAreOne() && a.rowsAreOneWalk(batch, m)) {
            // (…, M, K) × (K, N): all rows are rows of one matrix.
            Gemm.batched(pool, 1, null, Math.multiplyExact(count, m), n, k, a.matrix, b.matrix, z, y);
            return;
        }
        if (count == 1) {
            Gemm.batched(pool, 1, null, m, n, k, a.matrix, b.matrix, z, y);
            return;
        }
        long[] offsets = new long[3 * count];
        for (int i = 0; i < count; i++) {
            offsets[3 * i] = a.offset(batch, i);
            offsets[3 * i + 1] = b.offset(batch, i);
            offsets[3 * i + 2] = (long) i * m * n;
        }
        Gemm.batched(pool, count, offsets, m, n, k, a.matrix, b.matrix, z, y);
    }

    private static final class Factor {
        final Matrix matrix;
        /** In elements, one for every axis of the batch. */
        final long[] batchStrides;

        Factor(Call c, int i, Shape batch) {
            Operand o = c.operand(i);
            Layout layout = o.layout();
            int rank = layout.shape().rank();
            long row = layout.shape().dim(-2) == 1 ? 0 : layout.stride(rank - 2);
            long col = layout.shape().dim(-1) == 1 ? 1 : layout.stride(rank - 1);
            long address;
            if (Gemm.accepts(row) && Gemm.accepts(col)) {
                address = c.first(i);
            } else {
                address = c.x(i);
                layout = Layout.contiguous(layout.shape());
                row = layout.stride(rank - 2);
                col = 1;
            }
            matrix = new Matrix(address, row, col);
            Shape whole = batch.concat(layout.shape().range(rank - 2, rank));
            batchStrides = Arrays.copyOf(layout.expand(whole).strides(), batch.rank());
        }

        private Factor(Matrix matrix, long[] batchStrides) {
            this.matrix = matrix;
            this.batchStrides = batchStrides;
        }

        Factor transposed() {
            return new Factor(new Matrix(matrix.address(), matrix.col(), matrix.row()), batchStrides);
        }

        boolean batchesAreOne() {
            return Arrays.stream(batchStrides).allMatch(s -> s == 0);
        }

        /** Whether the rows of all products follow one another at the same distance. */
        boolean rowsAreOneWalk(Shape batch, int rows) {
            long step = matrix.row() * rows;
            for (int i = batch.rank() - 1; i >= 0; i--) {
                if (batch.dim(i) != 1) {
                    if (batchStrides[i] != step) {
                        return false;
                    }
                    step *= batch.dim(i);
                }
            }
            return rows > 1;
        }

        long offset(Shape batch, int index) {
            long o = 0;
            int rest = index;
            for (int i = batch.rank() - 1; i >= 0; i--) {
                o += rest % batch.dim(i) * batchStrides[i];
                rest /= batch.dim(i);
            }
            return o;
        }
    }
}
