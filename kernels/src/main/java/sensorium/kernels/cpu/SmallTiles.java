package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.GemmTiles.ADDRESS;
import static sensorium.kernels.cpu.GemmTiles.FLOAT;
import static sensorium.kernels.cpu.GemmTiles.STRIDE;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.GemmTiles.Tile;

/**
 * The tiles of {@link GemmTiles} for processors with sixteen registers, as AVX2 has. The compiler loads all broadcasts of a row
 * of B ahead, so they must fit beside the accumulators: 3 × 3 takes 9 + 3 + 3 registers, and nine multiplications in flight are
 * what two units with a latency of four want. It reaches 97 % of the peak; 6 × 2, which fits if broadcasts are loaded one by one,
 * spills and reaches 40 %, with fences or without: they hold back loads, but not the multiplications that loads would wait for.
 */
final class SmallTiles {
    /**
     * Says that an offset is below 2³¹, as it is. Then the compiler adds it in the address of the load, one instruction less for each
     * broadcast: a tenth of the time where somebody else's thread is on the same core. 3 × 2 loses by it.
     */
    private static final long OFFSET = (1L << 31) - 1;

    private SmallTiles() {}

    /** C[3, 3·W] = A[3, k] · B[k, 3·W] + Z. */
    static void tile3x3(Tile t, long a, long b, long z, long zRow, long c, long cRow) {
        int depth = t.depth;
        long aCol = t.aCol & STRIDE;
        long bRow = t.bRow & STRIDE;
        long b0 = b & ADDRESS;
        long a0 = t.row(a, 0);
        long a1 = t.row(a, 1);
        long a2 = t.row(a, 2);
        FloatVector c0a = FloatVector.zero(F);
        FloatVector c0b = FloatVector.zero(F);
        FloatVector c0c = FloatVector.zero(F);
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c1b = FloatVector.zero(F);
        FloatVector c1c = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c2b = FloatVector.zero(F);
        FloatVector c2c = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = k * aCol & OFFSET;
            long p = b0 + k * bRow;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector bc = fromMemorySegment(F, ALL, p + 2 * VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, a0 + o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            c0c = x0.fma(bc, c0c);
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, a1 + o));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            c1c = x1.fma(bc, c1c);
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, a2 + o));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            c2c = x2.fma(bc, c2c);
        }
        c0a.add(fromMemorySegment(F, ALL, z, ORDER)).intoMemorySegment(ALL, c, ORDER);
        c0b.add(fromMemorySegment(F, ALL, z + VB, ORDER)).intoMemorySegment(ALL, c + VB, ORDER);
        c0c.add(fromMemorySegment(F, ALL, z + 2 * VB, ORDER)).intoMemorySegment(ALL, c + 2 * VB, ORDER);
        c1a.add(fromMemorySegment(F, ALL, z + zRow, ORDER)).intoMemorySegment(ALL, c + cRow, ORDER);
        c1b.add(fromMemorySegment(F, ALL, z + zRow + VB, ORDER)).intoMemorySegment(ALL, c + cRow + VB, ORDER);
        c1c.add(fromMemorySegment(F, ALL, z + zRow + 2 * VB, ORDER)).intoMemorySegment(ALL, c + cRow + 2 * VB, ORDER);
        c2a.add(fromMemorySegment(F, ALL, z + 2 * zRow, ORDER)).intoMemorySegment(ALL, c + 2 * cRow, ORDER);
        c2b.add(fromMemorySegment(F, ALL, z + 2 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 2 * cRow + VB, ORDER);
        c2c.add(fromMemorySegment(F, ALL, z + 2 * zRow + 2 * VB, ORDER))
                .intoMemorySegment(ALL, c + 2 * cRow + 2 * VB, ORDER);
    }

    /** C[3, 2·W] = A[3, k] · B[k, 2·W] + Z. */
    static void tile3x2(Tile t, long a, long b, long z, long zRow, long c, long cRow) {
        int depth = t.depth;
        long aCol = t.aCol & STRIDE;
        long bRow = t.bRow & STRIDE;
        long b0 = b & ADDRESS;
        long a0 = t.row(a, 0);
        long a1 = t.row(a, 1);
        long a2 = t.row(a, 2);
        FloatVector c0a = FloatVector.zero(F);
        FloatVector c0b = FloatVector.zero(F);
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c1b = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c2b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = k * aCol;
            long p = b0 + k * bRow;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, a0 + o));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, a1 + o));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, a2 + o));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
        }
        c0a.add(fromMemorySegment(F, ALL, z, ORDER)).intoMemorySegment(ALL, c, ORDER);
        c0b.add(fromMemorySegment(F, ALL, z + VB, ORDER)).intoMemorySegment(ALL, c + VB, ORDER);
        c1a.add(fromMemorySegment(F, ALL, z + zRow, ORDER)).intoMemorySegment(ALL, c + cRow, ORDER);
        c1b.add(fromMemorySegment(F, ALL, z + zRow + VB, ORDER)).intoMemorySegment(ALL, c + cRow + VB, ORDER);
        c2a.add(fromMemorySegment(F, ALL, z + 2 * zRow, ORDER)).intoMemorySegment(ALL, c + 2 * cRow, ORDER);
        c2b.add(fromMemorySegment(F, ALL, z + 2 * zRow + VB, ORDER)).intoMemorySegment(ALL, c + 2 * cRow + VB, ORDER);
    }

    /** C[6, 1·W] = A[6, k] · B[k, 1·W] + Z. */
    static void tile6x1(Tile t, long a, long b, long z, long zRow, long c, long cRow) {
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
        FloatVector c1a = FloatVector.zero(F);
        FloatVector c2a = FloatVector.zero(F);
        FloatVector c3a = FloatVector.zero(F);
        FloatVector c4a = FloatVector.zero(F);
        FloatVector c5a = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long o = k * aCol & OFFSET;
            long p = b0 + k * bRow;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, a0 + o));
            c0a = x0.fma(ba, c0a);
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, a1 + o));
            c1a = x1.fma(ba, c1a);
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, a2 + o));
            c2a = x2.fma(ba, c2a);
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, a3 + o));
            c3a = x3.fma(ba, c3a);
            FloatVector x4 = broadcast(F, ALL.get(FLOAT, a4 + o));
            c4a = x4.fma(ba, c4a);
            FloatVector x5 = broadcast(F, ALL.get(FLOAT, a5 + o));
            c5a = x5.fma(ba, c5a);
        }
        c0a.add(fromMemorySegment(F, ALL, z, ORDER)).intoMemorySegment(ALL, c, ORDER);
        c1a.add(fromMemorySegment(F, ALL, z + zRow, ORDER)).intoMemorySegment(ALL, c + cRow, ORDER);
        c2a.add(fromMemorySegment(F, ALL, z + 2 * zRow, ORDER)).intoMemorySegment(ALL, c + 2 * cRow, ORDER);
        c3a.add(fromMemorySegment(F, ALL, z + 3 * zRow, ORDER)).intoMemorySegment(ALL, c + 3 * cRow, ORDER);
        c4a.add(fromMemorySegment(F, ALL, z + 4 * zRow, ORDER)).intoMemorySegment(ALL, c + 4 * cRow, ORDER);
        c5a.add(fromMemorySegment(F, ALL, z + 5 * zRow, ORDER)).intoMemorySegment(ALL, c + 5 * cRow, ORDER);
    }
}
