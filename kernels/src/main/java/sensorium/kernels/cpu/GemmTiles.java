package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops of a matrix product: a tile of C stays in registers while k runs.
 *
 * <p>Tiles are written out because accumulators in an array would live in memory. 8 × 2 vectors use 16 accumulators of
 * the 32 registers of AVX-512, enough multiplications in flight, and few rows are wasted at the edges; {@link SmallTiles} are
 * for 16 registers. The fence after every row emits no instruction: it keeps the compiler from loading all
 * broadcasts ahead and spilling accumulators for them. The masks let it prove that addresses are not negative, so that
 * no bounds check remains in the loop. Rows beyond the last read the last row again and are not stored.
 *
 * <p>Every element of C is one chain of fused multiply-adds in the order of k, whatever the tile: the tiling changes no
 * number.
 */
final class GemmTiles {
    /** Whether vectors are of AVX-512, which has 32 registers; else there are 16. */
    private static final boolean LARGE = W >= 16;
    /** Rows that are computed in one go. */
    static final int ROWS = LARGE ? 8 : 6;
    /** Vectors in a row of a panel of B. */
    static final int VECTORS = LARGE ? 2 : 3;
    /** Columns of a panel. */
    static final int COLUMNS = VECTORS * W;
    /** Bytes from one row of a panel to the next. */
    static final long PANEL_ROW = VECTORS * VB;

    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    static final long ADDRESS = (1L << 56) - 1;
    static final long STRIDE = (1L << 30) - 1;
    private static final long ZEROS = zeros();

    private GemmTiles() {}

    private static long zeros() {
        return Arena.global().allocate(PANEL_ROW, 64).address();
    }

    /**
     * What the tiles of a block have in common; strides in bytes, below 2³⁰, and all columns of A within 2³¹; the columns of B and of C
     * adjoin.
     */
    static final class Tile {
        /** Rows of A and C, 1 to {@link #ROWS}. */
        int rows;
        /** Columns of C, 1 to {@link #COLUMNS}; B has whole vectors of them. */
        int columns;

        int depth;
        long aRow;
        long aCol;
        long bRow;
        long cRow;
        /** 0 where the same row of Z is added to all. */
        long zRow;
        /** The last row that is there, from where the tile begins that is being computed. */
        private int last;
        /** Room for one tile. */
        private final long spare = Scratch.floats(Scratch.Slot.TILE, (long) ROWS * COLUMNS);

        long row(long a, int r) {
            return a + Math.min(r, last) * aRow & ADDRESS;
        }
    }

    /**
     * C = A · B + Z for up to {@link #ROWS} rows and {@link #COLUMNS} columns.
     *
     * @param z address of what is added, C itself to add to it; 0 for nothing
     */
    static void run(Tile t, long a, long b, long z, long c) {
        int vectors = (t.columns + W - 1) / W;
        int height = height(t.rows, vectors);
        for (int r = 0; r < t.rows; r += height) {
            int there = Math.min(height, t.rows - r);
            t.last = there - 1;
            long top = a + r * t.aRow;
            long plus = z == 0 ? 0 : z + r * t.zRow;
            long to = c + r * t.cRow;
            if (there == height && t.columns == vectors * W) {
                tile(t, height, vectors, top, b, z == 0 ? ZEROS : plus, z == 0 ? 0 : t.zRow, to, t.cRow);
            } else {
                tile(t, height, vectors, top, b, ZEROS, 0, t.spare, PANEL_ROW);
                put(t.spare, there, t.columns, plus, t.zRow, to, t.cRow);
            }
        }
    }

    /** Rows of the tiles that {@code rows} rows of so many vectors are computed by. */
    private static int height(int rows, int vectors) {
        if (!LARGE) {
            return vectors == 1 ? 6 : 3;
        }
        return rows <= 4 ? 4 : vectors == 2 && rows <= 6 ? 6 : 8;
    }

    private static void tile(Tile t, int height, int vectors, long a, long b, long z, long zRow, long c, long cRow) {
        switch (10 * height + vectors) {
            case 82 -> tile8x2(t, a, b, z, zRow, c, cRow);
            case 62 -> tile6x2(t, a, b, z, zRow, c, cRow);
            case 42 -> tile4x2(t, a, b, z, zRow, c, cRow);
            case 81 -> tile8x1(t, a, b, z, zRow, c, cRow);
            case 41 -> tile4x1(t, a, b, z, zRow, c, cRow);
            case 33 -> SmallTiles.tile3x3(t, a, b, z, zRow, c, cRow);
            case 32 -> SmallTiles.tile3x2(t, a, b, z, zRow, c, cRow);
            default -> SmallTiles.tile6x1(t, a, b, z, zRow, c, cRow);
        }
    }

    /**
     * Moves the part of a spare tile that exists to C, with Z added.
     *
     * @param z address of what is added, or 0
     */
    static void put(long spare, int rows, int columns, long z, long zRow, long c, long cRow) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j += W) {
                var mask = first(Math.min(W, columns - j));
                FloatVector v = fromMemorySegment(F, ALL, spare + i * PANEL_ROW + 4L * j, ORDER);
                if (z != 0) {
                    v = v.add(fromMemorySegment(F, ALL, z + i * zRow + 4L * j, ORDER, mask));
                }
                v.intoMemorySegment(ALL, c + i * cRow + 4L * j, ORDER, mask);
            }
        }
    }

    /** C[8, 2·W] = A[8, k] · B[k, 2·W] + Z. */
    private static void tile8x2(Tile t, long a, long b, long z, long zRow, long c, long cRow) {
        int depth = t.depth;
        long aCol = t.aCol & STRIDE;
        long bRow = t.bRow & STRIDE;
        long b0 = b & ADDRESS;
        long a0 = t.row(a, 0);
        long a1 = t.row(a, 1);
        long a2 = t.row(a, 2);
        long a3 = t.row(a, 3);
        long a4 = t.row(a, 4);
        long a5 = t.row(a, 5);
        long a6 = t.row(a, 6);
        long a7 = t.row(a, 7);
        FloatVector c0a = FloatVector.zero(F);
        FloatVector c0b = FloatVector.zero(F);
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c1b = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c2b = FloatVector.zero(F);
        FloatVector c3a = FloatVector.zero(F);
        FloatVector c3b = FloatVector.zero(F);
        FloatVector c4a = FloatVector.zero(F);
        FloatVector c4b = FloatVector.zero(F);
        FloatVector c5a = FloatVector.zero(F);
        FloatVector c5b = FloatVector.zero(F);
        FloatVector c6a = FloatVector.zero(F);
        FloatVector c6b = FloatVector.zero(F);
        FloatVector c7a = FloatVector.zero(F);
        FloatVector c7b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = k * aCol;
            long p = b0 + k * bRow;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, a0 + o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, a1 + o));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, a2 + o));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, a3 + o));
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, ALL.get(FLOAT, a4 + o));
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, ALL.get(FLOAT, a5 + o));
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, ALL.get(FLOAT, a6 + o));
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, ALL.get(FLOAT, a7 + o));
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
        }
        c0a.add(fromMemorySegment(F, ALL, z, ORDER)).intoMemorySegment(ALL, c, ORDER);
        c0b.add(fromMemorySegment(F, ALL, z + VB, ORDER)).intoMemorySegment(ALL, c + VB, ORDER);
        c1a.add(fromMemorySegment(F, ALL, z + zRow, ORDER)).intoMemorySegment(ALL, c + cRow, ORDER);
        c1b.add(fromMemorySegment(F, ALL, z + zRow + VB, ORDER)).intoMemorySegment(ALL, c + cRow + VB, ORDER);
        c2a.add(fromMemorySegment(F, ALL, z + 2 * zRow, ORDER)).intoMemorySegment(ALL, c + 2 * cRow, ORDER);
        c2b.add(fromMemorySegment(F, ALL, z + 2 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 2 * cRow + VB, ORDER);
        c3a.add(fromMemorySegment(F, ALL, z + 3 * zRow, ORDER)).intoMemorySegment(ALL, c + 3 * cRow, ORDER);
        c3b.add(fromMemorySegment(F, ALL, z + 3 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 3 * cRow + VB, ORDER);
        c4a.add(fromMemorySegment(F, ALL, z + 4 * zRow, ORDER)).intoMemorySegment(ALL, c + 4 * cRow, ORDER);
        c4b.add(fromMemorySegment(F, ALL, z + 4 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 4 * cRow + VB, ORDER);
        c5a.add(fromMemorySegment(F, ALL, z + 5 * zRow, ORDER)).intoMemorySegment(ALL, c + 5 * cRow, ORDER);
        c5b.add(fromMemorySegment(F, ALL, z + 5 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 5 * cRow + VB, ORDER);
        c6a.add(fromMemorySegment(F, ALL, z + 6 * zRow, ORDER)).intoMemorySegment(ALL, c + 6 * cRow, ORDER);
        c6b.add(fromMemorySegment(F, ALL, z + 6 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 6 * cRow + VB, ORDER);
        c7a.add(fromMemorySegment(F, ALL, z + 7 * zRow, ORDER)).intoMemorySegment(ALL, c + 7 * cRow, ORDER);
        c7b.add(fromMemorySegment(F, ALL, z + 7 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 7 * cRow + VB, ORDER);
    }

    /** C[6, 2·W] = A[6, k] · B[k, 2·W] + Z. */
    private static void tile6x2(Tile t, long a, long b, long z, long zRow, long c, long cRow) {
        int depth = t.depth;
        long aCol = t.aCol & STRIDE;
        long bRow = t.bRow & STRIDE;
        long b0 = b & ADDRESS;
        long a0 = t.row(a, 0);
        long a1 = t.row(a, 1);
        long a2 = t.row(a, 2);
        long a3 = t.row(a, 3);
        long a4 = t.row(a, 4);
        long a5 = t.row(a, 5);
        FloatVector c0a = FloatVector.zero(F);
        FloatVector c0b = FloatVector.zero(F);
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c1b = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c2b = FloatVector.zero(F);
        FloatVector c3a = FloatVector.zero(F);
        FloatVector c3b = FloatVector.zero(F);
        FloatVector c4a = FloatVector.zero(F);
        FloatVector c4b = FloatVector.zero(F);
        FloatVector c5a = FloatVector.zero(F);
        FloatVector c5b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = k * aCol;
            long p = b0 + k * bRow;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, a0 + o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, a1 + o));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, a2 + o));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, a3 + o));
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, ALL.get(FLOAT, a4 + o));
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, ALL.get(FLOAT, a5 + o));
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
        }
        c0a.add(fromMemorySegment(F, ALL, z, ORDER)).intoMemorySegment(ALL, c, ORDER);
        c0b.add(fromMemorySegment(F, ALL, z + VB, ORDER)).intoMemorySegment(ALL, c + VB, ORDER);
        c1a.add(fromMemorySegment(F, ALL, z + zRow, ORDER)).intoMemorySegment(ALL, c + cRow, ORDER);
        c1b.add(fromMemorySegment(F, ALL, z + zRow + VB, ORDER)).intoMemorySegment(ALL, c + cRow + VB, ORDER);
        c2a.add(fromMemorySegment(F, ALL, z + 2 * zRow, ORDER)).intoMemorySegment(ALL, c + 2 * cRow, ORDER);
        c2b.add(fromMemorySegment(F, ALL, z + 2 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 2 * cRow + VB, ORDER);
        c3a.add(fromMemorySegment(F, ALL, z + 3 * zRow, ORDER)).intoMemorySegment(ALL, c + 3 * cRow, ORDER);
        c3b.add(fromMemorySegment(F, ALL, z + 3 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 3 * cRow + VB, ORDER);
        c4a.add(fromMemorySegment(F, ALL, z + 4 * zRow, ORDER)).intoMemorySegment(ALL, c + 4 * cRow, ORDER);
        c4b.add(fromMemorySegment(F, ALL, z + 4 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 4 * cRow + VB, ORDER);
        c5a.add(fromMemorySegment(F, ALL, z + 5 * zRow, ORDER)).intoMemorySegment(ALL, c + 5 * cRow, ORDER);
        c5b.add(fromMemorySegment(F, ALL, z + 5 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 5 * cRow + VB, ORDER);
    }

    /** C[4, 2·W] = A[4, k] · B[k, 2·W] + Z. */
    private static void tile4x2(Tile t, long a, long b, long z, long zRow, long c, long cRow) {
        int depth = t.depth;
        long aCol = t.aCol & STRIDE;
        long bRow = t.bRow & STRIDE;
        long b0 = b & ADDRESS;
        long a0 = t.row(a, 0);
        long a1 = t.row(a, 1);
        long a2 = t.row(a, 2);
        long a3 = t.row(a, 3);
        FloatVector c0a = FloatVector.zero(F);
        FloatVector c0b = FloatVector.zero(F);
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c1b = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c2b = FloatVector.zero(F);
        FloatVector c3a = FloatVector.zero(F);
        FloatVector c3b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = k * aCol;
            long p = b0 + k * bRow;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, a0 + o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, a1 + o));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, a2 + o));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, a3 + o));
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
        }
        c0a.add(fromMemorySegment(F, ALL, z, ORDER)).intoMemorySegment(ALL, c, ORDER);
        c0b.add(fromMemorySegment(F, ALL, z + VB, ORDER)).intoMemorySegment(ALL, c + VB, ORDER);
        c1a.add(fromMemorySegment(F, ALL, z + zRow, ORDER)).intoMemorySegment(ALL, c + cRow, ORDER);
        c1b.add(fromMemorySegment(F, ALL, z + zRow + VB, ORDER)).intoMemorySegment(ALL, c + cRow + VB, ORDER);
        c2a.add(fromMemorySegment(F, ALL, z + 2 * zRow, ORDER)).intoMemorySegment(ALL, c + 2 * cRow, ORDER);
        c2b.add(fromMemorySegment(F, ALL, z + 2 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 2 * cRow + VB, ORDER);
        c3a.add(fromMemorySegment(F, ALL, z + 3 * zRow, ORDER)).intoMemorySegment(ALL, c + 3 * cRow, ORDER);
        c3b.add(fromMemorySegment(F, ALL, z + 3 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 3 * cRow + VB, ORDER);
    }

    /** C[8, 1·W] = A[8, k] · B[k, 1·W] + Z. */
    private static void tile8x1(Tile t, long a, long b, long z, long zRow, long c, long cRow) {
        int depth = t.depth;
        long aCol = t.aCol & STRIDE;
        long bRow = t.bRow & STRIDE;
        long b0 = b & ADDRESS;
        long a0 = t.row(a, 0);
        long a1 = t.row(a, 1);
        long a2 = t.row(a, 2);
        long a3 = t.row(a, 3);
        long a4 = t.row(a, 4);
        long a5 = t.row(a, 5);
        long a6 = t.row(a, 6);
        long a7 = t.row(a, 7);
        FloatVector c0a = FloatVector.zero(F);
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c3a = FloatVector.zero(F);
        FloatVector c4a = FloatVector.zero(F);
        FloatVector c5a = FloatVector.zero(F);
        FloatVector c6a = FloatVector.zero(F);
        FloatVector c7a = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = k * aCol;
            long p = b0 + k * bRow;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, a0 + o));
            c0a = x0.fma(ba, c0a);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, a1 + o));
            c1a = x1.fma(ba, c1a);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, a2 + o));
            c2a = x2.fma(ba, c2a);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, a3 + o));
            c3a = x3.fma(ba, c3a);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, ALL.get(FLOAT, a4 + o));
            c4a = x4.fma(ba, c4a);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, ALL.get(FLOAT, a5 + o));
            c5a = x5.fma(ba, c5a);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, ALL.get(FLOAT, a6 + o));
            c6a = x6.fma(ba, c6a);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, ALL.get(FLOAT, a7 + o));
            c7a = x7.fma(ba, c7a);
            VarHandle.loadLoadFence();
        }
        c0a.add(fromMemorySegment(F, ALL, z, ORDER)).intoMemorySegment(ALL, c, ORDER);
        c1a.add(fromMemorySegment(F, ALL, z + zRow, ORDER)).intoMemorySegment(ALL, c + cRow, ORDER);
        c2a.add(fromMemorySegment(F, ALL, z + 2 * zRow, ORDER)).intoMemorySegment(ALL, c + 2 * cRow, ORDER);
        c3a.add(fromMemorySegment(F, ALL, z + 3 * zRow, ORDER)).intoMemorySegment(ALL, c + 3 * cRow, ORDER);
        c4a.add(fromMemorySegment(F, ALL, z + 4 * zRow, ORDER)).intoMemorySegment(ALL, c + 4 * cRow, ORDER);
        c5a.add(fromMemorySegment(F, ALL, z + 5 * zRow, ORDER)).intoMemorySegment(ALL, c + 5 * cRow, ORDER);
        c6a.add(fromMemorySegment(F, ALL, z + 6 * zRow, ORDER)).intoMemorySegment(ALL, c + 6 * cRow, ORDER);
        c7a.add(fromMemorySegment(F, ALL, z + 7 * zRow, ORDER)).intoMemorySegment(ALL, c + 7 * cRow, ORDER);
    }

    /** C[4, 1·W] = A[4, k] · B[k, 1·W] + Z. */
    private static void tile4x1(Tile t, long a, long b, long z, long zRow, long c, long cRow) {
        int depth = t.depth;
        long aCol = t.aCol & STRIDE;
        long bRow = t.bRow & STRIDE;
        long b0 = b & ADDRESS;
        long a0 = t.row(a, 0);
        long a1 = t.row(a, 1);
        long a2 = t.row(a, 2);
        long a3 = t.row(a, 3);
        FloatVector c0a = FloatVector.zero(F);
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c3a = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = k * aCol;
            long p = b0 + k * bRow;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, a0 + o));
            c0a = x0.fma(ba, c0a);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, a1 + o));
            c1a = x1.fma(ba, c1a);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, a2 + o));
            c2a = x2.fma(ba, c2a);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, a3 + o));
            c3a = x3.fma(ba, c3a);
            VarHandle.loadLoadFence();
        }
        c0a.add(fromMemorySegment(F, ALL, z, ORDER)).intoMemorySegment(ALL, c, ORDER);
        c1a.add(fromMemorySegment(F, ALL, z + zRow, ORDER)).intoMemorySegment(ALL, c + cRow, ORDER);
        c2a.add(fromMemorySegment(F, ALL, z + 2 * zRow, ORDER)).intoMemorySegment(ALL, c + 2 * cRow, ORDER);
        c3a.add(fromMemorySegment(F, ALL, z + 3 * zRow, ORDER)).intoMemorySegment(ALL, c + 3 * cRow, ORDER);
    }
}
