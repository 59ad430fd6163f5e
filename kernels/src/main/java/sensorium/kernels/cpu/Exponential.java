package sensorium.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The exponential function over adjoining floats, after Cephes (Moshier), with a relative error below 10⁻⁷.
 *
 * <p>Two vectors an iteration keep the units busy, and make the method too long to be inlined, which is wanted: the
 * compiler counts nodes, some 400 a vector operation, and beyond 18,000 it inlines nothing more that is not the Vector
 * API's own. A loop that this befalls passes its vectors through the heap.
 */
final class Exponential {
    private static final FloatVector ZERO = splat(0f);
    private static final FloatVector ONE = splat(1f);
    private static final FloatVector INFINITY = splat(Float.POSITIVE_INFINITY);
    private static final FloatVector LOG2E = splat(1.442695041f);
    /** −ln 2 in two parts: multiples of the first by integers below 2¹⁰ are exact. */
    private static final FloatVector MINUS_LN2_HI = splat(-0.693359375f);

    private static final FloatVector MINUS_LN2_LO = splat(2.12194440e-4f);
    /** Adding 1.5·2²³ rounds to an integer, which then stands in the lowest bits. */
    private static final FloatVector ROUNDER = splat(12582912f);

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(12582912f);
    /** Where a result and its power of two are normal numbers for sure. */
    private static final FloatVector PLAIN = splat(87f);

    private static final FloatVector MAX = splat(88.722839f);
    private static final FloatVector MIN = splat(-103.97208f);
    private static final FloatVector E7 = splat(1.9875691500e-4f);
    private static final FloatVector E6 = splat(1.3981999507e-3f);
    private static final FloatVector E5 = splat(8.3334519073e-3f);
    private static final FloatVector E4 = splat(4.1665795894e-2f);
    private static final FloatVector E3 = splat(1.6666665459e-1f);
    private static final FloatVector E2 = splat(5.0000001201e-1f);

    private Exponential() {}

    /** {@link #run(long, float, float, long, int)} with a scale of 1. */
    static float run(long x, float shift, long y, int n) {
        return run(x, 1f, shift, y, n);
    }

    /**
     * {@code y[i] = exp(scale·x[i] − shift)}; y may be x.
     *
     * @return the sum
     */
    static float run(long x, float scale, float shift, long y, int n) {
        FloatVector times = splat(scale);
        FloatVector minus = splat(-shift);
        // Not a constant: sums that begin as an object stay objects.
        FloatVector sum0 = FloatVector.zero(F);
        FloatVector sum1 = FloatVector.zero(F);
        int pairs = n / (2 * W);
        for (int i = 0; i < pairs; i++) {
            long o = 2L * i * VB;
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, x + o, ORDER).fma(times, minus);
            FloatVector x1 =
                    FloatVector.fromMemorySegment(F, ALL, x + o + VB, ORDER).fma(times, minus);
            FloatVector p0;
            FloatVector p1;
            if (x0.abs().compare(LE, PLAIN).and(x1.abs().compare(LE, PLAIN)).allTrue()) {
                FloatVector t0 = x0.fma(LOG2E, ROUNDER);
                FloatVector n0 = t0.sub(ROUNDER);
                FloatVector r0 = n0.fma(MINUS_LN2_LO, n0.fma(MINUS_LN2_HI, x0));
                p0 = E7.fma(r0, E6).fma(r0, E5).fma(r0, E4).fma(r0, E3).fma(r0, E2);
                p0 = p0.fma(r0.mul(r0), r0).add(ONE);
                // Times 2ⁿ, by the exponent: only n is left of t's bits.
                p0 = p0.reinterpretAsInts()
                        .add(t0.reinterpretAsInts().lanewise(LSHL, 23))
                        .reinterpretAsFloats();
                FloatVector t1 = x1.fma(LOG2E, ROUNDER);
                FloatVector n1 = t1.sub(ROUNDER);
                FloatVector r1 = n1.fma(MINUS_LN2_LO, n1.fma(MINUS_LN2_HI, x1));
                p1 = E7.fma(r1, E6).fma(r1, E5).fma(r1, E4).fma(r1, E3).fma(r1, E2);
                p1 = p1.fma(r1.mul(r1), r1).add(ONE);
                p1 = p1.reinterpretAsInts()
                        .add(t1.reinterpretAsInts().lanewise(LSHL, 23))
                        .reinterpretAsFloats();
                p0.intoMemorySegment(ALL, y + o, ORDER);
                p1.intoMemorySegment(ALL, y + o + VB, ORDER);
            } else {
                edge(x + o, scale, shift, y + o, W);
                edge(x + o + VB, scale, shift, y + o + VB, W);
                p0 = FloatVector.fromMemorySegment(F, ALL, y + o, ORDER);
                p1 = FloatVector.fromMemorySegment(F, ALL, y + o + VB, ORDER);
            }
            sum0 = sum0.add(p0);
            sum1 = sum1.add(p1);
        }
        float sum = Reduce.sum(sum0.add(sum1));
        for (int i = 2 * W * pairs; i < n; i += W) {
            sum += edge(x + 4L * i, scale, shift, y + 4L * i, Math.min(W, n - i));
        }
        return sum;
    }

    /**
     * {@code x = exp(x − shift)} for n vectors {@code step} bytes apart, each lane with a shift of its own.
     *
     * @param shift address of the vector of shifts
     * @param sum where the vector of sums goes
     */
    static void column(long x, long step, int n, long shift, long sum) {
        FloatVector minus = FloatVector.fromMemorySegment(F, ALL, shift, ORDER);
        FloatVector sum0 = FloatVector.zero(F);
        FloatVector sum1 = FloatVector.zero(F);
        for (int i = 0; i < n - 1; i += 2) {
            long o0 = x + i * step;
            long o1 = o0 + step;
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, o0, ORDER).sub(minus);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, o1, ORDER).sub(minus);
            FloatVector p0;
            FloatVector p1;
            if (x0.abs().compare(LE, PLAIN).and(x1.abs().compare(LE, PLAIN)).allTrue()) {
                FloatVector t0 = x0.fma(LOG2E, ROUNDER);
                FloatVector n0 = t0.sub(ROUNDER);
                FloatVector r0 = n0.fma(MINUS_LN2_LO, n0.fma(MINUS_LN2_HI, x0));
                p0 = E7.fma(r0, E6).fma(r0, E5).fma(r0, E4).fma(r0, E3).fma(r0, E2);
                p0 = p0.fma(r0.mul(r0), r0).add(ONE);
                p0 = p0.reinterpretAsInts()
                        .add(t0.reinterpretAsInts().lanewise(LSHL, 23))
                        .reinterpretAsFloats();
                FloatVector t1 = x1.fma(LOG2E, ROUNDER);
                FloatVector n1 = t1.sub(ROUNDER);
                FloatVector r1 = n1.fma(MINUS_LN2_LO, n1.fma(MINUS_LN2_HI, x1));
                p1 = E7.fma(r1, E6).fma(r1, E5).fma(r1, E4).fma(r1, E3).fma(r1, E2);
                p1 = p1.fma(r1.mul(r1), r1).add(ONE);
                p1 = p1.reinterpretAsInts()
                        .add(t1.reinterpretAsInts().lanewise(LSHL, 23))
                        .reinterpretAsFloats();
                p0.intoMemorySegment(ALL, o0, ORDER);
                p1.intoMemorySegment(ALL, o1, ORDER);
            } else {
                x0.intoMemorySegment(ALL, o0, ORDER);
                x1.intoMemorySegment(ALL, o1, ORDER);
                edge(o0, 1f, 0f, o0, W);
                edge(o1, 1f, 0f, o1, W);
                p0 = FloatVector.fromMemorySegment(F, ALL, o0, ORDER);
                p1 = FloatVector.fromMemorySegment(F, ALL, o1, ORDER);
            }
            sum0 = sum0.add(p0);
            sum1 = sum1.add(p1);
        }
        sum0.add(sum1).intoMemorySegment(ALL, sum, ORDER);
        if (n % 2 == 1) {
            long last = x + (n - 1) * step;
            FloatVector.fromMemorySegment(F, ALL, last, ORDER).sub(minus).intoMemorySegment(ALL, last, ORDER);
            edge(last, 1f, 0f, last, W);
            FloatVector.fromMemorySegment(F, ALL, sum, ORDER)
                    .add(FloatVector.fromMemorySegment(F, ALL, last, ORDER))
                    .intoMemorySegment(ALL, sum, ORDER);
        }
    }

    /** At most one vector, which may overflow, underflow or not be numbers; returns its sum. */
    private static float edge(long x, float scale, float shift, long y, int lanes) {
        VectorMask<Float> mask = F.indexInRange(0, lanes);
        FloatVector v = FloatVector.fromMemorySegment(F, ALL, x, ORDER, mask).fma(splat(scale), splat(-shift));
        FloatVector t = v.fma(LOG2E, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LO, n.fma(MINUS_LN2_HI, v));
        FloatVector p = E7.fma(r, E6).fma(r, E5).fma(r, E4).fma(r, E3).fma(r, E2);
        p = p.fma(r.mul(r), r).add(ONE);
        // 2ⁿ in two factors, so that results at either end of the range neither overflow early nor lose subnormals.
        IntVector i = t.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector h = i.lanewise(ASHR, 1);
        p = p.mul(h.add(127).lanewise(LSHL, 23).reinterpretAsFloats());
        p = p.mul(i.sub(h).add(127).lanewise(LSHL, 23).reinterpretAsFloats());
        p = p.blend(INFINITY, v.compare(GT, MAX)).blend(ZERO, v.compare(LT, MIN));
        p.intoMemorySegment(ALL, y, ORDER, mask);
        return Reduce.sum(ZERO.blend(p, mask));
    }
}
