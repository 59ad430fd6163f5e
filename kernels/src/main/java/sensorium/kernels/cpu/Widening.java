package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.store;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import sensorium.tensor.DType;

/** Numbers stored in half the width, as floats: exact, so that only storing rounds. */
final class Widening {
    private static final VectorSpecies<Short> HALF =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final VectorSpecies<Integer> BITS = VectorSpecies.of(int.class, F.vectorShape());

    private Widening() {}

    static boolean has(DType type) {
        return type == DType.BF16 || type == DType.F16;
    }

    /** {@code to[i] = from[i]}, n adjoining numbers of {@code type}. */
    static void floats(DType type, long from, long to, int n) {
        if (type == DType.BF16) {
            bf16(from, to, n);
        } else {
            for (int i = 0; i < n; i++) {
                Lanes.set(to + 4L * i, Float.float16ToFloat(bits(from, i)));
            }
        }
    }

    /** BF16 is the upper half of a float. */
    private static void bf16(long from, long to, int n) {
        int i = 0;
        for (; i <= n - W; i += W) {
            var half = ShortVector.fromMemorySegment(HALF, ALL, from + 2L * i, ORDER);
            var bits = half.convertShape(VectorOperators.ZERO_EXTEND_S2I, BITS, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16);
            store(bits.reinterpretAsFloats(), to + 4L * i);
        }
        for (; i < n; i++) {
            Lanes.set(to + 4L * i, Float.intBitsToFloat(bits(from, i) << 16));
        }
    }

    private static short bits(long from, int i) {
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, from + 2L * i);
    }
}
