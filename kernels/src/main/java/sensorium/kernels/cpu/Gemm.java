package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.GemmTiles.Tile;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Matrix products C = A · B in single precision, A and B with arbitrary strides (so transposes cost nothing to state), C
 * with adjoining columns.
 *
 * <p>The way of Goto and BLIS: a block of B, {@value #DEPTH} deep and {@value #PANELS} panels wide, is copied into
 * panels as wide as a register tile, so that it streams from L2 with adjoining loads. Rows of A are copied too where there are
 * registers for {@link PackedTiles}, and are read where they lie otherwise, and where there are few columns. Depth is cut at
 * fixed places, each part is summed from zero and then added to C, so that the numbers depend neither on the tiling nor on the
 * threads.
 */
final class Gemm {
    /** Depth of a block: 256 × 32 floats of B are 32 KB. */
    static final int DEPTH = 256;
    /** Panels of B that a task packs at once: with AVX-512 256 KB, a quarter of L2. */
    private static final int PANELS = 8;
    /** Rows of A that meet a panel of B while it is in L1: a multiple of {@link GemmTiles#ROWS}. */
    private static final int STRIP = 24;
    /** Tasks a thread, so that one that is held up does not hold up all. */
    private static final int TASKS = 3;
    /** Multiply-adds below which a second thread costs more than it brings. */
    static final long WORTH_SHARING = 1 << 17;
    /** Below this many rows, copying B costs more than reading it where it lies. */
    static final int FEW_ROWS = 3 * GemmTiles.ROWS;

    private Gemm() {}

    /**
     * Whether the tiles can walk with this stride, in elements: not backwards, and so that {@value #DEPTH} steps stay within 2³¹ bytes.
     */
    static boolean accepts(long stride) {
        return stride >= 0 && stride < 1 << 21;
    }

    /** An operand: address of its first element and the distances, in elements, between rows and between columns. */
    record Matrix(long address, long row, long col) {
        /** What is added to a product that stands for itself. */
        static final Matrix NOTHING = new Matrix(0, 0, 0);

        /** The same row, of adjoining elements, again and again. */
        static Matrix ofRow(long address) {
            return new Matrix(address, 0, 1);
        }

        Matrix at(long i, long j) {
            return new Matrix(address + 4 * (i * row + j * col), row, col);
        }

        Matrix plus(long elements) {
            return new Matrix(address + 4 * elements, row, col);
        }
    }

    /**
     * {@code count} products C[m, n] = A[m, k] · B[k, n] (or C += A · B).
     *
     * @param offsets for each product three numbers of elements, to be added to the addresses of A, B and C; null for one
     *     product where they are
     */
    static void batched(
            WorkPool pool, int count, long[] offsets, int m, int n, int k, Matrix a, Matrix b, Matrix c, boolean add) {
        batched(pool, count, offsets, m, n, k, a, b, add ? c : Matrix.NOTHING, c);
    }

    /** C[m, n] = A[m, k] · B[k, n] + Z[m, n], B in panels already: what {@link #batched} makes of one product, number by number. */
    static void packed(WorkPool pool, int m, Matrix a, Packed b, Matrix z, Matrix c) {
        shared(
                pool,
                1,
                m,
                b.n,
                b.k,
                (_, i, height, j, width) ->
                        blocks(height, width, b.k, a.at(i, 0), b.from(0, j), z.at(i, j), c.at(i, j)));
    }

    /** Computes a part of C of one product of several. */
    @FunctionalInterface
    private interface Part {
        void compute(int product, int i, int height, int j, int width);
    }

    /**
     * {@code count} products C[m, n] = A[m, k] · B[k, n] + Z[m, n].
     *
     * @param offsets as above
     * @param z the same for all, or C itself
     */
    static void batched(
            WorkPool pool, int count, long[] offsets, int m, int n, int k, Matrix a, Matrix b, Matrix z, Matrix c) {
        // By the whole product, not by a thread's part of it: the two ways sum in different orders.
        boolean dots = isRowOfDots(m, n, b);
        shared(pool, count, m, n, k, (product, i, height, j, width) -> {
            Matrix pa = offsets == null ? a : a.plus(offsets[3 * product]);
            Matrix pb = offsets == null ? b : b.plus(offsets[3 * product + 1]);
            Matrix pc = offsets == null ? c : c.plus(offsets[3 * product + 2]);
            Matrix pz = z == c ? pc : z;
            if (dots) {
                dots(width, k, pa, pb.at(0, j), pz.at(0, j), pc.at(0, j));
            } else {
                tiles(height, width, k, pa.at(i, 0), pb.at(0, j), pz.at(i, j), pc.at(i, j));
            }
        });
    }

    /** Shares out the parts of C of so many products. */
    private static void shared(WorkPool pool, int count, int m, int n, int k, Part part) {
        if (m == 0 || n == 0 || count == 0) {
            return;
        }
        long work = (long) m * n * Math.max(1, k);
        int panels = Math.ceilDiv(n, GemmTiles.COLUMNS);
        int columns = Math.ceilDiv(panels, PANELS);
        int rows = 1;
        int threads = pool.threads();
        if (work * count >= WORTH_SHARING && threads > 1) {
            // Each block of columns packs its part of B once; blocks of rows pack the same part again.
            int wanted = Math.ceilDiv(TASKS * threads, count);
            columns = Math.max(columns, Math.min(wanted, panels / 2));
            columns = even(columns, panels, count, threads);
            if ((long) count * columns < 2L * threads) {
                rows = Math.clamp(m / (4 * GemmTiles.ROWS), 1, Math.ceilDiv(2 * TASKS * threads, count * columns));
            }
        }
        int rowBlocks = rows;
        int colBlocks = columns;
        int tasks = Math.multiplyExact(count, rowBlocks * colBlocks);
        int grain = (int) Math.max(1, Math.min(tasks, WORTH_SHARING * tasks / Math.max(1, work * count)));
        pool.parallelFor(tasks, grain, (from, to) -> {
            for (int task = from; task < to; task++) {
                int i = begin(task % rowBlocks, rowBlocks, m, GemmTiles.ROWS);
                int height = begin(task % rowBlocks + 1, rowBlocks, m, GemmTiles.ROWS) - i;
                int j = begin(task / rowBlocks % colBlocks, colBlocks, n, GemmTiles.COLUMNS);
                int width = begin(task / rowBlocks % colBlocks + 1, colBlocks, n, GemmTiles.COLUMNS) - j;
                part.compute(task / rowBlocks / colBlocks, i, height, j, width);
            }
        });
    }

    /**
     * About so many parts of the columns that all threads have as much to do: of equal parts where there are such, since of
     * six parts of 16 panels one of two threads gets nine.
     */
    private static int even(int parts, int panels, int count, int threads) {
        for (int p = parts; p > 1 && (long) count * p >= 2L * threads; p--) {
            if (panels % p == 0 && panels / p <= PANELS && (long) count * p % threads == 0) {
                return p;
            }
        }
        int p = parts;
        while (p < panels && (long) count * p % threads != 0) {
            p++;
        }
        return p;
    }

    /** Where part {@code i} of {@code parts} of an extent begins: all are whole tiles but the last, and differ by one. */
    static int begin(int i, int parts, int extent, int tile) {
        return (int) Math.min(extent, (long) Math.ceilDiv(extent, tile) * i / parts * tile);
    }

    /** C[m, n] = A[m, k] · B[k, n] (or C += A · B) on the current thread. */
    static void serial(int m, int n, int k, Matrix a, Matrix b, Matrix c, boolean add) {
        serial(m, n, k, a, b, add ? c : Matrix.NOTHING, c);
    }

    /** C[m, n] = A[m, k] · B[k, n] + Z[m, n] on the current thread. */
    static void serial(int m, int n, int k, Matrix a, Matrix b, Matrix z, Matrix c) {
        if (isRowOfDots(m, n, b)) {
            dots(n, k, a, b, z, c);
        } else {
            tiles(m, n, k, a, b, z, c);
        }
    }

    /** One row times columns that adjoin in memory. */
    private static boolean isRowOfDots(int m, int n, Matrix b) {
        return m == 1 && b.row == 1 && (b.col != 1 || n == 1);
    }

    private static void tiles(int m, int n, int k, Matrix a, Matrix b, Matrix z, Matrix c) {
        blocks(m, n, k, a, b.col == 1 && m <= FEW_ROWS ? lying(b) : packing(b), z, c);
    }

    /** Where the panels of a block of B are: what the tiles of C are multiplied from. */
    @FunctionalInterface
    interface Source {
        /**
         * Finds, or makes, the panels of {@code [k0, k0 + depth) × [j0, j0 + columns)}, at most {@value #PANELS}. Behind the
         * columns there is something to read up to a whole panel.
         *
         * @param at the panels' addresses
         * @param rows bytes from one row of each panel to the next
         */
        void panels(int k0, int depth, int j0, int columns, long[] at, long[] rows);
    }

    /** Panels made a block at a time in this thread's working memory. */
    private static Source packing(Matrix b) {
        return (k0, depth, j0, columns, at, rows) -> {
            long to = Scratch.floats(Slot.GEMM_B, (long) PANELS * DEPTH * GemmTiles.COLUMNS);
            for (int j = 0; j < columns; j += GemmTiles.COLUMNS) {
                int p = j / GemmTiles.COLUMNS;
                at[p] = to + 4L * depth * j;
                rows[p] = 4L * GemmTiles.COLUMNS;
                pack(b, at[p], k0, depth, j0 + j, Math.min(GemmTiles.COLUMNS, columns - j));
            }
        };
    }

    /** B with adjoining columns, read where it lies as far as it has whole panels. */
    static Source lying(Matrix b) {
        return (k0, depth, j0, columns, at, rows) -> {
            int whole = columns / GemmTiles.COLUMNS;
            for (int p = 0; p < whole; p++) {
                at[p] = b.at(k0, j0 + p * GemmTiles.COLUMNS).address;
                rows[p] = 4 * b.row;
            }
            int j = whole * GemmTiles.COLUMNS;
            if (j < columns) {
                at[whole] = Scratch.floats(Slot.GEMM_B, (long) PANELS * DEPTH * GemmTiles.COLUMNS);
                rows[whole] = 4L * GemmTiles.COLUMNS;
                pack(b, at[whole], k0, depth, j0 + j, columns - j);
            }
        };
    }

    /** B[k, n] copied to panels once, for many products; valid as long as its slot. */
    record Packed(long address, int k, int n) {
        static Packed of(Matrix b, int k, int n, Slot slot) {
            return of(b, k, n, Scratch.floats(slot, floats(k, n)));
        }

        /** The same at an address, with room for {@link #floats}. */
        static Packed of(Matrix b, int k, int n, long to) {
            var packed = new Packed(to, k, n);
            for (int k0 = 0; k0 < k; k0 += DEPTH) {
                for (int j = 0; j < n; j += GemmTiles.COLUMNS) {
                    int columns = Math.min(GemmTiles.COLUMNS, n - j);
                    Gemm.pack(b, packed.panel(k0, j), k0, Math.min(DEPTH, k - k0), j, columns);
                }
            }
            return packed;
        }

        static long floats(int k, int n) {
            return (long) k * Math.ceilDiv(n, GemmTiles.COLUMNS) * GemmTiles.COLUMNS;
        }

        Packed scaled(float factor) {
            Rows.scale(address, factor, Math.toIntExact(floats(k, n)));
            return this;
        }

        /** Where the panel of row k0, a multiple of {@link #DEPTH}, and column j, where a panel begins, is. */
        long panel(int k0, int j) {
            return address + 4 * (floats(k0, n) + (long) Math.min(DEPTH, k - k0) * j);
        }

        /** The part that begins there, both at a block's begin. */
        Source from(int firstRow, int firstColumn) {
            return (k0, depth, j0, columns, at, rows) -> {
                for (int j = 0; j < columns; j += GemmTiles.COLUMNS) {
                    at[j / GemmTiles.COLUMNS] = panel(firstRow + k0, firstColumn + j0 + j);
                    rows[j / GemmTiles.COLUMNS] = 4L * GemmTiles.COLUMNS;
                }
            };
        }
    }

    /** C[m, n] = A[m, k] · B[k, n] (or C += A · B) on the current thread. */
    static void blocks(int m, int n, int k, Matrix a, Source b, Matrix c, boolean add) {
        blocks(m, n, k, a, b, add ? c : Matrix.NOTHING, c);
    }

    /** C[m, n] = A[m, k] · B[k, n] + Z[m, n] on the current thread. */
    static void blocks(int m, int n, int k, Matrix a, Source b, Matrix z, Matrix c) {
        for (int i = 0; k == 0 && z.address != c.address && i < m; i++) {
            if (z.address == 0) {
                Lanes.fill(c.at(i, 0).address, n, 0f);
            } else {
                Copies.adjoining(c.at(i, 0).address, z.at(i, 0).address, 4L * n);
            }
        }
        int width = GemmTiles.COLUMNS;
        var at = new long[PANELS];
        var rows = new long[PANELS];
        var tile = new Tile();
        boolean groups = PackedTiles.fit() && (a.row == 1 || a.col == 1);
        boolean turned = a.row == 1 && a.col != 1 && n > 2 * width;
        long tops = turned ? Scratch.floats(Slot.GEMM_A, (long) STRIP * DEPTH + W) : 0;
        tile.aRow = turned ? 4 : 4 * a.row;
        tile.aCol = turned ? 4L * GemmTiles.ROWS : 4 * a.col;
        tile.cRow = 4 * c.row;
        for (int k0 = 0; k0 < k; k0 += DEPTH) {
            tile.depth = Math.min(DEPTH, k - k0);
            Matrix added = k0 == 0 ? z : c;
            tile.zRow = 4 * added.row;
            for (int j0 = 0; j0 < n; j0 += PANELS * width) {
                int columns = Math.min(PANELS * width, n - j0);
                b.panels(k0, tile.depth, j0, columns, at, rows);
                if (groups && columns > 2 * width && rows[0] == GemmTiles.PANEL_ROW) {
                    groups(
                            m,
                            columns,
                            tile.depth,
                            a.at(0, k0),
                            at,
                            added.address == 0 ? added : added.at(0, j0),
                            c.at(0, j0));
                    continue;
                }
                for (int i0 = 0; i0 < m; i0 += STRIP) {
                    int height = Math.min(STRIP, m - i0);
                    long strip = a.at(i0, k0).address;
                    if (turned) {
                        packTurned(strip, 4 * a.col, tops, tile.depth, height);
                        strip = tops;
                    }
                    for (int j = 0; j < columns; j += width) {
                        tile.columns = Math.min(width, columns - j);
                        tile.bRow = rows[j / width];
                        for (int i = 0; i < height; i += GemmTiles.ROWS) {
                            tile.rows = Math.min(GemmTiles.ROWS, height - i);
                            long top = strip + (turned ? 4L * i * tile.depth : 4L * i * a.row);
                            long to = c.address + 4 * ((i0 + i) * c.row + j0 + j);
                            long plus = added.address + 4 * ((i0 + i) * added.row + (j0 + j) * added.col);
                            GemmTiles.run(tile, top, at[j / width], plus, to);
                        }
                    }
                }
            }
        }
    }

    /** The same for panels of B that are there, at most as many as fit {@code at}, with the rows of A packed too. */
    private static void groups(int m, int n, int depth, Matrix a, long[] at, Matrix z, Matrix c) {
        PackedTiles tiles = PackedTiles.mine();
        for (int i0 = 0; i0 < m; i0 += PackedTiles.STRIP) {
            int height = Math.min(PackedTiles.STRIP, m - i0);
            tiles.pack(a.at(i0, 0), height, depth);
            for (int j = 0; j < n; j += GemmTiles.COLUMNS) {
                int columns = Math.min(GemmTiles.COLUMNS, n - j);
                for (int i = 0; i < height; i += PackedTiles.ROWS) {
                    int rows = Math.min(PackedTiles.ROWS, height - i);
                    long plus = z.address == 0 ? 0 : z.at(i0 + i, j).address;
                    long to = c.at(i0 + i, j).address;
                    long panel = at[j / GemmTiles.COLUMNS];
                    tiles.run(depth, i, rows, columns, panel, plus, 4 * z.row, to, 4 * c.row);
                }
            }
        }
    }

    /**
     * Rows of A that adjoin where its columns do not: groups of {@link GemmTiles#ROWS} rows behind one another, each with its
     * columns adjoining. Else a tile would read a few numbers of each of {@link #DEPTH} lines that lie in the same sets of the cache.
     */
    private static void packTurned(long from, long fromColumn, long to, int depth, int rows) {
        for (int i = 0; i < rows; i += GemmTiles.ROWS, to += 4L * GemmTiles.ROWS * depth) {
            int there = Math.min(GemmTiles.ROWS, rows - i);
            for (int k = 0; k < depth; k++) {
                for (int r = 0; r < there; r += W) {
                    // What a vector stores beyond the group's rows the next column's overwrites.
                    FloatVector rowsOfA = load(from + 4L * (i + r) + k * fromColumn, first(Math.min(W, there - r)));
                    store(rowsOfA, to + 4L * (r + GemmTiles.ROWS * k));
                }
            }
        }
    }

    /** C[m, n] = A · B (or C += A · B), whose panels are {@code panel} bytes apart. */
    static void panels(Tile tile, int m, int n, long a, long b, long panel, long c, boolean add) {
        tile.zRow = tile.cRow;
        for (int i = 0; i < m; i += GemmTiles.ROWS) {
            tile.rows = Math.min(GemmTiles.ROWS, m - i);
            for (int j = 0; j < n; j += GemmTiles.COLUMNS) {
                tile.columns = Math.min(GemmTiles.COLUMNS, n - j);
                long to = c + i * tile.cRow + 4L * j;
                GemmTiles.run(tile, a + i * tile.aRow, b + j / GemmTiles.COLUMNS * panel, add ? to : 0, to);
            }
        }
    }

    private static void pack(Matrix b, long to, int k0, int depth, int j0, int columns) {
        long row = 4L * GemmTiles.COLUMNS;
        long from = b.at(k0, j0).address;
        if (b.col == 1) {
            packRows(from, 4 * b.row, to, row, depth, columns);
            return;
        }
        if (columns < GemmTiles.COLUMNS) {
            for (int k = 0; k < GemmTiles.VECTORS * depth; k++) {
                store(FloatVector.zero(F), to + k * VB);
            }
        }
        if (b.row == 1) {
            Transposition.transpose(columns, depth, from, 4 * b.col, to, row);
            return;
        }
        for (int j = 0; j < columns; j++) {
            long source = from + 4L * j * b.col;
            long target = to + 4L * j;
            for (int k = 0; k < depth; k++) {
                set(target + k * row, get(source + 4L * k * b.row));
            }
        }
    }

    private static void packRows(long from, long fromRow, long to, long toRow, int depth, int columns) {
        int whole = columns / W * W;
        var rest = first(columns - whole);
        for (int k = 0; k < depth; k++, from += fromRow, to += toRow) {
            for (int j = 0; j < whole; j += W) {
                store(load(from + 4L * j), to + 4L * j);
            }
            if (whole < columns) {
                store(load(from + 4L * whole, rest), to + 4L * whole); // fills the vector with zeros
            }
        }
    }

    /** One row times a matrix whose columns adjoin in memory: dot products. Four columns at a time were slower. */
    private static void dots(int n, int k, Matrix a, Matrix b, Matrix z, Matrix c) {
        Matrix row = a.col == 1 ? a : contiguous(a, k);
        for (int j = 0; j < n; j++) {
            float sum = Reduce.dot(row.address, b.address + 4L * j * b.col, k);
            set(c.address + 4L * j, z.address == 0 ? sum : get(z.address + 4L * j) + sum);
        }
    }

    private static Matrix contiguous(Matrix a, int k) {
        long to = Scratch.floats(Slot.ROW, k);
        for (int i = 0; i < k; i++) {
            set(to + 4L * i, get(a.address + 4L * i * a.col));
        }
        return new Matrix(to, k, 1);
    }
}
