package sensorium.op;

import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import sensorium.tensor.DType;

/** The elementwise functions of one variable. The lambda is the specification and the reference kernel. */
public enum UnaryKind {
    NEG(x -> -x),
    ABS(Math::abs),
    SIGN(Math::signum),
    SQUARE(x -> x * x),
    SQRT(Math::sqrt),
    RSQRT(x -> 1 / Math.sqrt(x)),
    RECIPROCAL(x -> 1 / x),
    EXP(Math::exp),
    EXPM1(Math::expm1),
    LOG(Math::log),
    LOG1P(Math::log1p),
    SIN(Math::sin),
    COS(Math::cos),
    TANH(Math::tanh),
    SIGMOID(x -> 1 / (1 + Math.exp(-x))),
    ERF(MathFunctions::erf),
    RELU(x -> x > 0 || Double.isNaN(x) ? x : 0),
    /** {@code x·Φ(x)}, the exact form (Hendrycks and Gimpel, arXiv 1606.08415). */
    GELU(x -> 0.5 * x * (1 + MathFunctions.erf(x * Math.sqrt(0.5)))),
    /** The approximation {@code ½x(1 + tanh(√(2/π)(x + 0.044715x³)))}. */
    GELU_TANH(x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
    /** {@code x·σ(x)}, also called swish. */
    SILU(x -> x / (1 + Math.exp(-x))),
    /** {@code log(1 + eˣ)}, without overflow. */
    SOFTPLUS(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
    FLOOR(Math::floor),
    CEIL(Math::ceil),
    /** To the nearest integer, ties to even. */
    ROUND(Math::rint),
    /** BOOL only. */
    NOT(x -> x == 0 ? 1 : 0),
    /** Yields BOOL. */
    IS_NAN(x -> Double.isNaN(x) ? 1 : 0);

    private final DoubleUnaryOperator function;

    UnaryKind(DoubleUnaryOperator function) {
        this.function = function;
    }

    public double apply(double x) {
        return function.applyAsDouble(x);
    }

    boolean accepts(DType t) {
        return switch (this) {
            case NOT -> t == DType.BOOL;
            case NEG, ABS, SIGN, SQUARE -> t.computes() || t.isInteger();
            default -> t.computes();
        };
    }

    DType result(DType t) {
        return this == IS_NAN ? DType.BOOL : t;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
