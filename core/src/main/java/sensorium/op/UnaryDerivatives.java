package sensorium.op;

import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** {@code f′(x)} of every elementwise function, in tensor ops, so that it can be differentiated again. */
final class UnaryDerivatives {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private UnaryDerivatives() {}

    static Tensor of(UnaryKind kind, Tensor x) {
        return switch (kind) {
            case NEG -> Tensor.fullLike(x, -1);
            case ABS -> x.sign();
            case SIGN, FLOOR, CEIL, ROUND -> Tensor.zerosLike(x);
            case SQUARE -> x.times(2);
            case SQRT -> x.rsqrt().times(0.5);
            case RSQRT -> x.rsqrt().pow(3).times(-0.5);
            case RECIPROCAL -> x.square().reciprocal().neg();
            case EXP, EXPM1 -> x.exp();
            case LOG -> x.reciprocal();
            case LOG1P -> x.plus(1).reciprocal();
            case SIN -> x.cos();
            case COS -> x.sin().neg();
            case TANH -> x.tanh().square().neg().plus(1);
            case SIGMOID -> {
                Tensor s = x.sigmoid();
                yield s.times(s.neg().plus(1));
            }
            case ERF -> x.square().neg().exp().times(2 / Math.sqrt(Math.PI));
            case RELU -> x.gt(0).to(x.dtype());
            case GELU -> {
                // Φ(x) + x·φ(x)
                Tensor cdf = x.times(Math.sqrt(0.5)).erf().plus(1).times(0.5);
                Tensor pdf = x.square().times(-0.5).exp().times(1 / Math.sqrt(2 * Math.PI));
                yield cdf.plus(x.times(pdf));
            }
            case GELU_TANH -> {
                Tensor t =
                        x.plus(x.pow(3).times(0.044715)).times(SQRT_2_OVER_PI).tanh();
                Tensor inner = x.square().times(3 * 0.044715).plus(1).times(SQRT_2_OVER_PI);
                Tensor slope = x.times(t.square().neg().plus(1)).times(inner);
                yield t.plus(1).plus(slope).times(0.5);
            }
            case SILU -> {
                Tensor s = x.sigmoid();
                yield s.plus(x.times(s).times(s.neg().plus(1)));
            }
            case SOFTPLUS -> x.sigmoid();
            case NOT, IS_NAN ->
                throw new IllegalStateException(kind + " yields " + DType.BOOL + ", which has no derivative");
        };
    }
}
