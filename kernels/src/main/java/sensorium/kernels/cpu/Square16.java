package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * A square of 16 × 16 floats transposed in registers, for vectors of 16 lanes: sixteen vectors, four steps of eight exchanges
 * (see {@link Transposition}), each a pair of permutations of two vectors. Written out, since vectors in an array would live
 * in memory, and by the Vector API's own methods alone, since the compiler inlines no others in so long a method.
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
     */
    static void transpose(long from, long stride, int last, long scale, long to, long toStride) {
        var s = FloatVector.fromMemorySegment(F, ALL, scale, ORDER);
        var low8 = LOW8;
        var low4 = LOW4;
        var low2 = LOW2;
        var low1 = LOW1;
        var high8 = HIGH8;
        var high4 = HIGH4;
        var high2 = HIGH2;
        var high1 = HIGH1;
        var a0 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(0, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a1 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(1, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a2 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(2, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a3 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(3, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a4 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(4, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a5 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(5, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a6 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(6, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a7 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(7, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a8 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(8, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a9 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(9, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a10 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(10, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a11 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(11, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a12 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(12, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a13 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(13, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a14 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(14, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var a15 = FloatVector.fromMemorySegment(F, ALL, from + Math.min(15, last) * stride, ORDER)
                .mul(s)
                .reinterpretAsInts();
        var b0 = low8.selectFrom(a0, a8);
        var b8 = high8.selectFrom(a0, a8);
        var b1 = low8.selectFrom(a1, a9);
        var b9 = high8.selectFrom(a1, a9);
        var b2 = low8.selectFrom(a2, a10);
        var b10 = high8.selectFrom(a2, a10);
        var b3 = low8.selectFrom(a3, a11);
        var b11 = high8.selectFrom(a3, a11);
        var b4 = low8.selectFrom(a4, a12);
        var b12 = high8.selectFrom(a4, a12);
        var b5 = low8.selectFrom(a5, a13);
        var b13 = high8.selectFrom(a5, a13);
        var b6 = low8.selectFrom(a6, a14);
        var b14 = high8.selectFrom(a6, a14);
        var b7 = low8.selectFrom(a7, a15);
        var b15 = high8.selectFrom(a7, a15);
        var c0 = low4.selectFrom(b0, b4);
        var c4 = high4.selectFrom(b0, b4);
        var c1 = low4.selectFrom(b1, b5);
        var c5 = high4.selectFrom(b1, b5);
        var c2 = low4.selectFrom(b2, b6);
        var c6 = high4.selectFrom(b2, b6);
        var c3 = low4.selectFrom(b3, b7);
        var c7 = high4.selectFrom(b3, b7);
        var c8 = low4.selectFrom(b8, b12);
        var c12 = high4.selectFrom(b8, b12);
        var c9 = low4.selectFrom(b9, b13);
        var c13 = high4.selectFrom(b9, b13);
        var c10 = low4.selectFrom(b10, b14);
        var c14 = high4.selectFrom(b10, b14);
        var c11 = low4.selectFrom(b11, b15);
        var c15 = high4.selectFrom(b11, b15);
        var d0 = low2.selectFrom(c0, c2);
        var d2 = high2.selectFrom(c0, c2);
        var d1 = low2.selectFrom(c1, c3);
        var d3 = high2.selectFrom(c1, c3);
        var d4 = low2.selectFrom(c4, c6);
        var d6 = high2.selectFrom(c4, c6);
        var d5 = low2.selectFrom(c5, c7);
        var d7 = high2.selectFrom(c5, c7);
        var d8 = low2.selectFrom(c8, c10);
        var d10 = high2.selectFrom(c8, c10);
        var d9 = low2.selectFrom(c9, c11);
        var d11 = high2.selectFrom(c9, c11);
        var d12 = low2.selectFrom(c12, c14);
        var d14 = high2.selectFrom(c12, c14);
        var d13 = low2.selectFrom(c13, c15);
        var d15 = high2.selectFrom(c13, c15);
        var e0 = low1.selectFrom(d0, d1);
        var e1 = high1.selectFrom(d0, d1);
        var e2 = low1.selectFrom(d2, d3);
        var e3 = high1.selectFrom(d2, d3);
        var e4 = low1.selectFrom(d4, d5);
        var e5 = high1.selectFrom(d4, d5);
        var e6 = low1.selectFrom(d6, d7);
        var e7 = high1.selectFrom(d6, d7);
        var e8 = low1.selectFrom(d8, d9);
        var e9 = high1.selectFrom(d8, d9);
        var e10 = low1.selectFrom(d10, d11);
        var e11 = high1.selectFrom(d10, d11);
        var e12 = low1.selectFrom(d12, d13);
        var e13 = high1.selectFrom(d12, d13);
        var e14 = low1.selectFrom(d14, d15);
        var e15 = high1.selectFrom(d14, d15);
        e0.intoMemorySegment(ALL, to + 0 * toStride, ORDER);
        e1.intoMemorySegment(ALL, to + 1 * toStride, ORDER);
        e2.intoMemorySegment(ALL, to + 2 * toStride, ORDER);
        e3.intoMemorySegment(ALL, to + 3 * toStride, ORDER);
        e4.intoMemorySegment(ALL, to + 4 * toStride, ORDER);
        e5.intoMemorySegment(ALL, to + 5 * toStride, ORDER);
        e6.intoMemorySegment(ALL, to + 6 * toStride, ORDER);
        e7.intoMemorySegment(ALL, to + 7 * toStride, ORDER);
        e8.intoMemorySegment(ALL, to + 8 * toStride, ORDER);
        e9.intoMemorySegment(ALL, to + 9 * toStride, ORDER);
        e10.intoMemorySegment(ALL, to + 10 * toStride, ORDER);
        e11.intoMemorySegment(ALL, to + 11 * toStride, ORDER);
        e12.intoMemorySegment(ALL, to + 12 * toStride, ORDER);
        e13.intoMemorySegment(ALL, to + 13 * toStride, ORDER);
        e14.intoMemorySegment(ALL, to + 14 * toStride, ORDER);
        e15.intoMemorySegment(ALL, to + 15 * toStride, ORDER);
    }
}
