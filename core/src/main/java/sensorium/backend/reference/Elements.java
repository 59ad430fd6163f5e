package sensorium.backend.reference;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import sensorium.backend.HostBackend;
import sensorium.backend.Operand;
import sensorium.tensor.Layout;

/** Operands of any element type and layout as row-major Java arrays, and back. */
final class Elements {
    private Elements() {}

    static int count(Operand x) {
        return Math.toIntExact(x.shape().size());
    }

    static double[] doubles(Operand x) {
        return doubles(x, x.layout());
    }

    /** The elements of {@code x}'s storage that another layout shows. */
    static double[] doubles(Operand x, Layout layout) {
        double[] v = new double[Math.toIntExact(layout.shape().size())];
        MemorySegment m = HostBackend.memory(x);
        Rows.of(layout, (at, step, n, i) -> {
            switch (x.dtype()) {
                case F32 -> {
                    for (int k = 0; k < n; k++) {
                        v[i + k] = m.getAtIndex(JAVA_FLOAT, at + k * step);
                    }
                }
                case F64 -> {
                    for (int k = 0; k < n; k++) {
                        v[i + k] = m.getAtIndex(JAVA_DOUBLE, at + k * step);
                    }
                }
                case F16 -> {
                    for (int k = 0; k < n; k++) {
                        v[i + k] = Float.float16ToFloat(m.getAtIndex(JAVA_SHORT, at + k * step));
                    }
                }
                case BF16 -> {
                    for (int k = 0; k < n; k++) {
                        v[i + k] = Float.intBitsToFloat(m.getAtIndex(JAVA_SHORT, at + k * step) << 16);
                    }
                }
                default -> {
                    for (int k = 0; k < n; k++) {
                        v[i + k] = integer(x, m, at + k * step);
                    }
                }
            }
        });
        return v;
    }

    static long[] longs(Operand x) {
        return longs(x, x.layout());
    }

    /** Integers and booleans, which doubles could not all hold. */
    static long[] longs(Operand x, Layout layout) {
        long[] v = new long[Math.toIntExact(layout.shape().size())];
        MemorySegment m = HostBackend.memory(x);
        Rows.of(layout, (at, step, n, i) -> {
            for (int k = 0; k < n; k++) {
                v[i + k] = integer(x, m, at + k * step);
            }
        });
        return v;
    }

    private static long integer(Operand x, MemorySegment m, long at) {
        return switch (x.dtype()) {
            case I64 -> m.getAtIndex(JAVA_LONG, at);
            case I32 -> m.getAtIndex(JAVA_INT, at);
            case U8, BOOL -> m.get(JAVA_BYTE, at) & 0xFF;
            default -> throw new IllegalArgumentException("not an integer type: " + x.spec());
        };
    }

    static void store(double[] v, Operand y) {
        store(v, y, y.layout());
    }

    /** Rounds to the element type: to nearest in floats (16-bit ones by way of F32), toward zero and saturating in integers. */
    static void store(double[] v, Operand y, Layout layout) {
        MemorySegment m = HostBackend.memory(y);
        Rows.of(layout, (at, step, n, i) -> {
            switch (y.dtype()) {
                case F32 -> {
                    for (int k = 0; k < n; k++) {
                        m.setAtIndex(JAVA_FLOAT, at + k * step, (float) v[i + k]);
                    }
                }
                case F64 -> {
                    for (int k = 0; k < n; k++) {
                        m.setAtIndex(JAVA_DOUBLE, at + k * step, v[i + k]);
                    }
                }
                default -> {
                    for (int k = 0; k < n; k++) {
                        store(v[i + k], y, m, at + k * step);
                    }
                }
            }
        });
    }

    private static void store(double v, Operand y, MemorySegment m, long at) {
        switch (y.dtype()) {
            case F32 -> m.setAtIndex(JAVA_FLOAT, at, (float) v);
            case F64 -> m.setAtIndex(JAVA_DOUBLE, at, v);
            case F16 -> m.setAtIndex(JAVA_SHORT, at, Float.floatToFloat16((float) v));
            case BF16 -> m.setAtIndex(JAVA_SHORT, at, toBFloat16((float) v));
            case I64 -> m.setAtIndex(JAVA_LONG, at, (long) v);
            case I32 -> m.setAtIndex(JAVA_INT, at, (int) v);
            case U8 -> m.set(JAVA_BYTE, at, (byte) Math.clamp((long) v, 0, 255));
            case BOOL -> m.set(JAVA_BYTE, at, (byte) (v != 0 ? 1 : 0));
        }
    }

    static void store(long[] v, Operand y) {
        store(v, y, y.layout());
    }

    /** Narrower integers keep the low bits, so that arithmetic wraps around. */
    static void store(long[] v, Operand y, Layout layout) {
        MemorySegment m = HostBackend.memory(y);
        Rows.of(layout, (at, step, n, i) -> {
            for (int k = 0; k < n; k++) {
                long value = v[i + k];
                switch (y.dtype()) {
                    case I64 -> m.setAtIndex(JAVA_LONG, at + k * step, value);
                    case I32 -> m.setAtIndex(JAVA_INT, at + k * step, (int) value);
                    case U8 -> m.set(JAVA_BYTE, at + k * step, (byte) value);
                    case BOOL -> m.set(JAVA_BYTE, at + k * step, (byte) (value != 0 ? 1 : 0));
                    default -> throw new IllegalArgumentException("not an integer type: " + y.spec());
                }
            }
        });
    }

    /** Copies element {@code i} of one memory to element {@code j} of another, whatever it means. */
    static void move(MemorySegment from, long i, MemorySegment to, long j, int bytes) {
        switch (bytes) {
            case 1 -> to.set(JAVA_BYTE, j, from.get(JAVA_BYTE, i));
            case 2 -> to.setAtIndex(JAVA_SHORT, j, from.getAtIndex(JAVA_SHORT, i));
            case 4 -> to.setAtIndex(JAVA_INT, j, from.getAtIndex(JAVA_INT, i));
            default -> to.setAtIndex(JAVA_LONG, j, from.getAtIndex(JAVA_LONG, i));
        }
    }

    /** The upper half of a float, rounded to nearest even. */
    private static short toBFloat16(float f) {
        int bits = Float.floatToIntBits(f);
        return Float.isNaN(f) ? (short) 0x7FC0 : (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
