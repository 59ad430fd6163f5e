package sensorium.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions a vector at a time, made of operations that IEEE 754 rounds exactly, so that a value does not
 * depend on the vector's width, on the lane, or on whether the code is compiled yet. Relative errors are below 2·10⁻⁷;
 * NaN, infinities and subnormal numbers come out as in {@link Math}.
 *
 * <p>Polynomials: log and tanh after Cephes (Moshier), erf after Juffa. Functions that need an exponential are given it:
 * {@link Exponential} works on memory, for reasons said there.
 */
final class VectorMath {
    private static final FloatVector ZERO = of(0f);
    private static final FloatVector ONE = of(1f);
    private static final FloatVector MINUS_ONE = of(-1f);
    private static final FloatVector TWO = of(2f);
    private static final FloatVector HALF = of(0.5f);
    private static final FloatVector MINUS_HALF = of(-0.5f);
    private static final FloatVector INFINITY = of(Float.POSITIVE_INFINITY);
    private static final FloatVector MINUS_INFINITY = of(Float.NEGATIVE_INFINITY);
    private static final FloatVector NAN = of(Float.NaN);

    /** ln 2 in two parts: multiples of the first by integers below 2¹⁰ are exact. */
    private static final FloatVector LN2_HI = of(0.693359375f);

    private static final FloatVector LN2_LO = of(-2.12194440e-4f);

    private VectorMath() {}

    private static FloatVector of(float value) {
        return Lanes.splat(value);
    }

    static FloatVector zero() {
        return ZERO;
    }

    private static final FloatVector MIN_NORMAL = of(Float.MIN_NORMAL);
    private static final FloatVector TWO_23 = of(8388608f);
    private static final FloatVector TWENTY_THREE = of(23f);
    private static final int SQRT_HALF_BITS = 0x3f3504f3;
    private static final FloatVector L10 = of(7.0376836292e-2f);
    private static final FloatVector L9 = of(-1.1514610310e-1f);
    private static final FloatVector L8 = of(1.1676998740e-1f);
    private static final FloatVector L7 = of(-1.2420140846e-1f);
    private static final FloatVector L6 = of(1.4249322787e-1f);
    private static final FloatVector L5 = of(-1.6668057665e-1f);
    private static final FloatVector L4 = of(2.0000714765e-1f);
    private static final FloatVector L3 = of(-2.4999993993e-1f);
    private static final FloatVector L2 = of(3.3333331174e-1f);

    /** ln x. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, MIN_NORMAL);
        // Mantissa in [√½, √2): subtracting the bits of √½ carries the right exponent over.
        IntVector bits = x.blend(x.mul(TWO_23), tiny).reinterpretAsInts().sub(SQRT_HALF_BITS);
        FloatVector e = (FloatVector) bits.lanewise(VectorOperators.ASHR, 23).convert(VectorOperators.I2F, 0);
        e = e.blend(e.sub(TWENTY_THREE), tiny);
        FloatVector m =
                bits.and(0x007fffff).add(SQRT_HALF_BITS).reinterpretAsFloats().sub(ONE);
        return logEdges(x, logOf(m, e));
    }

    /** ln((1 + m)·2ᵉ) for m between √½ − 1 and √2 − 1. */
    private static FloatVector logOf(FloatVector m, FloatVector e) {
        FloatVector p = L10.fma(m, L9)
                .fma(m, L8)
                .fma(m, L7)
                .fma(m, L6)
                .fma(m, L5)
                .fma(m, L4)
                .fma(m, L3)
                .fma(m, L2);
        FloatVector z = m.mul(m);
        FloatVector y = z.fma(MINUS_HALF, e.fma(LN2_LO, p.mul(m).mul(z)));
        return e.fma(LN2_HI, m.add(y));
    }

    private static FloatVector logEdges(FloatVector x, FloatVector y) {
        FloatVector z = y.blend(x, x.compare(EQ, INFINITY)).blend(MINUS_INFINITY, x.compare(EQ, ZERO));
        return z.blend(NAN, x.compare(GE, ZERO).not());
    }

    /** 1 / (1 + e⁻ˣ) from e⁻ˣ. */
    static FloatVector sigmoid(FloatVector exp) {
        return ONE.div(exp.add(ONE));
    }

    private static final FloatVector TANH_NEAR = of(0.625f);
    private static final FloatVector T11 = of(-5.70498872745e-3f);
    private static final FloatVector T9 = of(2.06390887954e-2f);
    private static final FloatVector T7 = of(-5.37397155531e-2f);
    private static final FloatVector T5 = of(1.33314442036e-1f);
    private static final FloatVector T3 = of(-3.33332819422e-1f);

    /** tanh x, given e^{2|x|}: an odd polynomial near zero, by the exponential elsewhere. */
    static FloatVector tanh(FloatVector x, FloatVector exp2x) {
        FloatVector z = x.mul(x);
        FloatVector near =
                T11.fma(z, T9).fma(z, T7).fma(z, T5).fma(z, T3).mul(z).fma(x, x);
        FloatVector far = ONE.sub(TWO.div(exp2x.add(ONE)));
        return sign(near.blend(far, x.abs().compare(GE, TANH_NEAR)), x);
    }

    /** 2|x|: what {@link #tanh} wants the exponential of. */
    static FloatVector tanhExponent(FloatVector x) {
        return x.abs().mul(TWO);
    }

    private static final FloatVector ERF_NEAR = of(0.927734375f);
    private static final FloatVector ERF_ONE = of(4f);
    private static final FloatVector N13 = of(-5.96761703e-4f);
    private static final FloatVector N11 = of(4.99119423e-3f);
    private static final FloatVector N9 = of(-2.67681349e-2f);
    private static final FloatVector N7 = of(1.12819925e-1f);
    private static final FloatVector N5 = of(-3.76125336e-1f);
    private static final FloatVector N3 = of(1.28379166e-1f);
    private static final FloatVector R6 = of(-1.72853470e-5f);
    private static final FloatVector R5 = of(3.83197126e-4f);
    private static final FloatVector R4 = of(-3.88396438e-3f);
    private static final FloatVector R3 = of(2.42546219e-2f);
    private static final FloatVector R2 = of(-1.06777877e-1f);
    private static final FloatVector R1 = of(-6.34846687e-1f);
    private static final FloatVector R0 = of(-1.28717512e-1f);

    /** 2/√π · ∫₀ˣ e^(−t²) dt, given the exponential of {@link #erfExponent}. */
    static FloatVector erf(FloatVector x, FloatVector exp) {
        FloatVector s = x.mul(x);
        FloatVector near =
                N13.fma(s, N11).fma(s, N9).fma(s, N7).fma(s, N5).fma(s, N3).fma(x, x);
        FloatVector a = x.abs();
        // From 4 on erf is 1 in single precision, and the polynomial in the exponent ends to be one.
        FloatVector far = ONE.sub(exp).blend(ONE, a.compare(GE, ERF_ONE));
        return near.blend(sign(far, x), a.compare(GT, ERF_NEAR));
    }

    /** ln(1 − erf|x|), away from zero. */
    static FloatVector erfExponent(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector far = R6.fma(a, R5).fma(x.mul(x), R4.fma(a, R3));
        return far.fma(a, R2).fma(a, R1).fma(a, R0).fma(a, a.neg());
    }

    /** {@code |magnitude|} with the sign of {@code of}. */
    private static FloatVector sign(FloatVector magnitude, FloatVector of) {
        IntVector bits = of.reinterpretAsInts().and(Integer.MIN_VALUE);
        return magnitude.reinterpretAsInts().or(bits).reinterpretAsFloats();
    }

    /** eˣ − 1 from u = eˣ and ln u, accurate near zero (Kahan). */
    static FloatVector expm1(FloatVector x, FloatVector u, FloatVector logU) {
        FloatVector d = u.sub(ONE);
        FloatVector y = d.mul(x.div(logU)).blend(x, u.compare(EQ, ONE));
        // Where u is 0 or infinite the quotient is not a number, and u − 1 is right.
        return y.blend(d, d.compare(EQ, MINUS_ONE).or(u.compare(EQ, INFINITY)));
    }

    /** ln(1 + x) from ln u, u = 1 + x rounded, accurate near zero (Kahan). */
    static FloatVector log1p(FloatVector x, FloatVector u, FloatVector logU) {
        FloatVector y = logU.mul(x.div(u.sub(ONE))).blend(x, u.compare(EQ, ONE));
        return y.blend(u, u.compare(EQ, INFINITY));
    }

    static FloatVector plusOne(FloatVector x) {
        return x.add(ONE);
    }

    /** max(x, 0), where NaN stays. */
    static FloatVector relu(FloatVector x) {
        return x.blend(ZERO, x.compare(LE, ZERO));
    }

    /** −1, x (that is ±0 or NaN) or 1. */
    static FloatVector signum(FloatVector x) {
        return x.blend(ONE, x.compare(GT, ZERO)).blend(MINUS_ONE, x.compare(LT, ZERO));
    }

    private static final FloatVector DENSITY = of(0.3989422804f);
    private static final FloatVector TWICE_SQRT_2_PI = of(1.5957691216f);
    private static final FloatVector MINUS_TWICE_SQRT_2_PI = of(-1.5957691216f);
    private static final FloatVector CUBE = of(0.044715f);
    private static final FloatVector THRICE_CUBE = of(0.134145f);

    /** Beyond ±5.5 the normal distribution is 0 or 1 in single precision. */
    private static final FloatVector PHI_ONE = of(5.5f);

    private static final FloatVector PHI_ZERO = of(-5.5f);
    private static final FloatVector P13 = of(1.1199335e-10f);
    private static final FloatVector P11 = of(-2.1723293e-8f);
    private static final FloatVector P9 = of(3.0914198e-6f);
    private static final FloatVector P7 = of(1.5882416e-4f);
    private static final FloatVector P5 = of(4.4387160e-3f);
    private static final FloatVector P3 = of(3.4863092e-2f);
    private static final FloatVector P1 = of(3.9894226e-1f);
    private static final FloatVector Q8 = of(5.8248980e-5f);
    private static final FloatVector Q6 = of(1.7659058e-3f);
    private static final FloatVector Q4 = of(2.8470714e-2f);
    private static final FloatVector Q2 = of(2.5405473e-1f);

    /**
     * The distribution function Φ of the normal distribution: ½ and an odd rational function, the best of its degrees up
     * to 5.5 in relative error (4.7·10⁻⁸); absolutely, with all roundings, below 2·10⁻⁷.
     */
    static FloatVector phi(FloatVector x) {
        FloatVector s = x.mul(x);
        FloatVector p =
                P13.fma(s, P11).fma(s, P9).fma(s, P7).fma(s, P5).fma(s, P3).fma(s, P1);
        FloatVector q = Q8.fma(s, Q6).fma(s, Q4).fma(s, Q2).fma(s, ONE);
        FloatVector y = p.mul(x).div(q).add(HALF);
        return y.blend(ONE, x.compare(GT, PHI_ONE)).blend(ZERO, x.compare(LT, PHI_ZERO));
    }

    /** Φ(x) + x·φ(x) from e^(−x²/2). */
    static FloatVector geluSlope(FloatVector x, FloatVector exp) {
        return exp.mul(DENSITY).fma(x, phi(x));
    }

    /** −x²/2. */
    static FloatVector densityExponent(FloatVector x) {
        return x.mul(x).mul(MINUS_HALF);
    }

    /** −2√(2/π)(x + 0.044715x³) =: −2z: ½x(1 + tanh z) = x·σ(2z). */
    static FloatVector geluTanhExponent(FloatVector x) {
        return x.mul(x).fma(CUBE, ONE).mul(x).mul(MINUS_TWICE_SQRT_2_PI);
    }

    /** σ + x·σ(1 − σ)·2z′, from σ = σ(2z). */
    static FloatVector geluTanhSlope(FloatVector x, FloatVector s) {
        FloatVector slope = x.mul(x).fma(THRICE_CUBE, ONE).mul(TWICE_SQRT_2_PI);
        return sigmoidSlope(s).mul(x).fma(slope, s);
    }

    /** x·σ(x) from e⁻ˣ. */
    static FloatVector silu(FloatVector x, FloatVector exp) {
        return x.div(exp.add(ONE));
    }

    /** σ + x·σ(1 − σ). */
    static FloatVector siluSlope(FloatVector x, FloatVector s) {
        return sigmoidSlope(s).fma(x, s);
    }

    /** σ(1 − σ). */
    static FloatVector sigmoidSlope(FloatVector s) {
        return s.mul(ONE.sub(s));
    }

    /** 1 − tanh². */
    static FloatVector tanhSlope(FloatVector t) {
        return ONE.sub(t.mul(t));
    }
}
