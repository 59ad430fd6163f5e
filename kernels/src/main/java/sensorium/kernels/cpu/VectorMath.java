package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions a vector at a time, made of operations that IEEE 754 rounds exactly, so that a value does not
 * depend on the vector's width, on the lane, or on whether the code is compiled yet. Relative errors are below 2·10⁻⁷;
 * NaN, infinities and subnormal numbers come out as in {@link Math}.
 *
 * <p>Polynomials: exp and log after Cephes (Moshier), tanh after Cephes, erf after Juffa.
 */
final class VectorMath {
    private static final float LOG2E = 1.442695041f;
    /** ln 2 in two parts: multiples of the first by integers below 2¹⁰ are exact. */
    private static final float LN2_HI = 0.693359375f;

    private static final float LN2_LO = -2.12194440e-4f;
    /** Adding 1.5·2²³ rounds to an integer, which then stands in the lowest bits. */
    private static final float ROUNDER = 12582912f;

    private static final float SQRT_HALF = 0.70710678f;
    private static final float SQRT_2_PI = 0.7978845608f;
    private static final float CUBE = 0.044715f;

    private VectorMath() {}

    /** eˣ. */
    static FloatVector exp(FloatVector x) {
        FloatVector t = x.fma(splat(LOG2E), splat(ROUNDER));
        FloatVector n = t.sub(ROUNDER);
        FloatVector r = n.fma(splat(-LN2_HI), x);
        r = n.fma(splat(-LN2_LO), r);
        FloatVector p = splat(1.9875691500e-4f);
        p = p.fma(r, splat(1.3981999507e-3f));
        p = p.fma(r, splat(8.3334519073e-3f));
        p = p.fma(r, splat(4.1665795894e-2f));
        p = p.fma(r, splat(1.6666665459e-1f));
        p = p.fma(r, splat(5.0000001201e-1f));
        p = p.fma(r.mul(r), r).add(1f);
        // 2ⁿ in two factors, so that results at either end of the range neither overflow early nor lose subnormals.
        IntVector i = t.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUNDER));
        IntVector half = i.lanewise(VectorOperators.ASHR, 1);
        FloatVector y = p.mul(power2(half)).mul(power2(i.sub(half)));
        y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, 88.722839f));
        return y.blend(0f, x.compare(VectorOperators.LT, -103.97208f));
    }

    private static FloatVector power2(IntVector n) {
        return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    /** ln x. */
    static FloatVector log(FloatVector x) {
        var tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        FloatVector scaled = x.blend(x.mul(8388608f), tiny);
        IntVector bits = scaled.reinterpretAsInts();
        // Mantissa in [√½, √2): subtracting the bits of √½ carries the right exponent over.
        IntVector shifted = bits.sub(0x3f3504f3);
        IntVector e = shifted.lanewise(VectorOperators.ASHR, 23);
        FloatVector m =
                shifted.and(0x007fffff).add(0x3f3504f3).reinterpretAsFloats().sub(1f);
        FloatVector exponent = ((FloatVector) e.convert(VectorOperators.I2F, 0));
        exponent = exponent.blend(exponent.sub(23f), tiny);
        FloatVector p = splat(7.0376836292e-2f);
        p = p.fma(m, splat(-1.1514610310e-1f));
        p = p.fma(m, splat(1.1676998740e-1f));
        p = p.fma(m, splat(-1.2420140846e-1f));
        p = p.fma(m, splat(1.4249322787e-1f));
        p = p.fma(m, splat(-1.6668057665e-1f));
        p = p.fma(m, splat(2.0000714765e-1f));
        p = p.fma(m, splat(-2.4999993993e-1f));
        p = p.fma(m, splat(3.3333331174e-1f));
        FloatVector z = m.mul(m);
        FloatVector y = p.mul(m).mul(z);
        y = exponent.fma(splat(LN2_LO), y);
        y = z.fma(splat(-0.5f), y);
        y = exponent.fma(splat(LN2_HI), m.add(y));
        y = y.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
        return y.blend(Float.NaN, x.compare(VectorOperators.LT, 0f).or(x.test(VectorOperators.IS_NAN)));
    }

    /** 1 / (1 + e⁻ˣ). */
    static FloatVector sigmoid(FloatVector x) {
        return splat(1f).div(exp(x.neg()).add(1f));
    }

    /** tanh x: an odd polynomial near zero, by eˣ elsewhere. */
    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector z = x.mul(x);
        FloatVector p = splat(-5.70498872745e-3f);
        p = p.fma(z, splat(2.06390887954e-2f));
        p = p.fma(z, splat(-5.37397155531e-2f));
        p = p.fma(z, splat(1.33314422036e-1f));
        p = p.fma(z, splat(-3.33332819422e-1f));
        FloatVector near = p.mul(z).fma(x, x);
        FloatVector far = splat(1f).sub(splat(2f).div(exp(a.add(a)).add(1f)));
        return sign(near.blend(far, a.compare(VectorOperators.GE, 0.625f)), x);
    }

    /** 2/√π · ∫₀ˣ e^(−t²) dt. */
    static FloatVector erf(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector s = x.mul(x);
        FloatVector near = splat(-5.96761703e-4f);
        near = near.fma(s, splat(4.99119423e-3f));
        near = near.fma(s, splat(-2.67681349e-2f));
        near = near.fma(s, splat(1.12819925e-1f));
        near = near.fma(s, splat(-3.76125336e-1f));
        near = near.fma(s, splat(1.28379166e-1f));
        near = near.fma(x, x);
        FloatVector far = splat(-1.72853470e-5f).fma(a, splat(3.83197126e-4f));
        FloatVector u = splat(-3.88396438e-3f).fma(a, splat(2.42546219e-2f));
        far = far.fma(s, u);
        far = far.fma(a, splat(-1.06777877e-1f));
        far = far.fma(a, splat(-6.34846687e-1f));
        far = far.fma(a, splat(-1.28717512e-1f));
        far = far.fma(a, a.neg());
        far = splat(1f).sub(exp(far));
        // From 4 on erf is 1 in single precision, and the polynomial in the exponent ends to be one.
        far = far.blend(1f, a.compare(VectorOperators.GE, 4f));
        return near.blend(sign(far, x), a.compare(VectorOperators.GT, 0.927734375f));
    }

    /** {@code |magnitude|} with the sign of {@code of}. */
    private static FloatVector sign(FloatVector magnitude, FloatVector of) {
        IntVector bits = of.reinterpretAsInts().and(Integer.MIN_VALUE);
        return magnitude.reinterpretAsInts().or(bits).reinterpretAsFloats();
    }

    /** eˣ − 1, accurate near zero (Kahan). */
    static FloatVector expm1(FloatVector x) {
        FloatVector u = exp(x);
        FloatVector d = u.sub(1f);
        FloatVector y = d.mul(x.div(log(u)));
        y = y.blend(x, u.compare(VectorOperators.EQ, 1f));
        // Where u is 0 or infinite the quotient is not a number, and u − 1 is right.
        return y.blend(
                d, d.compare(VectorOperators.EQ, -1f).or(u.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY)));
    }

    /** ln(1 + x), accurate near zero (Kahan). */
    static FloatVector log1p(FloatVector x) {
        FloatVector u = x.add(1f);
        FloatVector y = log(u).mul(x.div(u.sub(1f)));
        y = y.blend(x, u.compare(VectorOperators.EQ, 1f));
        return y.blend(u, u.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
    }

    /** ln(1 + eˣ) without overflow. */
    static FloatVector softplus(FloatVector x) {
        return x.blend(0f, x.compare(VectorOperators.LE, 0f))
                .add(log1p(exp(x.abs().neg())));
    }

    /** −1, x (that is ±0 or NaN) or 1. */
    static FloatVector signum(FloatVector x) {
        FloatVector y = x.blend(1f, x.compare(VectorOperators.GT, 0f));
        return y.blend(-1f, x.compare(VectorOperators.LT, 0f));
    }

    /** x·Φ(x). */
    static FloatVector gelu(FloatVector x) {
        return x.mul(0.5f).mul(erf(x.mul(SQRT_HALF)).add(1f));
    }

    /** Φ(x) + x·φ(x). */
    static FloatVector geluSlope(FloatVector x) {
        FloatVector density = exp(x.mul(x).mul(-0.5f)).mul(0.3989422804f);
        return erf(x.mul(SQRT_HALF)).add(1f).fma(splat(0.5f), x.mul(density));
    }

    /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))), by way of σ: ½(1 + tanh z) = σ(2z). */
    static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(inner(x).mul(2f)));
    }

    static FloatVector geluTanhSlope(FloatVector x) {
        FloatVector s = sigmoid(inner(x).mul(2f));
        FloatVector slope = x.mul(x).fma(splat(3 * CUBE), splat(1f)).mul(2 * SQRT_2_PI);
        // d/dx x·σ(2z) = σ + x·σ(1 − σ)·2z′
        return s.mul(splat(1f).sub(s)).mul(x).fma(slope, s);
    }

    private static FloatVector inner(FloatVector x) {
        return x.mul(x).fma(splat(CUBE), splat(1f)).mul(x).mul(SQRT_2_PI);
    }

    /** x·σ(x). */
    static FloatVector silu(FloatVector x) {
        return x.div(exp(x.neg()).add(1f));
    }

    /** σ + x·σ(1 − σ). */
    static FloatVector siluSlope(FloatVector x) {
        FloatVector s = sigmoid(x);
        return s.mul(splat(1f).sub(s)).fma(x, s);
    }

    /** σ(1 − σ). */
    static FloatVector sigmoidSlope(FloatVector x) {
        FloatVector s = sigmoid(x);
        return s.mul(splat(1f).sub(s));
    }

    /** 1 − tanh². */
    static FloatVector tanhSlope(FloatVector x) {
        FloatVector t = tanh(x);
        return splat(1f).sub(t.mul(t));
    }

    static FloatVector zero() {
        return FloatVector.zero(F);
    }
}
