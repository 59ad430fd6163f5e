package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.GT;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums and extremes over adjoining floats, always in the same tree: eight vectors of partial sums, then halves. (The
 * Vector API's own float sums may round differently once compiled.) The methods are too long to be inlined, on
 * purpose: see {@link Exponential}.
 */
final class Reduce {
    private static final VectorShuffle<Float> BY_8 = by(8);
    private static final VectorShuffle<Float> BY_4 = by(4);
    private static final VectorShuffle<Float> BY_2 = by(2);

    private Reduce() {}

    private static VectorShuffle<Float> by(int distance) {
        return VectorShuffle.fromOp(F, i -> (i + distance) % W);
    }

    /** Sum of the lanes: first lane i with lane i + W/2, and so on. */
    static float sum(FloatVector v) {
        FloatVector s = v;
        if (W >= 16) {
            s = s.add(s.rearrange(BY_8));
        }
        if (W >= 8) {
            s = s.add(s.rearrange(BY_4));
        }
        s = s.add(s.rearrange(BY_2));
        return s.lane(0) + s.lane(1);
    }

    /** Σ xᵢ over n adjoining floats. */
    static float sum(long x, int n) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        int i = 0;
        for (; i <= n - 8 * W; i += 8 * W) {
            long o = 4L * i;
            s0 = s0.add(fromMemorySegment(F, ALL, x + o, ORDER));
            s1 = s1.add(fromMemorySegment(F, ALL, x + o + VB, ORDER));
            s2 = s2.add(fromMemorySegment(F, ALL, x + o + 2 * VB, ORDER));
            s3 = s3.add(fromMemorySegment(F, ALL, x + o + 3 * VB, ORDER));
            s4 = s4.add(fromMemorySegment(F, ALL, x + o + 4 * VB, ORDER));
            s5 = s5.add(fromMemorySegment(F, ALL, x + o + 5 * VB, ORDER));
            s6 = s6.add(fromMemorySegment(F, ALL, x + o + 6 * VB, ORDER));
            s7 = s7.add(fromMemorySegment(F, ALL, x + o + 7 * VB, ORDER));
        }
        for (; i <= n - W; i += W) {
            s0 = s0.add(fromMemorySegment(F, ALL, x + 4L * i, ORDER));
        }
        if (i < n) {
            var mask = first(n - i);
            s0 = s0.add(fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask));
        }
        return sum(s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))));
    }

    /** Σ xᵢ·yᵢ over n adjoining floats. */
    static float dot(long x, long y, int n) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        int i = 0;
        for (; i <= n - 8 * W; i += 8 * W) {
            long o = 4L * i;
            s0 = fromMemorySegment(F, ALL, x + o, ORDER).fma(fromMemorySegment(F, ALL, y + o, ORDER), s0);
            s1 = fromMemorySegment(F, ALL, x + o + VB, ORDER).fma(fromMemorySegment(F, ALL, y + o + VB, ORDER), s1);
            s2 = fromMemorySegment(F, ALL, x + o + 2 * VB, ORDER)
                    .fma(fromMemorySegment(F, ALL, y + o + 2 * VB, ORDER), s2);
            s3 = fromMemorySegment(F, ALL, x + o + 3 * VB, ORDER)
                    .fma(fromMemorySegment(F, ALL, y + o + 3 * VB, ORDER), s3);
            s4 = fromMemorySegment(F, ALL, x + o + 4 * VB, ORDER)
                    .fma(fromMemorySegment(F, ALL, y + o + 4 * VB, ORDER), s4);
            s5 = fromMemorySegment(F, ALL, x + o + 5 * VB, ORDER)
                    .fma(fromMemorySegment(F, ALL, y + o + 5 * VB, ORDER), s5);
            s6 = fromMemorySegment(F, ALL, x + o + 6 * VB, ORDER)
                    .fma(fromMemorySegment(F, ALL, y + o + 6 * VB, ORDER), s6);
            s7 = fromMemorySegment(F, ALL, x + o + 7 * VB, ORDER)
                    .fma(fromMemorySegment(F, ALL, y + o + 7 * VB, ORDER), s7);
        }
        for (; i <= n - W; i += W) {
            s0 = fromMemorySegment(F, ALL, x + 4L * i, ORDER).fma(fromMemorySegment(F, ALL, y + 4L * i, ORDER), s0);
        }
        if (i < n) {
            var mask = first(n - i);
            s0 = fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask)
                    .fma(fromMemorySegment(F, ALL, y + 4L * i, ORDER, mask), s0);
        }
        return sum(s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))));
    }

    /** Σ (xᵢ − c)² over n adjoining floats. */
    static float squares(long x, float c, int n) {
        FloatVector centre = splat(c);
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        int i = 0;
        for (; i <= n - 6 * W; i += 6 * W) {
            long o = 4L * i;
            FloatVector v0 = fromMemorySegment(F, ALL, x + o, ORDER).sub(centre);
            s0 = v0.fma(v0, s0);
            FloatVector v1 = fromMemorySegment(F, ALL, x + o + VB, ORDER).sub(centre);
            s1 = v1.fma(v1, s1);
            FloatVector v2 = fromMemorySegment(F, ALL, x + o + 2 * VB, ORDER).sub(centre);
            s2 = v2.fma(v2, s2);
            FloatVector v3 = fromMemorySegment(F, ALL, x + o + 3 * VB, ORDER).sub(centre);
            s3 = v3.fma(v3, s3);
            FloatVector v4 = fromMemorySegment(F, ALL, x + o + 4 * VB, ORDER).sub(centre);
            s4 = v4.fma(v4, s4);
            FloatVector v5 = fromMemorySegment(F, ALL, x + o + 5 * VB, ORDER).sub(centre);
            s5 = v5.fma(v5, s5);
        }
        for (; i <= n - W; i += W) {
            FloatVector v = fromMemorySegment(F, ALL, x + 4L * i, ORDER).sub(centre);
            s0 = v.fma(v, s0);
        }
        if (i < n) {
            var mask = first(n - i);
            FloatVector v = FloatVector.zero(F)
                    .blend(fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask).sub(centre), mask);
            s0 = v.fma(v, s0);
        }
        return sum(s0.add(s1).add(s2.add(s3)).add(s4.add(s5)));
    }

    /** The largest of n adjoining floats, NaN if any is; −∞ of none. */
    static float max(long x, int n) {
        FloatVector m0 = splat(Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        FloatVector m2 = m0;
        FloatVector m3 = m0;
        FloatVector m4 = m0;
        FloatVector m5 = m0;
        FloatVector m6 = m0;
        FloatVector m7 = m0;
        int i = 0;
        for (; i <= n - 8 * W; i += 8 * W) {
            long o = x + 4L * i;
            m0 = m0.max(fromMemorySegment(F, ALL, o, ORDER));
            m1 = m1.max(fromMemorySegment(F, ALL, o + VB, ORDER));
            m2 = m2.max(fromMemorySegment(F, ALL, o + 2 * VB, ORDER));
            m3 = m3.max(fromMemorySegment(F, ALL, o + 3 * VB, ORDER));
            m4 = m4.max(fromMemorySegment(F, ALL, o + 4 * VB, ORDER));
            m5 = m5.max(fromMemorySegment(F, ALL, o + 5 * VB, ORDER));
            m6 = m6.max(fromMemorySegment(F, ALL, o + 6 * VB, ORDER));
            m7 = m7.max(fromMemorySegment(F, ALL, o + 7 * VB, ORDER));
        }
        for (; i <= n - W; i += W) {
            m0 = m0.max(fromMemorySegment(F, ALL, x + 4L * i, ORDER));
        }
        if (i < n) {
            var mask = first(n - i);
            m0 = m0.blend(m0.max(fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask)), mask);
        }
        m0 = m0.max(m1).max(m2.max(m3)).max(m4.max(m5).max(m6.max(m7)));
        return m0.reduceLanes(VectorOperators.MAX);
    }

    /**
     * The largest of n adjoining floats that are numbers; −∞ of none. Half the work of {@link #max}, for sums of
     * exponentials, which NaN finds its way into by itself.
     */
    static float peak(long x, int n) {
        FloatVector m0 = splat(Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        FloatVector m2 = m0;
        FloatVector m3 = m0;
        int i = 0;
        for (; i <= n - 4 * W; i += 4 * W) {
            long o = x + 4L * i;
            FloatVector v0 = fromMemorySegment(F, ALL, o, ORDER);
            m0 = m0.blend(v0, v0.compare(GT, m0));
            FloatVector v1 = fromMemorySegment(F, ALL, o + VB, ORDER);
            m1 = m1.blend(v1, v1.compare(GT, m1));
            FloatVector v2 = fromMemorySegment(F, ALL, o + 2 * VB, ORDER);
            m2 = m2.blend(v2, v2.compare(GT, m2));
            FloatVector v3 = fromMemorySegment(F, ALL, o + 3 * VB, ORDER);
            m3 = m3.blend(v3, v3.compare(GT, m3));
        }
        for (; i <= n - W; i += W) {
            FloatVector v = fromMemorySegment(F, ALL, x + 4L * i, ORDER);
            m0 = m0.blend(v, v.compare(GT, m0));
        }
        if (i < n) {
            var mask = first(n - i);
            FloatVector v = fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask);
            m0 = m0.blend(v, v.compare(GT, m0).and(mask));
        }
        m0 = m0.blend(m1, m1.compare(GT, m0));
        m2 = m2.blend(m3, m3.compare(GT, m2));
        return m0.blend(m2, m2.compare(GT, m0)).reduceLanes(VectorOperators.MAX);
    }

    /** The smallest of n adjoining floats, NaN if any is; +∞ of none. */
    static float min(long x, int n) {
        FloatVector m0 = splat(Float.POSITIVE_INFINITY);
        FloatVector m1 = m0;
        FloatVector m2 = m0;
        FloatVector m3 = m0;
        FloatVector m4 = m0;
        FloatVector m5 = m0;
        FloatVector m6 = m0;
        FloatVector m7 = m0;
        int i = 0;
        for (; i <= n - 8 * W; i += 8 * W) {
            long o = x + 4L * i;
            m0 = m0.min(fromMemorySegment(F, ALL, o, ORDER));
            m1 = m1.min(fromMemorySegment(F, ALL, o + VB, ORDER));
            m2 = m2.min(fromMemorySegment(F, ALL, o + 2 * VB, ORDER));
            m3 = m3.min(fromMemorySegment(F, ALL, o + 3 * VB, ORDER));
            m4 = m4.min(fromMemorySegment(F, ALL, o + 4 * VB, ORDER));
            m5 = m5.min(fromMemorySegment(F, ALL, o + 5 * VB, ORDER));
            m6 = m6.min(fromMemorySegment(F, ALL, o + 6 * VB, ORDER));
            m7 = m7.min(fromMemorySegment(F, ALL, o + 7 * VB, ORDER));
        }
        for (; i <= n - W; i += W) {
            m0 = m0.min(fromMemorySegment(F, ALL, x + 4L * i, ORDER));
        }
        if (i < n) {
            var mask = first(n - i);
            m0 = m0.blend(m0.min(fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask)), mask);
        }
        m0 = m0.min(m1).min(m2.min(m3)).min(m4.min(m5).min(m6.min(m7)));
        return m0.reduceLanes(VectorOperators.MIN);
    }
}
