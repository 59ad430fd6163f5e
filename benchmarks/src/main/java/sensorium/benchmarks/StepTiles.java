package sensorium.benchmarks;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Three ways to write the same tile of a product, C[8, 2·W] = A[8, N] · B[N, 2·W]: for {@link GemmSteps}. */
final class StepTiles {
    /** Rows and columns of the three matrices. */
    static final int N = 512;
    /** Bytes of a row. */
    static final long ROW = 4L * N;

    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final int W = F.length();

    private static final long VB = 4L * W;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    /** Tells the compiler that an address is not negative. */
    static final long ADDRESS = (1L << 56) - 1;

    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private StepTiles() {}

    static FloatVector load(long address) {
        return fromMemorySegment(F, ALL, address, ORDER);
    }

    static void store(FloatVector v, long address) {
        v.intoMemorySegment(ALL, address, ORDER);
    }

    static FloatVector splat(long address) {
        return broadcast(F, ALL.get(FLOAT, address));
    }

    /** Through methods of ours. */
    static void plain(long a, long b, long c) {
        long a0 = a & ADDRESS;
        long b0 = b & ADDRESS;
        FloatVector zero = FloatVector.zero(F);
        FloatVector c0a = zero, c1a = zero, c2a = zero, c3a = zero;
        FloatVector c4a = zero, c5a = zero, c6a = zero, c7a = zero;
        FloatVector c0b = zero, c1b = zero, c2b = zero, c3b = zero;
        FloatVector c4b = zero, c5b = zero, c6b = zero, c7b = zero;
        for (int k = 0; k < N; k++) {
            long p = b0 + k * ROW;
            long q = a0 + 4L * k;
            FloatVector ba = load(p);
            FloatVector bb = load(p + VB);
            FloatVector x0 = splat(q);
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            FloatVector x1 = splat(q + ROW);
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            FloatVector x2 = splat(q + 2 * ROW);
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            FloatVector x3 = splat(q + 3 * ROW);
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            FloatVector x4 = splat(q + 4 * ROW);
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            FloatVector x5 = splat(q + 5 * ROW);
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            FloatVector x6 = splat(q + 6 * ROW);
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            FloatVector x7 = splat(q + 7 * ROW);
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
        }
        store(c0a, c);
        store(c0b, c + VB);
        store(c1a, c + ROW);
        store(c1b, c + ROW + VB);
        store(c2a, c + 2 * ROW);
        store(c2b, c + 2 * ROW + VB);
        store(c3a, c + 3 * ROW);
        store(c3b, c + 3 * ROW + VB);
        store(c4a, c + 4 * ROW);
        store(c4b, c + 4 * ROW + VB);
        store(c5a, c + 5 * ROW);
        store(c5b, c + 5 * ROW + VB);
        store(c6a, c + 6 * ROW);
        store(c6b, c + 6 * ROW + VB);
        store(c7a, c + 7 * ROW);
        store(c7b, c + 7 * ROW + VB);
    }

    /** With a fence after every row. */
    static void fenced(long a, long b, long c) {
        long a0 = a & ADDRESS;
        long b0 = b & ADDRESS;
        FloatVector zero = FloatVector.zero(F);
        FloatVector c0a = zero, c1a = zero, c2a = zero, c3a = zero;
        FloatVector c4a = zero, c5a = zero, c6a = zero, c7a = zero;
        FloatVector c0b = zero, c1b = zero, c2b = zero, c3b = zero;
        FloatVector c4b = zero, c5b = zero, c6b = zero, c7b = zero;
        for (int k = 0; k < N; k++) {
            long p = b0 + k * ROW;
            long q = a0 + 4L * k;
            FloatVector ba = load(p);
            FloatVector bb = load(p + VB);
            FloatVector x0 = splat(q);
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = splat(q + ROW);
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = splat(q + 2 * ROW);
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = splat(q + 3 * ROW);
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = splat(q + 4 * ROW);
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = splat(q + 5 * ROW);
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = splat(q + 6 * ROW);
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = splat(q + 7 * ROW);
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
        }
        store(c0a, c);
        store(c0b, c + VB);
        store(c1a, c + ROW);
        store(c1b, c + ROW + VB);
        store(c2a, c + 2 * ROW);
        store(c2b, c + 2 * ROW + VB);
        store(c3a, c + 3 * ROW);
        store(c3b, c + 3 * ROW + VB);
        store(c4a, c + 4 * ROW);
        store(c4b, c + 4 * ROW + VB);
        store(c5a, c + 5 * ROW);
        store(c5b, c + 5 * ROW + VB);
        store(c6a, c + 6 * ROW);
        store(c6b, c + 6 * ROW + VB);
        store(c7a, c + 7 * ROW);
        store(c7b, c + 7 * ROW + VB);
    }

    /** With fences, and the Vector API called directly. */
    static void direct(long a, long b, long c) {
        long a0 = a & ADDRESS;
        long b0 = b & ADDRESS;
        FloatVector zero = FloatVector.zero(F);
        FloatVector c0a = zero, c1a = zero, c2a = zero, c3a = zero;
        FloatVector c4a = zero, c5a = zero, c6a = zero, c7a = zero;
        FloatVector c0b = zero, c1b = zero, c2b = zero, c3b = zero;
        FloatVector c4b = zero, c5b = zero, c6b = zero, c7b = zero;
        for (int k = 0; k < N; k++) {
            long p = b0 + k * ROW;
            long q = a0 + 4L * k;
            FloatVector ba = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector bb = fromMemorySegment(F, ALL, p + VB, ORDER);
            FloatVector x0 = broadcast(F, ALL.get(FLOAT, q));
            c0a = x0.fma(ba, c0a);
            c0b = x0.fma(bb, c0b);
            VarHandle.loadLoadFence();
            FloatVector x1 = broadcast(F, ALL.get(FLOAT, q + ROW));
            c1a = x1.fma(ba, c1a);
            c1b = x1.fma(bb, c1b);
            VarHandle.loadLoadFence();
            FloatVector x2 = broadcast(F, ALL.get(FLOAT, q + 2 * ROW));
            c2a = x2.fma(ba, c2a);
            c2b = x2.fma(bb, c2b);
            VarHandle.loadLoadFence();
            FloatVector x3 = broadcast(F, ALL.get(FLOAT, q + 3 * ROW));
            c3a = x3.fma(ba, c3a);
            c3b = x3.fma(bb, c3b);
            VarHandle.loadLoadFence();
            FloatVector x4 = broadcast(F, ALL.get(FLOAT, q + 4 * ROW));
            c4a = x4.fma(ba, c4a);
            c4b = x4.fma(bb, c4b);
            VarHandle.loadLoadFence();
            FloatVector x5 = broadcast(F, ALL.get(FLOAT, q + 5 * ROW));
            c5a = x5.fma(ba, c5a);
            c5b = x5.fma(bb, c5b);
            VarHandle.loadLoadFence();
            FloatVector x6 = broadcast(F, ALL.get(FLOAT, q + 6 * ROW));
            c6a = x6.fma(ba, c6a);
            c6b = x6.fma(bb, c6b);
            VarHandle.loadLoadFence();
            FloatVector x7 = broadcast(F, ALL.get(FLOAT, q + 7 * ROW));
            c7a = x7.fma(ba, c7a);
            c7b = x7.fma(bb, c7b);
            VarHandle.loadLoadFence();
        }
        c0a.intoMemorySegment(ALL, c, ORDER);
        c0b.intoMemorySegment(ALL, c + VB, ORDER);
        c1a.intoMemorySegment(ALL, c + ROW, ORDER);
        c1b.intoMemorySegment(ALL, c + ROW + VB, ORDER);
        c2a.intoMemorySegment(ALL, c + 2 * ROW, ORDER);
        c2b.intoMemorySegment(ALL, c + 2 * ROW + VB, ORDER);
        c3a.intoMemorySegment(ALL, c + 3 * ROW, ORDER);
        c3b.intoMemorySegment(ALL, c + 3 * ROW + VB, ORDER);
        c4a.intoMemorySegment(ALL, c + 4 * ROW, ORDER);
        c4b.intoMemorySegment(ALL, c + 4 * ROW + VB, ORDER);
        c5a.intoMemorySegment(ALL, c + 5 * ROW, ORDER);
        c5b.intoMemorySegment(ALL, c + 5 * ROW + VB, ORDER);
        c6a.intoMemorySegment(ALL, c + 6 * ROW, ORDER);
        c6b.intoMemorySegment(ALL, c + 6 * ROW + VB, ORDER);
        c7a.intoMemorySegment(ALL, c + 7 * ROW, ORDER);
        c7b.intoMemorySegment(ALL, c + 7 * ROW + VB, ORDER);
    }
}
