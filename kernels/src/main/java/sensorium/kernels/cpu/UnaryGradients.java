package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.UnaryKind;

/**
 * Gradients of functions of one variable over adjoining floats: {@code dx = dy·f′(x)}. Every function has loops of its own, so that each is compiled by itself
 * when it is hot; the longer ones make passes over a block that stays in L1 (see {@link Exponential}). Loops see whole
 * vectors only; the rest of a row passes through a padded copy.
 */
final class UnaryGradients {
    /** Vectors of a block. */
    private static final int BLOCK = 128;

    private UnaryGradients() {}

    static boolean has(UnaryKind kind) {
        return switch (kind) {
            case ABS, SQUARE, SQRT, EXP, LOG, TANH, SIGMOID, RELU, GELU, GELU_TANH, SILU, SOFTPLUS -> true;
            default -> false;
        };
    }

    /** {@code dx[i] = dy[i]·kind′(x[i])}. */
    static void run(UnaryKind kind, long x, long dy, long dx, int n) {
        int vectors = n / W;
        for (int i = 0; i < vectors; i += BLOCK) {
            whole(kind, x + i * VB, dy + i * VB, dx + i * VB, Math.min(BLOCK, vectors - i));
        }
        int rest = n - vectors * W;
        if (rest > 0) {
            long pad = Scratch.floats(Slot.TAIL, 2L * W);
            long at = vectors * VB;
            var mask = Lanes.first(rest);
            store(load(x + at, mask), pad);
            store(load(dy + at, mask), pad + VB);
            whole(kind, pad, pad + VB, pad, 1);
            store(load(pad), dx + at, mask);
        }
    }

    private static void whole(UnaryKind kind, long x, long dy, long dx, int vectors) {
        switch (kind) {
            case ABS -> abs(x, dy, dx, vectors);
            case SQUARE -> square(x, dy, dx, vectors);
            case SQRT -> sqrt(x, dy, dx, vectors);
            case EXP -> exp(x, dy, dx, vectors);
            case LOG -> log(x, dy, dx, vectors);
            case TANH -> tanh(x, dy, dx, vectors);
            case SIGMOID -> sigmoid(x, dy, dx, vectors);
            case RELU -> relu(x, dy, dx, vectors);
            case GELU -> gelu(x, dy, dx, vectors);
            case GELU_TANH -> geluTanh(x, dy, dx, vectors);
            case SILU -> silu(x, dy, dx, vectors);
            case SOFTPLUS -> softplus(x, dy, dx, vectors);
            default -> throw new IllegalArgumentException(kind.toString());
        }
    }

    private static void abs(long x, long dy, long dx, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            store(d.mul(VectorMath.signum(v)), dx + i * VB);
        }
    }

    private static void square(long x, long dy, long dx, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            store(d.mul(v.add(v)), dx + i * VB);
        }
    }

    private static void sqrt(long x, long dy, long dx, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            store(d.div(v.sqrt().mul(2f)), dx + i * VB);
        }
    }

    private static void exp(long x, long dy, long dx, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        Exponential.run(x, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector d = load(dy + i * VB);
            d.mul(load(t + i * VB)).intoMemorySegment(ALL, dx + i * VB, ORDER);
        }
    }

    private static void log(long x, long dy, long dx, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            store(d.div(v), dx + i * VB);
        }
    }

    private static void tanh(long x, long dy, long dx, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.tanhExponent(v), t + i * VB);
        }
        Exponential.run(t, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            d.mul(VectorMath.tanhSlope(VectorMath.tanh(v, load(t + i * VB))))
                    .intoMemorySegment(ALL, dx + i * VB, ORDER);
        }
    }

    private static void sigmoid(long x, long dy, long dx, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        Exponential.run(x, -1f, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector d = load(dy + i * VB);
            d.mul(VectorMath.sigmoidSlope(VectorMath.sigmoid(load(t + i * VB))))
                    .intoMemorySegment(ALL, dx + i * VB, ORDER);
        }
    }

    private static void relu(long x, long dy, long dx, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            store(d.blend(VectorMath.zero(), v.compare(VectorOperators.LE, VectorMath.zero())), dx + i * VB);
        }
    }

    private static void gelu(long x, long dy, long dx, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.densityExponent(v), t + i * VB);
        }
        Exponential.run(t, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            d.mul(VectorMath.geluSlope(v, load(t + i * VB))).intoMemorySegment(ALL, dx + i * VB, ORDER);
        }
    }

    private static void geluTanh(long x, long dy, long dx, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.geluTanhExponent(v), t + i * VB);
        }
        Exponential.run(t, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            d.mul(VectorMath.geluTanhSlope(v, VectorMath.sigmoid(load(t + i * VB))))
                    .intoMemorySegment(ALL, dx + i * VB, ORDER);
        }
    }

    private static void silu(long x, long dy, long dx, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        Exponential.run(x, -1f, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            FloatVector d = load(dy + i * VB);
            d.mul(VectorMath.siluSlope(v, VectorMath.sigmoid(load(t + i * VB))))
                    .intoMemorySegment(ALL, dx + i * VB, ORDER);
        }
    }

    private static void softplus(long x, long dy, long dx, int vectors) {
        long t = Scratch.floats(Slot.BLOCKS, 1L * BLOCK * W);
        Exponential.run(x, -1f, 0f, t, vectors * W);
        for (int i = 0; i < vectors; i++) {
            FloatVector d = load(dy + i * VB);
            d.mul(VectorMath.sigmoid(load(t + i * VB))).intoMemorySegment(ALL, dx + i * VB, ORDER);
        }
    }
}
