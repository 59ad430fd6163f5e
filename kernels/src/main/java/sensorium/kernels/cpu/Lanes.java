package sensorium.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width and raw access to memory that all kernels share.
 *
 * <p>Kernels take absolute addresses and index one constant segment that spans the address space: this is the form that
 * compiles to plain loads and stores. Nothing is checked here; the backend checks bounds and lifetime once per op.
 */
final class Lanes {
    /** Forces the width of a vector in bits (128, 256 or 512); by default the widest that the processor prefers. */
    static final String BITS_PROPERTY = "sensorium.vector.bits";

    @SuppressWarnings("restricted")
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    static final VectorSpecies<Float> F = species();
    /** Floats in a vector. */
    static final int W = F.length();
    /** Bytes in a vector. */
    static final long VB = 4L * W;

    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        Integer bits = Integer.getInteger(BITS_PROPERTY);
        return bits == null
                ? FloatVector.SPECIES_PREFERRED
                : VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(F, ALL, address, ORDER);
    }

    static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(F, ALL, address, ORDER, mask);
    }

    static void store(FloatVector v, long address) {
        v.intoMemorySegment(ALL, address, ORDER);
    }

    static void store(FloatVector v, long address, VectorMask<Float> mask) {
        v.intoMemorySegment(ALL, address, ORDER, mask);
    }

    /** The same float, read from memory, in every lane. */
    static FloatVector splat(long address) {
        return FloatVector.broadcast(F, get(address));
    }

    static FloatVector splat(float value) {
        return FloatVector.broadcast(F, value);
    }

    static float get(long address) {
        return ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address);
    }

    static void set(long address, float value) {
        ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address, value);
    }

    static void fill(long address, long count, float value) {
        var v = splat(value);
        long i = 0;
        for (; i <= count - W; i += W) {
            store(v, address + 4 * i);
        }
        for (; i < count; i++) {
            set(address + 4 * i, value);
        }
    }

    /** The largest multiple of the vector length that is at most {@code n}. */
    static int whole(int n) {
        return n & -W;
    }

    /** Lanes 0 to {@code n − 1}. */
    static VectorMask<Float> first(int n) {
        return F.indexInRange(0, n);
    }
}
