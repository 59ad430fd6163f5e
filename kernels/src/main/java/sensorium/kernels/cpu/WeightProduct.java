package sensorium.kernels.cpu;

import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Gemm.Packed;
import sensorium.op.UnaryKind;

/**
 * C[m, n] = f(A[m, k] · B[k, n] + bias) for a weight that lies in panels already, with AVX-512; number by number what {@link Gemm} makes
 * of it, which works anywhere.
 *
 * <p>Since B need not be packed, a strip of A is: groups of {@link PackedTiles#ROWS} rows with adjoining columns. It stays in L2 while all
 * panels of B pass over it, each of which is read once a strip.
 */
final class WeightProduct {
    /** Tasks a thread, so that one that is held up does not hold up all. */
    private static final int TASKS = 2;

    /** Groups of rows up to which a panel is multiplied faster than the next one comes from memory, and so is asked for ahead. */
    private static final int FEW = 4;

    private final int m;
    private final Matrix a;
    private final Packed b;
    private final Matrix bias;
    private final UnaryKind then;
    private final Matrix c;

    /**
     * @param a with adjoining columns
     * @param bias what is added: one row again and again, or {@link Matrix#NOTHING}
     * @param then the function f, or null
     * @param c with adjoining columns
     */
    WeightProduct(int m, Matrix a, Packed b, Matrix bias, UnaryKind then, Matrix c) {
        this.m = m;
        this.a = a;
        this.b = b;
        this.bias = bias;
        this.then = then;
        this.c = c;
    }

    void run(WorkPool pool) {
        if (m == 0 || b.n() == 0) {
            return;
        }
        int least = Math.ceilDiv(m, PackedTiles.STRIP);
        int threads = pool.threads();
        long work = (long) m * b.n() * b.k();
        boolean shares = threads > 1 && work >= Gemm.WORTH_SHARING;
        boolean tall = shares && least >= TASKS * threads;
        int strips = tall ? Math.ceilDiv(least, threads) * threads : least; // as many for each
        // A part of the columns packs the strip for itself.
        int panels = Math.ceilDiv(b.n(), GemmTiles.COLUMNS);
        int columns = shares && !tall ? Math.clamp(Math.ceilDiv(TASKS * threads, strips), 1, panels) : 1;
        int tasks = strips * columns;
        int grain = Math.clamp(Gemm.WORTH_SHARING * tasks / work, 1, tasks);
        pool.parallelFor(tasks, grain, (from, to) -> {
            for (int task = from; task < to; task++) {
                int i = Gemm.begin(task / columns, strips, m, PackedTiles.ROWS);
                int height = Gemm.begin(task / columns + 1, strips, m, PackedTiles.ROWS) - i;
                int j = Gemm.begin(task % columns, columns, b.n(), GemmTiles.COLUMNS);
                int end = Gemm.begin(task % columns + 1, columns, b.n(), GemmTiles.COLUMNS);
                strip(i, height, j, end);
            }
        });
    }

    /** Columns j to {@code end} of a strip. */
    private void strip(int i, int height, int j, int end) {
        PackedTiles tiles = PackedTiles.mine();
        long behind = b.address() + 4 * Packed.floats(b.k(), b.n());
        int whole = height / PackedTiles.ROWS;
        for (int k0 = 0; k0 < b.k(); k0 += Gemm.DEPTH) {
            int depth = Math.min(Gemm.DEPTH, b.k() - k0);
            tiles.pack(a.at(i, k0), height, depth);
            Matrix added = k0 > 0 ? c : bias;
            for (int p = j; p < end; p += GemmTiles.COLUMNS) {
                long panel = b.panel(k0, p);
                long size = depth * GemmTiles.PANEL_ROW;
                boolean ahead = whole <= FEW && panel + 2 * size <= behind;
                int width = Math.min(GemmTiles.COLUMNS, end - p);
                for (int r = 0; r < height; r += PackedTiles.ROWS) {
                    long z = added.address() == 0 ? 0 : added.at(i + r, p).address();
                    long to = c.at(i + r, p).address();
                    int group = r / PackedTiles.ROWS;
                    if (ahead && group < 2 && height - r >= PackedTiles.ROWS && width == GemmTiles.COLUMNS) {
                        long next = panel + size + group * (size / 2); // two groups read a line of each half row
                        tiles.ahead(depth, r, panel, z, 4 * added.row(), to, 4 * c.row(), next);
                    } else {
                        int rows = Math.min(PackedTiles.ROWS, height - r);
                        tiles.run(depth, r, rows, width, panel, z, 4 * added.row(), to, 4 * c.row());
                    }
                }
            }
        }
        for (int r = 0; then != null && r < height; r++) {
            long row = c.at(i + r, j).address();
            Unaries.run(then, row, row, end - j);
        }
    }
}
