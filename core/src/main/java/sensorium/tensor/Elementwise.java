package sensorium.tensor;

import sensorium.op.BinaryKind;
import sensorium.op.Primitive;
import sensorium.op.UnaryKind;

/** Element by element, with broadcasting where there are two operands. */
public sealed interface Elementwise permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor unary(UnaryKind kind) {
        return self().apply(new Primitive.Unary(kind));
    }

    private Tensor binary(BinaryKind kind, Tensor other) {
        return self().apply(new Primitive.Binary(kind), other);
    }

    private Tensor scalar(BinaryKind kind, double value) {
        return self().apply(new Primitive.Scalar(kind, value, false));
    }

    default Tensor plus(Tensor other) {
        return binary(BinaryKind.ADD, other);
    }

    default Tensor plus(double value) {
        return scalar(BinaryKind.ADD, value);
    }

    default Tensor minus(Tensor other) {
        return binary(BinaryKind.SUB, other);
    }

    default Tensor minus(double value) {
        return scalar(BinaryKind.SUB, value);
    }

    default Tensor times(Tensor other) {
        return binary(BinaryKind.MUL, other);
    }

    default Tensor times(double value) {
        return scalar(BinaryKind.MUL, value);
    }

    default Tensor dividedBy(Tensor other) {
        return binary(BinaryKind.DIV, other);
    }

    default Tensor dividedBy(double value) {
        return scalar(BinaryKind.DIV, value);
    }

    default Tensor pow(Tensor exponent) {
        return binary(BinaryKind.POW, exponent);
    }

    default Tensor pow(double exponent) {
        return scalar(BinaryKind.POW, exponent);
    }

    /** {@code value − x}. */
    default Tensor subtractedFrom(double value) {
        return self().apply(new Primitive.Scalar(BinaryKind.SUB, value, true));
    }

    default Tensor maximum(Tensor other) {
        return binary(BinaryKind.MAX, other);
    }

    default Tensor minimum(Tensor other) {
        return binary(BinaryKind.MIN, other);
    }

    /** Limits every element to [low, high]. */
    default Tensor clamp(double low, double high) {
        Tensor raised = scalar(BinaryKind.MAX, low);
        return raised.apply(new Primitive.Scalar(BinaryKind.MIN, high, false));
    }

    default Tensor eq(Tensor other) {
        return binary(BinaryKind.EQ, other);
    }

    default Tensor eq(double value) {
        return scalar(BinaryKind.EQ, value);
    }

    default Tensor ne(Tensor other) {
        return binary(BinaryKind.NE, other);
    }

    default Tensor ne(double value) {
        return scalar(BinaryKind.NE, value);
    }

    default Tensor lt(Tensor other) {
        return binary(BinaryKind.LT, other);
    }

    default Tensor lt(double value) {
        return scalar(BinaryKind.LT, value);
    }

    default Tensor le(Tensor other) {
        return binary(BinaryKind.LE, other);
    }

    default Tensor le(double value) {
        return scalar(BinaryKind.LE, value);
    }

    default Tensor gt(Tensor other) {
        return binary(BinaryKind.GT, other);
    }

    default Tensor gt(double value) {
        return scalar(BinaryKind.GT, value);
    }

    default Tensor ge(Tensor other) {
        return binary(BinaryKind.GE, other);
    }

    default Tensor ge(double value) {
        return scalar(BinaryKind.GE, value);
    }

    default Tensor and(Tensor other) {
        return binary(BinaryKind.AND, other);
    }

    default Tensor or(Tensor other) {
        return binary(BinaryKind.OR, other);
    }

    default Tensor not() {
        return unary(UnaryKind.NOT);
    }

    default Tensor isNaN() {
        return unary(UnaryKind.IS_NAN);
    }

    default Tensor neg() {
        return unary(UnaryKind.NEG);
    }

    default Tensor abs() {
        return unary(UnaryKind.ABS);
    }

    default Tensor sign() {
        return unary(UnaryKind.SIGN);
    }

    default Tensor square() {
        return unary(UnaryKind.SQUARE);
    }

    default Tensor sqrt() {
        return unary(UnaryKind.SQRT);
    }

    default Tensor rsqrt() {
        return unary(UnaryKind.RSQRT);
    }

    default Tensor reciprocal() {
        return unary(UnaryKind.RECIPROCAL);
    }

    default Tensor exp() {
        return unary(UnaryKind.EXP);
    }

    default Tensor expm1() {
        return unary(UnaryKind.EXPM1);
    }

    default Tensor log() {
        return unary(UnaryKind.LOG);
    }

    default Tensor log1p() {
        return unary(UnaryKind.LOG1P);
    }

    default Tensor sin() {
        return unary(UnaryKind.SIN);
    }

    default Tensor cos() {
        return unary(UnaryKind.COS);
    }

    default Tensor tanh() {
        return unary(UnaryKind.TANH);
    }

    default Tensor sigmoid() {
        return unary(UnaryKind.SIGMOID);
    }

    default Tensor erf() {
        return unary(UnaryKind.ERF);
    }

    default Tensor relu() {
        return unary(UnaryKind.RELU);
    }

    /** The exact form, {@code x·Φ(x)}. */
    default Tensor gelu() {
        return unary(UnaryKind.GELU);
    }

    /** The tanh approximation. */
    default Tensor geluTanh() {
        return unary(UnaryKind.GELU_TANH);
    }

    /** {@code x·σ(1.702x)}, as CLIP uses it. */
    default Tensor quickGelu() {
        return self().times(self().times(1.702).sigmoid());
    }

    default Tensor silu() {
        return unary(UnaryKind.SILU);
    }

    default Tensor softplus() {
        return unary(UnaryKind.SOFTPLUS);
    }

    default Tensor logSigmoid() {
        return self().neg().softplus().neg();
    }

    /** {@code x·tanh(softplus(x))} (Misra, arXiv 1908.08681). */
    default Tensor mish() {
        return self().times(self().softplus().tanh());
    }

    /** {@code x·clamp(x + 3, 0, 6)/6}. */
    default Tensor hardSwish() {
        return self().times(self().plus(3).clamp(0, 6)).times(1.0 / 6);
    }

    /** {@code x} where positive, else {@code alpha·(eˣ − 1)}. */
    default Tensor elu(double alpha) {
        return self().relu().plus(self().minimum(Tensor.full(self(), 0)).expm1().times(alpha));
    }

    default Tensor leakyRelu(double slope) {
        return Tensor.where(self().gt(0), self(), self().times(slope));
    }

    default Tensor floor() {
        return unary(UnaryKind.FLOOR);
    }

    default Tensor ceil() {
        return unary(UnaryKind.CEIL);
    }

    default Tensor round() {
        return unary(UnaryKind.ROUND);
    }

    /** Converts the element type; the same tensor where it has it already. */
    default Tensor to(DType dtype) {
        return self().dtype() == dtype ? self() : self().apply(new Primitive.Cast(dtype));
    }
}
