package sensorium.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.LongStream;
import sensorium.tensor.DType;

/** Looks for NaN in little-endian elements, as fast as memory is read: all bits of an exponent set, and one of the fraction. */
final class NotNumbers {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Elements that one thread looks at before it tells what it has found. */
    private static final int STRETCH = 1 << 20;

    private NotNumbers() {}

    static boolean areIn(MemorySegment elements, DType type) {
        if (!type.isFloat()) {
            return false;
        }
        long count = elements.byteSize() / type.bytes();
        return LongStream.range(0, Math.ceilDiv(count, STRETCH)).parallel().anyMatch(i -> {
            long from = i * STRETCH;
            long bytes = Math.min(STRETCH, count - from) * type.bytes();
            MemorySegment part = elements.asSlice(from * type.bytes(), bytes);
            return switch (type) {
                case F16 -> shorts(part, 0x7c00);
                case BF16 -> shorts(part, 0x7f80);
                case F64 -> longs(part);
                default -> ints(part);
            };
        });
    }

    /** Without a branch in the loop, so that many elements go at once. */
    private static boolean shorts(MemorySegment part, int infinity) {
        int count = (int) (part.byteSize() / 2);
        int largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, part.get(SHORT, 2L * i) & 0x7fff);
        }
        return largest > infinity;
    }

    private static boolean ints(MemorySegment part) {
        int count = (int) (part.byteSize() / 4);
        int largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, part.get(INT, 4L * i) & 0x7fff_ffff);
        }
        return largest > 0x7f80_0000;
    }

    private static boolean longs(MemorySegment part) {
        int count = (int) (part.byteSize() / 8);
        long largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, part.get(LONG, 8L * i) & Long.MAX_VALUE);
        }
        return largest > 0x7ff0_0000_0000_0000L;
    }
}
