package sensorium.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.UnaryKind;

/**
 * Functions of one variable over adjoining floats. Every function has loops of its own, so that each is compiled by itself
 * when it is hot; the longer ones make passes over a block that stays in L1 (see {@link Exponential}). Loops see whole
 * vectors only; the rest of a row passes through a padded copy.
 */
final class Unaries {
    /** Vectors of a block. */
    private static final int BLOCK = 128;

    private Unaries() {}

    static boolean has(UnaryKind kind) {
        return switch (kind) {
            case NEG,
                    ABS,
                    SIGN,
                    SQUARE,
                    SQRT,
                    RSQRT,
                    RECIPROCAL,
                    EXP,
                    LOG,
                    RELU,
                    SIGMOID,
                    SILU,
                    GELU_TANH,
                    EXPM1,
                    LOG1P,
                    TANH,
                    ERF,
                    GELU,
                    SOFTPLUS -> true;
            default -> false;
        };
    }

    /** {@code y[i] = kind(x[i])}; y may be x. */
    static void run(UnaryKind kind, long x, long y, int n) {
        int vectors = n / W;
        for (int i = 0; i < vectors; i += BLOCK) {
            whole(kind, x + i * VB, y + i * VB, Math.min(BLOCK, vectors - i));
        }
        int rest = n - vectors * W;
        if (rest > 0) {
            long pad = Scratch.floats(Slot.TAIL, W);
            var mask = Lanes.first(rest);
            store(load(x + vectors * VB, mask), pad);
            whole(kind, pad, pad, 1);
            store(load(pad), y + vectors * VB, mask);
        }
    }

    private static void whole(UnaryKind kind, long x, long y, int vectors) {
        switch (kind) {
            case NEG -> neg(x, y, vectors);
            case ABS -> abs(x, y, vectors);
            case SIGN -> sign(x, y, vectors);
            case SQUARE -> square(x, y, vectors);
            case SQRT -> sqrt(x, y, vectors);
            case RSQRT -> rsqrt(x, y, vectors);
            case RECIPROCAL -> reciprocal(x, y, vectors);
            case EXP -> exp(x, y, vectors);
            case LOG -> log(x, y, vectors);
            case RELU -> relu(x, y, vectors);
            case SIGMOID -> sigmoid(x, y, vectors);
            case SILU -> silu(x, y, vectors);
            case GELU_TANH -> geluTanh(x, y, vectors);
            case EXPM1 -> expm1(x, y, vectors);
            case LOG1P -> log1p(x, y, vectors);
            case TANH -> tanh(x, y, vectors);
            case ERF -> erf(x, y, vectors);
            case GELU -> gelu(x, y, vectors);
            case SOFTPLUS -> softplus(x, y, vectors);
            default -> throw new IllegalArgumentException(kind.toString());
        }
    }

    private static void neg(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(v.neg(), y + i * VB);
        }
    }

    private static void abs(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(v.abs(), y + i * VB);
        }
    }

    /** 1 or −1; zeros and NaN stay as they are. */
    private static void sign(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(v.blend(1f, v.compare(GT, 0f)).blend(-1f, v.lt(0f)), y + i * VB);
        }
    }

    private static void square(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(v.mul(v), y + i * VB);
        }
    }

    private static void sqrt(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(v.sqrt(), y + i * VB);
        }
    }

    private static void rsqrt(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(splat(1f).div(v.sqrt()), y + i * VB);
        }
    }

    private static void reciprocal(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(splat(1f).div(v), y + i * VB);
        }
    }

    private static void exp(long x, long y, int vectors) {
        Exponential.run(x, 0f, y, vectors * W);
    }

    private static void log(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.log(v), y + i * VB);
        }
    }

    private static void relu(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.relu(v), y + i * VB);
        }
    }

    private static void sigmoid(long x, long y, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        Exponential.run(x, -1f, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            VectorMath.sigmoid(load(t + i * VB)).intoMemorySegment(ALL, y + i * VB, ORDER);
        }
    }

    private static void silu(long x, long y, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        Exponential.run(x, -1f, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            VectorMath.silu(v, load(t + i * VB)).intoMemorySegment(ALL, y + i * VB, ORDER);
        }
    }

    private static void geluTanh(long x, long y, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.geluTanhExponent(v), t + i * VB);
        }
        Exponential.run(t, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            VectorMath.silu(v, load(t + i * VB)).intoMemorySegment(ALL, y + i * VB, ORDER);
        }
    }

    private static void expm1(long x, long y, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 2L * BLOCK * W);
        long u = t + BLOCK * VB;
        Exponential.run(x, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            store(VectorMath.log(load(t + i * VB)), u + i * VB);
        }
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            VectorMath.expm1(v, load(t + i * VB), load(u + i * VB)).intoMemorySegment(ALL, y + i * VB, ORDER);
        }
    }

    private static void log1p(long x, long y, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.log(VectorMath.plusOne(v)), t + i * VB);
        }
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            VectorMath.log1p(v, VectorMath.plusOne(v), load(t + i * VB)).intoMemorySegment(ALL, y + i * VB, ORDER);
        }
    }

    private static void tanh(long x, long y, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.tanhExponent(v), t + i * VB);
        }
        Exponential.run(t, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            VectorMath.tanh(v, load(t + i * VB)).intoMemorySegment(ALL, y + i * VB, ORDER);
        }
    }

    private static void erf(long x, long y, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.erfExponent(v), t + i * VB);
        }
        Exponential.run(t, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            VectorMath.erf(v, load(t + i * VB)).intoMemorySegment(ALL, y + i * VB, ORDER);
        }
    }

    private static void gelu(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(v.mul(VectorMath.phi(v)), y + i * VB);
        }
    }

    private static void softplus(long x, long y, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 2L * BLOCK * W);
        long u = t + BLOCK * VB;
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(v.abs().neg(), t + i * VB);
        }
        Exponential.run(t, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            store(VectorMath.log(VectorMath.plusOne(load(t + i * VB))), u + i * VB);
        }
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector tt = load(t + i * VB);
            VectorMath.relu(v)
                    .add(VectorMath.log1p(tt, VectorMath.plusOne(tt), load(u + i * VB)))
                    .intoMemorySegment(ALL, y + i * VB, ORDER);
        }
    }
}
