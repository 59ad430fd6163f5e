package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.GemmTiles.ADDRESS;
import static sensorium.kernels.cpu.GemmTiles.FLOAT;
import static sensorium.kernels.cpu.GemmTiles.PANEL_ROW;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.store;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Tiles of products whose factors are both packed: twelve rows and two vectors of C in 24 of the 32 registers of AVX-512. Every address in
 * the loop is one of two that walk, plus a constant: of each row a broadcast and two multiplications remain. The tiles of
 * {@link GemmTiles} read A where it lies and have an address a row more, which the compiler keeps in memory when the registers for
 * addresses are used up; that is what counts where another thread takes its half of the decoder. Fences are as there.
 */
final class PackedTiles {
    /** Rows of a group of A. */
    static final int ROWS = 12;
    /** Rows of A that are packed at once, and stay in L2 while panels of B pass over them: 96 × 256 floats are 96 KB. */
    static final int STRIP = 8 * ROWS;
    /** Bytes from one column of a group to the next. */
    static final long A_COLUMN = 4L * ROWS;

    /** Bytes that come to the cache together; half a row of a panel. */
    static final long LINE = 64;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private static final long ONES = ones();

    private PackedTiles() {}

    private static long ones() {
        long address = Arena.global().allocate(4L * Gemm.DEPTH, 64).address();
        Lanes.fill(address, Gemm.DEPTH, 1f);
        return address;
    }

    /** Whether the tiles fit the registers. */
    static boolean fit() {
        return W == 16;
    }

    /** Room, of this thread, for a packed strip. */
    static long room() {
        return Scratch.floats(Slot.GEMM_A, (long) STRIP * Gemm.DEPTH + W);
    }

    /**
     * Rows of A, those of a group with adjoining columns, the groups behind one another. What a vector stores beyond the group's rows the
     * next column's or the next group's overwrites.
     *
     * @param a of which the rows or the columns adjoin
     */
    static void pack(Matrix a, int rows, int depth, long to) {
        for (int i = 0; i < rows; i += ROWS) {
            int there = Math.min(ROWS, rows - i);
            long from = a.at(i, 0).address();
            long group = to + 4L * i * depth;
            if (a.col() == 1) {
                Transposition.gather(from, 4 * a.row(), there, depth, ONES, group, A_COLUMN);
            } else {
                copy(from, 4 * a.col(), there, depth, group);
            }
        }
    }

    private static void copy(long from, long fromColumn, int rows, int depth, long to) {
        var mask = first(rows);
        for (int k = 0; k < depth; k++) {
            store(load(from + k * fromColumn, mask), to + k * A_COLUMN);
        }
    }

    /**
     * C = A · B + Z for up to {@link #ROWS} rows and a panel's columns.
     *
     * @param a a group
     * @param b a panel
     * @param z address of what is added, 0 for nothing
     */
    static void run(int depth, int rows, int columns, long a, long b, long z, long zRow, long c, long cRow) {
        long spare = spare();
        if (rows > 8) {
            tile12x2(depth, a, b, spare);
        } else if (rows > 4) {
            tile8x2(depth, a, b, spare);
        } else {
            tile4x2(depth, a, b, spare);
        }
        put(spare, rows, columns, z, zRow, c, cRow);
    }

    /**
     * The same for a whole group and panel, reading a number of each of {@code depth} lines of the cache that are wanted next, so that they
     * are there by then: Java has no instruction to say so.
     *
     * @param next the first of these lines
     * @return something of them all: what nobody asks for is not read
     */
    static int ahead(int depth, long a, long b, long z, long zRow, long c, long cRow, long next) {
        long spare = spare();
        int seen = tile12x2(depth, a, b, spare, next);
        put(spare, ROWS, GemmTiles.COLUMNS, z, zRow, c, cRow);
        return seen;
    }

    /**
     * Where a tile leaves its sums, to which Z is added from there. In the tile it would save a pass over a kilobyte and a half, and make
     * the method so long that at times it was never compiled well, for as long as the process ran.
     */
    private static long spare() {
        return Scratch.floats(Slot.TILE, (long) ROWS * GemmTiles.COLUMNS);
    }

    private static void put(long spare, int rows, int columns, long z, long zRow, long c, long cRow) {
        if (columns < GemmTiles.COLUMNS || z == 0) {
            GemmTiles.put(spare, rows, columns, z, zRow, c, cRow);
            return;
        }
        for (int i = 0; i < rows; i++) {
            long from = spare + i * PANEL_ROW;
            long to = c + i * cRow;
            store(load(from).add(load(z + i * zRow)), to);
            store(load(from + VB).add(load(z + i * zRow + VB)), to + VB);
        }
    }

    /** C[12, 2·W] = A[12, k] · B[k, 2·W]; rows of C are {@link GemmTiles#PANEL_ROW} bytes apart. */
    private static void tile12x2(int depth, long a, long b, long c) {
        long a0 = a & ADDRESS;
        long b0 = b & ADDRESS;
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
        FloatVector c8a = FloatVector.zero(F);
        FloatVector c8b = FloatVector.zero(F);
        FloatVector c9a = FloatVector.zero(F);
        FloatVector c9b = FloatVector.zero(F);
        FloatVector c10a = FloatVector.zero(F);
        FloatVector c10b = FloatVector.zero(F);
        FloatVector c11a = FloatVector.zero(F);
        FloatVector c11b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = a0 + k * A_COLUMN;
            long p = b0 + k * PANEL_ROW;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, o + 4));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, o + 8));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, o + 12));
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, ALL.get(FLOAT, o + 16));
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, ALL.get(FLOAT, o + 20));
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, ALL.get(FLOAT, o + 24));
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, ALL.get(FLOAT, o + 28));
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
            FloatVector x8 = broadcast(F, ALL.get(FLOAT, o + 32));
            c8a = x8.fma(ba, c8a);
            c8b = x8.fma(bb, c8b);
            VarHandle.loadLoadFence();
            FloatVector x9 = broadcast(F, ALL.get(FLOAT, o + 36));
            c9a = x9.fma(ba, c9a);
            c9b = x9.fma(bb, c9b);
            VarHandle.loadLoadFence();
            FloatVector x10 = broadcast(F, ALL.get(FLOAT, o + 40));
            c10a = x10.fma(ba, c10a);
            c10b = x10.fma(bb, c10b);
            VarHandle.loadLoadFence();
            FloatVector x11 = broadcast(F, ALL.get(FLOAT, o + 44));
            c11a = x11.fma(ba, c11a);
            c11b = x11.fma(bb, c11b);
            VarHandle.loadLoadFence();
        }
        c0a.intoMemorySegment(ALL, c, ORDER);
        c0b.intoMemorySegment(ALL, c + VB, ORDER);
        c1a.intoMemorySegment(ALL, c + PANEL_ROW, ORDER);
        c1b.intoMemorySegment(ALL, c + PANEL_ROW + VB, ORDER);
        c2a.intoMemorySegment(ALL, c + 2 * PANEL_ROW, ORDER);
        c2b.intoMemorySegment(ALL, c + 2 * PANEL_ROW + VB, ORDER);
        c3a.intoMemorySegment(ALL, c + 3 * PANEL_ROW, ORDER);
        c3b.intoMemorySegment(ALL, c + 3 * PANEL_ROW + VB, ORDER);
        c4a.intoMemorySegment(ALL, c + 4 * PANEL_ROW, ORDER);
        c4b.intoMemorySegment(ALL, c + 4 * PANEL_ROW + VB, ORDER);
        c5a.intoMemorySegment(ALL, c + 5 * PANEL_ROW, ORDER);
        c5b.intoMemorySegment(ALL, c + 5 * PANEL_ROW + VB, ORDER);
        c6a.intoMemorySegment(ALL, c + 6 * PANEL_ROW, ORDER);
        c6b.intoMemorySegment(ALL, c + 6 * PANEL_ROW + VB, ORDER);
        c7a.intoMemorySegment(ALL, c + 7 * PANEL_ROW, ORDER);
        c7b.intoMemorySegment(ALL, c + 7 * PANEL_ROW + VB, ORDER);
        c8a.intoMemorySegment(ALL, c + 8 * PANEL_ROW, ORDER);
        c8b.intoMemorySegment(ALL, c + 8 * PANEL_ROW + VB, ORDER);
        c9a.intoMemorySegment(ALL, c + 9 * PANEL_ROW, ORDER);
        c9b.intoMemorySegment(ALL, c + 9 * PANEL_ROW + VB, ORDER);
        c10a.intoMemorySegment(ALL, c + 10 * PANEL_ROW, ORDER);
        c10b.intoMemorySegment(ALL, c + 10 * PANEL_ROW + VB, ORDER);
        c11a.intoMemorySegment(ALL, c + 11 * PANEL_ROW, ORDER);
        c11b.intoMemorySegment(ALL, c + 11 * PANEL_ROW + VB, ORDER);
    }

    /** The same, reading the number at each of {@code depth} lines from {@code next} on. */
    private static int tile12x2(int depth, long a, long b, long c, long next) {
        long a0 = a & ADDRESS;
        long b0 = b & ADDRESS;
        long n0 = next & ADDRESS;
        int seen = 0;
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
        FloatVector c8a = FloatVector.zero(F);
        FloatVector c8b = FloatVector.zero(F);
        FloatVector c9a = FloatVector.zero(F);
        FloatVector c9b = FloatVector.zero(F);
        FloatVector c10a = FloatVector.zero(F);
        FloatVector c10b = FloatVector.zero(F);
        FloatVector c11a = FloatVector.zero(F);
        FloatVector c11b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = a0 + k * A_COLUMN;
            long p = b0 + k * PANEL_ROW;
            seen ^= ALL.get(INT, n0 + k * LINE);
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, o + 4));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, o + 8));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, o + 12));
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, ALL.get(FLOAT, o + 16));
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, ALL.get(FLOAT, o + 20));
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, ALL.get(FLOAT, o + 24));
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, ALL.get(FLOAT, o + 28));
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
            FloatVector x8 = broadcast(F, ALL.get(FLOAT, o + 32));
            c8a = x8.fma(ba, c8a);
            c8b = x8.fma(bb, c8b);
            VarHandle.loadLoadFence();
            FloatVector x9 = broadcast(F, ALL.get(FLOAT, o + 36));
            c9a = x9.fma(ba, c9a);
            c9b = x9.fma(bb, c9b);
            VarHandle.loadLoadFence();
            FloatVector x10 = broadcast(F, ALL.get(FLOAT, o + 40));
            c10a = x10.fma(ba, c10a);
            c10b = x10.fma(bb, c10b);
            VarHandle.loadLoadFence();
            FloatVector x11 = broadcast(F, ALL.get(FLOAT, o + 44));
            c11a = x11.fma(ba, c11a);
            c11b = x11.fma(bb, c11b);
            VarHandle.loadLoadFence();
        }
        c0a.intoMemorySegment(ALL, c, ORDER);
        c0b.intoMemorySegment(ALL, c + VB, ORDER);
        c1a.intoMemorySegment(ALL, c + PANEL_ROW, ORDER);
        c1b.intoMemorySegment(ALL, c + PANEL_ROW + VB, ORDER);
        c2a.intoMemorySegment(ALL, c + 2 * PANEL_ROW, ORDER);
        c2b.intoMemorySegment(ALL, c + 2 * PANEL_ROW + VB, ORDER);
        c3a.intoMemorySegment(ALL, c + 3 * PANEL_ROW, ORDER);
        c3b.intoMemorySegment(ALL, c + 3 * PANEL_ROW + VB, ORDER);
        c4a.intoMemorySegment(ALL, c + 4 * PANEL_ROW, ORDER);
        c4b.intoMemorySegment(ALL, c + 4 * PANEL_ROW + VB, ORDER);
        c5a.intoMemorySegment(ALL, c + 5 * PANEL_ROW, ORDER);
        c5b.intoMemorySegment(ALL, c + 5 * PANEL_ROW + VB, ORDER);
        c6a.intoMemorySegment(ALL, c + 6 * PANEL_ROW, ORDER);
        c6b.intoMemorySegment(ALL, c + 6 * PANEL_ROW + VB, ORDER);
        c7a.intoMemorySegment(ALL, c + 7 * PANEL_ROW, ORDER);
        c7b.intoMemorySegment(ALL, c + 7 * PANEL_ROW + VB, ORDER);
        c8a.intoMemorySegment(ALL, c + 8 * PANEL_ROW, ORDER);
        c8b.intoMemorySegment(ALL, c + 8 * PANEL_ROW + VB, ORDER);
        c9a.intoMemorySegment(ALL, c + 9 * PANEL_ROW, ORDER);
        c9b.intoMemorySegment(ALL, c + 9 * PANEL_ROW + VB, ORDER);
        c10a.intoMemorySegment(ALL, c + 10 * PANEL_ROW, ORDER);
        c10b.intoMemorySegment(ALL, c + 10 * PANEL_ROW + VB, ORDER);
        c11a.intoMemorySegment(ALL, c + 11 * PANEL_ROW, ORDER);
        c11b.intoMemorySegment(ALL, c + 11 * PANEL_ROW + VB, ORDER);
        return seen;
    }

    /** C[8, 2·W] = A[8, k] · B[k, 2·W]; rows of C are {@link GemmTiles#PANEL_ROW} bytes apart. */
    private static void tile8x2(int depth, long a, long b, long c) {
        long a0 = a & ADDRESS;
        long b0 = b & ADDRESS;
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
            long o = a0 + k * A_COLUMN;
            long p = b0 + k * PANEL_ROW;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, o + 4));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, o + 8));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, o + 12));
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, ALL.get(FLOAT, o + 16));
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, ALL.get(FLOAT, o + 20));
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, ALL.get(FLOAT, o + 24));
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, ALL.get(FLOAT, o + 28));
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
        }
        c0a.intoMemorySegment(ALL, c, ORDER);
        c0b.intoMemorySegment(ALL, c + VB, ORDER);
        c1a.intoMemorySegment(ALL, c + PANEL_ROW, ORDER);
        c1b.intoMemorySegment(ALL, c + PANEL_ROW + VB, ORDER);
        c2a.intoMemorySegment(ALL, c + 2 * PANEL_ROW, ORDER);
        c2b.intoMemorySegment(ALL, c + 2 * PANEL_ROW + VB, ORDER);
        c3a.intoMemorySegment(ALL, c + 3 * PANEL_ROW, ORDER);
        c3b.intoMemorySegment(ALL, c + 3 * PANEL_ROW + VB, ORDER);
        c4a.intoMemorySegment(ALL, c + 4 * PANEL_ROW, ORDER);
        c4b.intoMemorySegment(ALL, c + 4 * PANEL_ROW + VB, ORDER);
        c5a.intoMemorySegment(ALL, c + 5 * PANEL_ROW, ORDER);
        c5b.intoMemorySegment(ALL, c + 5 * PANEL_ROW + VB, ORDER);
        c6a.intoMemorySegment(ALL, c + 6 * PANEL_ROW, ORDER);
        c6b.intoMemorySegment(ALL, c + 6 * PANEL_ROW + VB, ORDER);
        c7a.intoMemorySegment(ALL, c + 7 * PANEL_ROW, ORDER);
        c7b.intoMemorySegment(ALL, c + 7 * PANEL_ROW + VB, ORDER);
    }

    /** C[4, 2·W] = A[4, k] · B[k, 2·W]; rows of C are {@link GemmTiles#PANEL_ROW} bytes apart. */
    private static void tile4x2(int depth, long a, long b, long c) {
        long a0 = a & ADDRESS;
        long b0 = b & ADDRESS;
        FloatVector c0a = FloatVector.zero(F);
        FloatVector c0b = FloatVector.zero(F);
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c1b = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c2b = FloatVector.zero(F);
        FloatVector c3a = FloatVector.zero(F);
        FloatVector c3b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = a0 + k * A_COLUMN;
            long p = b0 + k * PANEL_ROW;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, o + 4));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, o + 8));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, o + 12));
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
        }
        c0a.intoMemorySegment(ALL, c, ORDER);
        c0b.intoMemorySegment(ALL, c + VB, ORDER);
        c1a.intoMemorySegment(ALL, c + PANEL_ROW, ORDER);
        c1b.intoMemorySegment(ALL, c + PANEL_ROW + VB, ORDER);
        c2a.intoMemorySegment(ALL, c + 2 * PANEL_ROW, ORDER);
        c2b.intoMemorySegment(ALL, c + 2 * PANEL_ROW + VB, ORDER);
        c3a.intoMemorySegment(ALL, c + 3 * PANEL_ROW, ORDER);
        c3b.intoMemorySegment(ALL, c + 3 * PANEL_ROW + VB, ORDER);
    }
}
