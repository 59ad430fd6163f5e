package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * A square of 16 × 16 floats transposed, for vectors of 16 lanes: sixteen vectors, four steps of eight exchanges (see
 * {@link Transposition}), each a pair of permutations of two vectors. Four vectors at a time are brought through two steps. All sixteen in
 * one method stayed in registers, but so long a method was at times never compiled well, for as long as the process ran.
 */
final class Square16 {
    private static final IntVector LOW8 = low(8);
    private static final IntVector LOW4 = low(4);
    private static final IntVector LOW2 = low(2);
    private static final IntVector LOW1 = low(1);
    private static final IntVector HIGH8 = high(8);
    private static final IntVector HIGH4 = high(4);
    private static final IntVector HIGH2 = high(2);
    private static final IntVector HIGH1 = high(1);

    private Square16() {}

    /** Of two vectors, the lanes without bit d: the first's in their places, the second's moved up by d. */
    private static IntVector low(int d) {
        return places(d, 0);
    }

    /** Of two vectors, the lanes with bit d: the first's moved down by d, the second's in their places. */
    private static IntVector high(int d) {
        return places(d, d);
    }

    private static IntVector places(int d, int bit) {
        var species = IntVector.SPECIES_512;
        var places = new int[species.length()];
        for (int i = 0; i < places.length; i++) {
            places[i] = (i & ~d | bit) + ((i & d) == 0 ? 0 : places.length);
        }
        return IntVector.fromArray(species, places, 0);
    }

    /**
     * {@code to[i, j] = from[min(j, last), i] · scale[i]} for i and j below 16.
     *
     * @param stride bytes from one row of {@code from} to the next
     * @param toStride bytes from one row of {@code to} to the next
     * @param between room for a square
     */
    static void transpose(long from, long stride, int last, long scale, long to, long toStride, long between) {
        for (int i = 0; i < 4; i++) {
            far(from, stride, i, last, scale, between + i * VB);
        }
        for (int i = 0; i < 16; i += 4) {
            near(between + i * VB, to + i * toStride, toStride);
        }
    }

    /** The exchanges between rows 8 and 4 apart, for rows i, i + 4, i + 8 and i + 12. */
    private static void far(long from, long stride, int i, int last, long scale, long to) {
        var s = FloatVector.fromMemorySegment(F, ALL, scale, ORDER);
        var a0 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(i, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a1 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(i + 4, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a2 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(i + 8, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a3 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(i + 12, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var b0 = LOW8.selectFrom(a0, a2);
        var b2 = HIGH8.selectFrom(a0, a2);
        var b1 = LOW8.selectFrom(a1, a3);
        var b3 = HIGH8.selectFrom(a1, a3);
        LOW4.selectFrom(b0, b1).intoMemorySegment(ALL, to, ORDER);
        HIGH4.selectFrom(b0, b1).intoMemorySegment(ALL, to + 4 * VB, ORDER);
        LOW4.selectFrom(b2, b3).intoMemorySegment(ALL, to + 8 * VB, ORDER);
        HIGH4.selectFrom(b2, b3).intoMemorySegment(ALL, to + 12 * VB, ORDER);
    }

    /** The exchanges between rows 2 and 1 apart, for four adjoining rows. */
    private static void near(long from, long to, long stride) {
        var a0 = IntVector.fromMemorySegment(IntVector.SPECIES_512, ALL, from, ORDER);
        var a1 = IntVector.fromMemorySegment(IntVector.SPECIES_512, ALL, from + VB, ORDER);
        var a2 = IntVector.fromMemorySegment(IntVector.SPECIES_512, ALL, from + 2 * VB, ORDER);
        var a3 = IntVector.fromMemorySegment(IntVector.SPECIES_512, ALL, from + 3 * VB, ORDER);
        var b0 = LOW2.selectFrom(a0, a2);
        var b2 = HIGH2.selectFrom(a0, a2);
        var b1 = LOW2.selectFrom(a1, a3);
        var b3 = HIGH2.selectFrom(a1, a3);
        LOW1.selectFrom(b0, b1).intoMemorySegment(ALL, to, ORDER);
        HIGH1.selectFrom(b0, b1).intoMemorySegment(ALL, to + stride, ORDER);
        LOW1.selectFrom(b2, b3).intoMemorySegment(ALL, to + 2 * stride, ORDER);
        HIGH1.selectFrom(b2, b3).intoMemorySegment(ALL, to + 3 * stride, ORDER);
    }
}
