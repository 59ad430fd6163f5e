package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import sensorium.op.BinaryKind;

/**
 * Functions of two variables, comparisons and choices over rows of floats. An operand adjoins or is one value for the
 * whole row: then it is spread over one vector, and the loop's step along it is 0. Comparisons write, and choices read,
 * one byte an element.
 */
final class Binaries {
    private static final int MASKS = 3;

    private Binaries() {}

    static boolean has(BinaryKind kind) {
        return switch (kind) {
            case ADD, SUB, MUL, DIV, MAX, MIN, EQ, NE, LT, LE, GT, GE -> true;
            case POW, AND, OR -> false;
        };
    }

    /**
     * {@code y[i] = kind(a[i], b[i])}, or a[0] and b[0] for every i where the operand does not walk. Comparisons write
     * bytes to y.
     */
    static void run(BinaryKind kind, long a, boolean walkA, long b, boolean walkB, long y, int n) {
        long pads = Scratch.floats(Scratch.Slot.TAIL, (long) MASKS * W);
        long stepA = walkA ? VB : 0;
        long stepB = walkB ? VB : 0;
        long u = walkA ? a : spread(a, pads);
        long v = walkB ? b : spread(b, pads + VB);
        int vectors = n / W;
        int rest = n - vectors * W;
        boolean bytes = kind.compares();
        whole(kind, u, stepA, v, stepB, y, vectors);
        if (rest > 0) {
            var mask = first(rest);
            if (walkA) {
                store(load(a + vectors * VB, mask), pads);
            }
            if (walkB) {
                store(load(b + vectors * VB, mask), pads + VB);
            }
            long out = pads + 2 * VB;
            whole(kind, pads, 0, pads + VB, 0, out, 1);
            if (bytes) {
                for (int i = 0; i < rest; i++) {
                    setByte(y + (long) vectors * W + i, getByte(out + i));
                }
            } else {
                store(load(out), y + vectors * VB, mask);
            }
        }
    }

    private static long spread(long value, long pad) {
        store(splat(value), pad);
        return pad;
    }

    private static void whole(BinaryKind kind, long a, long stepA, long b, long stepB, long y, int vectors) {
        switch (kind) {
            case ADD -> add(a, stepA, b, stepB, y, vectors);
            case SUB -> sub(a, stepA, b, stepB, y, vectors);
            case MUL -> mul(a, stepA, b, stepB, y, vectors);
            case DIV -> div(a, stepA, b, stepB, y, vectors);
            case MAX -> max(a, stepA, b, stepB, y, vectors);
            case MIN -> min(a, stepA, b, stepB, y, vectors);
            case EQ -> eq(a, stepA, b, stepB, y, vectors);
            case NE -> ne(a, stepA, b, stepB, y, vectors);
            case LT -> lt(a, stepA, b, stepB, y, vectors);
            case LE -> le(a, stepA, b, stepB, y, vectors);
            case GT -> gt(a, stepA, b, stepB, y, vectors);
            case GE -> ge(a, stepA, b, stepB, y, vectors);
            default -> throw new IllegalArgumentException(kind.toString());
        }
    }

    private static void add(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector u = load(a + i * stepA);
            FloatVector v = load(b + i * stepB);
            store(u.add(v), y + i * VB);
        }
    }

    private static void sub(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector u = load(a + i * stepA);
            FloatVector v = load(b + i * stepB);
            store(u.sub(v), y + i * VB);
        }
    }

    private static void mul(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector u = load(a + i * stepA);
            FloatVector v = load(b + i * stepB);
            store(u.mul(v), y + i * VB);
        }
    }

    private static void div(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector u = load(a + i * stepA);
            FloatVector v = load(b + i * stepB);
            store(u.div(v), y + i * VB);
        }
    }

    private static void max(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector u = load(a + i * stepA);
            FloatVector v = load(b + i * stepB);
            store(u.max(v), y + i * VB);
        }
    }

    private static void min(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector u = load(a + i * stepA);
            FloatVector v = load(b + i * stepB);
            store(u.min(v), y + i * VB);
        }
    }

    private static void eq(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            storeMask(load(a + i * stepA).compare(VectorOperators.EQ, load(b + i * stepB)), y + (long) i * W);
        }
    }

    private static void ne(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            storeMask(load(a + i * stepA).compare(VectorOperators.NE, load(b + i * stepB)), y + (long) i * W);
        }
    }

    private static void lt(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            storeMask(load(a + i * stepA).compare(VectorOperators.LT, load(b + i * stepB)), y + (long) i * W);
        }
    }

    private static void le(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            storeMask(load(a + i * stepA).compare(VectorOperators.LE, load(b + i * stepB)), y + (long) i * W);
        }
    }

    private static void gt(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            storeMask(load(a + i * stepA).compare(VectorOperators.GT, load(b + i * stepB)), y + (long) i * W);
        }
    }

    private static void ge(long a, long stepA, long b, long stepB, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            storeMask(load(a + i * stepA).compare(VectorOperators.GE, load(b + i * stepB)), y + (long) i * W);
        }
    }

    /** {@code y[i] = c[i] ≠ 0 ? a[i] : b[i]}; operands that do not walk are one value. */
    static void where(long c, boolean walkC, long a, boolean walkA, long b, boolean walkB, long y, int n) {
        long pads = Scratch.floats(Scratch.Slot.TAIL, (long) MASKS * W);
        long u = walkA ? a : spread(a, pads);
        long v = walkB ? b : spread(b, pads + VB);
        long stepA = walkA ? VB : 0;
        long stepB = walkB ? VB : 0;
        int vectors = n / W;
        if (walkC) {
            for (int i = 0; i < vectors; i++) {
                FloatVector otherwise = load(v + i * stepB);
                store(otherwise.blend(load(u + i * stepA), loadMask(c + (long) i * W)), y + i * VB);
            }
        } else {
            boolean chosen = getByte(c) != 0;
            for (int i = 0; i < vectors; i++) {
                store(chosen ? load(u + i * stepA) : load(v + i * stepB), y + i * VB);
            }
        }
        for (int i = vectors * W; i < n; i++) {
            boolean chosen = getByte(walkC ? c + i : c) != 0;
            long from = chosen ? walkA ? a + 4L * i : a : walkB ? b + 4L * i : b;
            Lanes.set(y + 4L * i, Lanes.get(from));
        }
    }

    private static final long ONES = 0x0101010101010101L;

    /** One byte a lane, 0 or 1. */
    static void storeMask(VectorMask<Float> mask, long to) {
        long bits = mask.toLong();
        if (W == 4) {
            Lanes.ALL.set(ValueLayout.JAVA_INT_UNALIGNED, to, (int) Long.expand(bits, ONES));
        } else {
            for (int i = 0; i < W; i += 8) {
                Lanes.ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, to + i, Long.expand(bits >>> i, ONES));
            }
        }
    }

    /** Lanes whose byte is not 0. */
    static VectorMask<Float> loadMask(long from) {
        if (W == 4) {
            return VectorMask.fromLong(Lanes.F, bits(Lanes.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, from)));
        }
        long bits = 0;
        for (int i = 0; i < W; i += 8) {
            bits |= bits(Lanes.ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, from + i)) << i;
        }
        return VectorMask.fromLong(Lanes.F, bits);
    }

    /** Of the first n lanes those whose byte is not 0; reads n bytes. */
    static VectorMask<Float> loadMask(long from, int n) {
        if (n == W) {
            return loadMask(from);
        }
        long bits = 0;
        for (int i = 0; i < n; i++) {
            bits |= (getByte(from + i) & 1L) << i;
        }
        return VectorMask.fromLong(Lanes.F, bits);
    }

    private static long bits(long bytes) {
        // A BOOL byte is 0 or 1 by contract: its lowest bit is its value.
        return Long.compress(bytes, ONES);
    }

    static byte getByte(long address) {
        return Lanes.ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    static void setByte(long address, byte value) {
        Lanes.ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }
}
