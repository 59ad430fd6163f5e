package sensorium.op;

import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import sensorium.tensor.DType;

/** The elementwise functions of two variables. The lambda is the specification and the reference kernel. */
public enum BinaryKind {
    ADD(Double::sum),
    SUB((a, b) -> a - b),
    MUL((a, b) -> a * b),
    /** Integers divide toward zero; by zero is an ArithmeticException there. */
    DIV((a, b) -> a / b),
    POW(Math::pow),
    /** NaN if either is. */
    MAX(Math::max),
    MIN(Math::min),
    EQ((a, b) -> a == b ? 1 : 0),
    NE((a, b) -> a != b ? 1 : 0),
    LT((a, b) -> a < b ? 1 : 0),
    LE((a, b) -> a <= b ? 1 : 0),
    GT((a, b) -> a > b ? 1 : 0),
    GE((a, b) -> a >= b ? 1 : 0),
    AND((a, b) -> a != 0 && b != 0 ? 1 : 0),
    OR((a, b) -> a != 0 || b != 0 ? 1 : 0);

    private final DoubleBinaryOperator function;

    BinaryKind(DoubleBinaryOperator function) {
        this.function = function;
    }

    public double apply(double a, double b) {
        return function.applyAsDouble(a, b);
    }

    public boolean compares() {
        return switch (this) {
            case EQ, NE, LT, LE, GT, GE -> true;
            default -> false;
        };
    }

    boolean accepts(DType t) {
        return switch (this) {
            case AND, OR -> t == DType.BOOL;
            case EQ, NE -> t.computes() || t.isInteger() || t == DType.BOOL;
            case POW -> t.computes();
            default -> t.computes() || t.isInteger();
        };
    }

    DType result(DType t) {
        return compares() || this == AND || this == OR ? DType.BOOL : t;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
