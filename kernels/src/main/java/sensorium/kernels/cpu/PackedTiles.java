package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Gemm.Matrix;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Tiles of products whose factors are both packed: twelve rows and two vectors of C in 24 of the 32 registers of AVX-512. Every place in
 * the loop is one of two that walk, plus a constant: of each row a broadcast and two multiplications remain. The tiles of
 * {@link GemmTiles} read A where it lies and have an address a row more, which the compiler keeps in memory when the registers for
 * addresses are used up; that is what counts where another thread takes its half of the decoder. Fences are as there.
 *
 * <p>Packed rows and sums are in arrays, unlike all else: while the compiler (C2) reads a method it stops inlining at 18,000 nodes of its
 * graph. To read a float of a segment takes 800 of these, of an array 20. With segments the last rows of a tile were beyond, at times, and
 * their sums then went through new objects at every step: a tenth of the speed, for as long as the process ran.
 */
final class PackedTiles {
    /** Rows of a group of A. */
    static final int ROWS = 12;
    /** Rows of A that are packed at once, and stay in L2 while panels of B pass over them: 96 × 256 floats are 96 KB. */
    static final int STRIP = 8 * ROWS;

    /** Bytes that come to the cache together; half a row of a panel. */
    static final long LINE = 64;

    /** Bytes from one column of a group to the next. */
    private static final long A_COLUMN = 4L * ROWS;
    /** Floats in a row of a panel, and of a tile's sums. */
    private static final int ROW = GemmTiles.COLUMNS;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private static final long ONES = ones();

    private static final ThreadLocal<PackedTiles> MINE = ThreadLocal.withInitial(PackedTiles::new);

    private final float[] groups = new float[STRIP * Gemm.DEPTH];
    private final float[] sums = new float[ROWS * ROW];

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

    /** This thread's, which hold the rows that it packs. */
    static PackedTiles mine() {
        return MINE.get();
    }

    /**
     * Takes rows of A, at most {@link #STRIP}: those of a group with adjoining columns, the groups behind one another.
     *
     * @param a of which the rows or the columns adjoin
     */
    void pack(Matrix a, int rows, int depth) {
        // What a vector stores beyond the group's rows the next column's or the next group's overwrites.
        long strip = Scratch.floats(Slot.GEMM_A, (long) STRIP * Gemm.DEPTH + W);
        for (int i = 0; i < rows; i += ROWS) {
            int there = Math.min(ROWS, rows - i);
            long from = a.at(i, 0).address();
            long group = strip + 4L * i * depth;
            if (a.col() == 1) {
                Transposition.gather(from, 4 * a.row(), there, depth, ONES, group, A_COLUMN);
            } else {
                copy(from, 4 * a.col(), there, depth, group);
            }
        }
        int count = Math.ceilDiv(rows, ROWS) * ROWS * depth;
        MemorySegment.copy(ALL, FLOAT, strip, groups, 0, count);
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
     * @param row of those packed, the first of a group
     * @param b a panel
     * @param z address of what is added, 0 for nothing
     */
    void run(int depth, int row, int rows, int columns, long b, long z, long zRow, long c, long cRow) {
        int group = row * depth;
        if (rows > 8) {
            tile12x2(depth, groups, group, b, sums);
        } else if (rows > 4) {
            tile8x2(depth, groups, group, b, sums);
        } else {
            tile4x2(depth, groups, group, b, sums);
        }
        put(rows, columns, z, zRow, c, cRow);
    }

    /**
     * The same for a whole group and panel, reading a number of each of {@code depth} lines of the cache that are wanted next, so that they
     * are there by then: Java has no instruction to say so.
     *
     * @param next the first of these lines
     */
    void ahead(int depth, int row, long b, long z, long zRow, long c, long cRow, long next) {
        int seen = tile12x2(depth, groups, row * depth, b, sums, next);
        put(ROWS, GemmTiles.COLUMNS, z, zRow, c, cRow);
        sums[0] = Float.intBitsToFloat(seen); // what goes nowhere is not read
    }

    /** Moves a tile's sums to C, with Z added: in the tile it would save a pass over a kilobyte and a half, and make the method longer. */
    private void put(int rows, int columns, long z, long zRow, long c, long cRow) {
        if (columns == ROW && z != 0) {
            for (int i = 0; i < rows; i++) {
                long from = z + i * zRow;
                long to = c + i * cRow;
                store(fromArray(F, sums, i * ROW).add(load(from)), to);
                store(fromArray(F, sums, i * ROW + W).add(load(from + VB)), to + VB);
            }
            return;
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j += W) {
                var mask = first(Math.min(W, columns - j));
                FloatVector v = fromArray(F, sums, i * ROW + j);
                if (z != 0) {
                    v = v.add(load(z + i * zRow + 4L * j, mask));
                }
                store(v, c + i * cRow + 4L * j, mask);
            }
        }
    }

    /** C[12, 2·W] = A[12, k] · B[k, 2·W], A from {@code group} on. */
    private static void tile12x2(int depth, float[] a, int group, long b, float[] c) {
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
            int o = group + k * ROWS;
            long p = b0 + k * PANEL_ROW;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, a[o]);
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, a[o + 1]);
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, a[o + 2]);
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, a[o + 3]);
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, a[o + 4]);
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, a[o + 5]);
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, a[o + 6]);
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, a[o + 7]);
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
            FloatVector x8 = broadcast(F, a[o + 8]);
            c8a = x8.fma(ba, c8a);
            c8b = x8.fma(bb, c8b);
            VarHandle.loadLoadFence();
            FloatVector x9 = broadcast(F, a[o + 9]);
            c9a = x9.fma(ba, c9a);
            c9b = x9.fma(bb, c9b);
            VarHandle.loadLoadFence();
            FloatVector x10 = broadcast(F, a[o + 10]);
            c10a = x10.fma(ba, c10a);
            c10b = x10.fma(bb, c10b);
            VarHandle.loadLoadFence();
            FloatVector x11 = broadcast(F, a[o + 11]);
            c11a = x11.fma(ba, c11a);
            c11b = x11.fma(bb, c11b);
            VarHandle.loadLoadFence();
        }
        c0a.intoArray(c, 0);
        c0b.intoArray(c, W);
        c1a.intoArray(c, ROW);
        c1b.intoArray(c, ROW + W);
        c2a.intoArray(c, 2 * ROW);
        c2b.intoArray(c, 2 * ROW + W);
        c3a.intoArray(c, 3 * ROW);
        c3b.intoArray(c, 3 * ROW + W);
        c4a.intoArray(c, 4 * ROW);
        c4b.intoArray(c, 4 * ROW + W);
        c5a.intoArray(c, 5 * ROW);
        c5b.intoArray(c, 5 * ROW + W);
        c6a.intoArray(c, 6 * ROW);
        c6b.intoArray(c, 6 * ROW + W);
        c7a.intoArray(c, 7 * ROW);
        c7b.intoArray(c, 7 * ROW + W);
        c8a.intoArray(c, 8 * ROW);
        c8b.intoArray(c, 8 * ROW + W);
        c9a.intoArray(c, 9 * ROW);
        c9b.intoArray(c, 9 * ROW + W);
        c10a.intoArray(c, 10 * ROW);
        c10b.intoArray(c, 10 * ROW + W);
        c11a.intoArray(c, 11 * ROW);
        c11b.intoArray(c, 11 * ROW + W);
    }

    /** The same, reading the number at each of {@code depth} lines from {@code next} on. */
    private static int tile12x2(int depth, float[] a, int group, long b, float[] c, long next) {
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
            int o = group + k * ROWS;
            long p = b0 + k * PANEL_ROW;
            seen ^= ALL.get(INT, n0 + k * LINE);
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, a[o]);
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, a[o + 1]);
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, a[o + 2]);
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, a[o + 3]);
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, a[o + 4]);
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, a[o + 5]);
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, a[o + 6]);
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, a[o + 7]);
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
            FloatVector x8 = broadcast(F, a[o + 8]);
            c8a = x8.fma(ba, c8a);
            c8b = x8.fma(bb, c8b);
            VarHandle.loadLoadFence();
            FloatVector x9 = broadcast(F, a[o + 9]);
            c9a = x9.fma(ba, c9a);
            c9b = x9.fma(bb, c9b);
            VarHandle.loadLoadFence();
            FloatVector x10 = broadcast(F, a[o + 10]);
            c10a = x10.fma(ba, c10a);
            c10b = x10.fma(bb, c10b);
            VarHandle.loadLoadFence();
            FloatVector x11 = broadcast(F, a[o + 11]);
            c11a = x11.fma(ba, c11a);
            c11b = x11.fma(bb, c11b);
            VarHandle.loadLoadFence();
        }
        c0a.intoArray(c, 0);
        c0b.intoArray(c, W);
        c1a.intoArray(c, ROW);
        c1b.intoArray(c, ROW + W);
        c2a.intoArray(c, 2 * ROW);
        c2b.intoArray(c, 2 * ROW + W);
        c3a.intoArray(c, 3 * ROW);
        c3b.intoArray(c, 3 * ROW + W);
        c4a.intoArray(c, 4 * ROW);
        c4b.intoArray(c, 4 * ROW + W);
        c5a.intoArray(c, 5 * ROW);
        c5b.intoArray(c, 5 * ROW + W);
        c6a.intoArray(c, 6 * ROW);
        c6b.intoArray(c, 6 * ROW + W);
        c7a.intoArray(c, 7 * ROW);
        c7b.intoArray(c, 7 * ROW + W);
        c8a.intoArray(c, 8 * ROW);
        c8b.intoArray(c, 8 * ROW + W);
        c9a.intoArray(c, 9 * ROW);
        c9b.intoArray(c, 9 * ROW + W);
        c10a.intoArray(c, 10 * ROW);
        c10b.intoArray(c, 10 * ROW + W);
        c11a.intoArray(c, 11 * ROW);
        c11b.intoArray(c, 11 * ROW + W);
        return seen;
    }

    /** C[8, 2·W] = A[8, k] · B[k, 2·W], A from {@code group} on. */
    private static void tile8x2(int depth, float[] a, int group, long b, float[] c) {
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
            int o = group + k * ROWS;
            long p = b0 + k * PANEL_ROW;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, a[o]);
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, a[o + 1]);
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, a[o + 2]);
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, a[o + 3]);
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, a[o + 4]);
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, a[o + 5]);
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, a[o + 6]);
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, a[o + 7]);
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
        }
        c0a.intoArray(c, 0);
        c0b.intoArray(c, W);
        c1a.intoArray(c, ROW);
        c1b.intoArray(c, ROW + W);
        c2a.intoArray(c, 2 * ROW);
        c2b.intoArray(c, 2 * ROW + W);
        c3a.intoArray(c, 3 * ROW);
        c3b.intoArray(c, 3 * ROW + W);
        c4a.intoArray(c, 4 * ROW);
        c4b.intoArray(c, 4 * ROW + W);
        c5a.intoArray(c, 5 * ROW);
        c5b.intoArray(c, 5 * ROW + W);
        c6a.intoArray(c, 6 * ROW);
        c6b.intoArray(c, 6 * ROW + W);
        c7a.intoArray(c, 7 * ROW);
        c7b.intoArray(c, 7 * ROW + W);
    }

    /** C[4, 2·W] = A[4, k] · B[k, 2·W], A from {@code group} on. */
    private static void tile4x2(int depth, float[] a, int group, long b, float[] c) {
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
            int o = group + k * ROWS;
            long p = b0 + k * PANEL_ROW;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, a[o]);
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, a[o + 1]);
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, a[o + 2]);
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, a[o + 3]);
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
        }
        c0a.intoArray(c, 0);
        c0b.intoArray(c, W);
        c1a.intoArray(c, ROW);
        c1b.intoArray(c, ROW + W);
        c2a.intoArray(c, 2 * ROW);
        c2b.intoArray(c, 2 * ROW + W);
        c3a.intoArray(c, 3 * ROW);
        c3b.intoArray(c, 3 * ROW + W);
    }
}
