package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import sensorium.op.UnaryKind;

/**
 * Functions of one variable over adjoining floats. Every function has a loop of its own, so that each is compiled by
 * itself when it is hot; loops see whole vectors only, the rest of a row passes through a padded copy.
 */
final class Unaries {
    private Unaries() {}

    static boolean has(UnaryKind kind) {
        return switch (kind) {
            case NEG,
                    ABS,
                    SQUARE,
                    SQRT,
                    RSQRT,
                    RECIPROCAL,
                    EXP,
                    EXPM1,
                    LOG,
                    LOG1P,
                    TANH,
                    SIGMOID,
                    ERF,
                    RELU,
                    GELU,
                    GELU_TANH,
                    SILU,
                    SOFTPLUS -> true;
            default -> false;
        };
    }

    /** {@code y[i] = kind(x[i])}; y may be x. */
    static void run(UnaryKind kind, long x, long y, int n) {
        int vectors = n / W;
        whole(kind, x, y, vectors);
        int rest = n - vectors * W;
        if (rest > 0) {
            long pad = Scratch.floats(Scratch.Slot.TAIL, W);
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
            case SQUARE -> square(x, y, vectors);
            case SQRT -> sqrt(x, y, vectors);
            case RSQRT -> rsqrt(x, y, vectors);
            case RECIPROCAL -> reciprocal(x, y, vectors);
            case EXP -> exp(x, y, vectors);
            case EXPM1 -> expm1(x, y, vectors);
            case LOG -> log(x, y, vectors);
            case LOG1P -> log1p(x, y, vectors);
            case TANH -> tanh(x, y, vectors);
            case SIGMOID -> sigmoid(x, y, vectors);
            case ERF -> erf(x, y, vectors);
            case RELU -> relu(x, y, vectors);
            case GELU -> gelu(x, y, vectors);
            case GELU_TANH -> geluTanh(x, y, vectors);
            case SILU -> silu(x, y, vectors);
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
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.exp(v), y + i * VB);
        }
    }

    private static void expm1(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.expm1(v), y + i * VB);
        }
    }

    private static void log(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.log(v), y + i * VB);
        }
    }

    private static void log1p(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.log1p(v), y + i * VB);
        }
    }

    private static void tanh(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.tanh(v), y + i * VB);
        }
    }

    private static void sigmoid(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.sigmoid(v), y + i * VB);
        }
    }

    private static void erf(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.erf(v), y + i * VB);
        }
    }

    private static void relu(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(v.blend(0f, v.compare(VectorOperators.LE, 0f)), y + i * VB);
        }
    }

    private static void gelu(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.gelu(v), y + i * VB);
        }
    }

    private static void geluTanh(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.geluTanh(v), y + i * VB);
        }
    }

    private static void silu(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.silu(v), y + i * VB);
        }
    }

    private static void softplus(long x, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector v = load(x + i * VB);
            store(VectorMath.softplus(v), y + i * VB);
        }
    }
}
