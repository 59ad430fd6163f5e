package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.whole;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums and extremes over adjoining floats, always in the same tree: four vectors of partial sums, then halves. (The
 * Vector API's own float sums may round differently once compiled.)
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

    /** The largest lane; NaN if any is. */
    static float max(FloatVector v) {
        return v.reduceLanes(VectorOperators.MAX);
    }

    /** Σ xᵢ over n adjoining floats. */
    static float sum(long x, int n) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * W; i += 4 * W) {
            long at = x + 4L * i;
            s0 = s0.add(load(at));
            s1 = s1.add(load(at + VB));
            s2 = s2.add(load(at + 2 * VB));
            s3 = s3.add(load(at + 3 * VB));
        }
        for (; i < whole(n); i += W) {
            s0 = s0.add(load(x + 4L * i));
        }
        if (i < n) {
            s1 = s1.add(load(x + 4L * i, first(n - i)));
        }
        return sum(s0.add(s1).add(s2.add(s3)));
    }

    /** Σ xᵢ·yᵢ over n adjoining floats. */
    static float dot(long x, long y, int n) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * W; i += 4 * W) {
            long o = 4L * i;
            s0 = load(x + o).fma(load(y + o), s0);
            s1 = load(x + o + VB).fma(load(y + o + VB), s1);
            s2 = load(x + o + 2 * VB).fma(load(y + o + 2 * VB), s2);
            s3 = load(x + o + 3 * VB).fma(load(y + o + 3 * VB), s3);
        }
        for (; i < whole(n); i += W) {
            s0 = load(x + 4L * i).fma(load(y + 4L * i), s0);
        }
        if (i < n) {
            var mask = first(n - i);
            s1 = load(x + 4L * i, mask).fma(load(y + 4L * i, mask), s1);
        }
        return sum(s0.add(s1).add(s2.add(s3)));
    }

    /** Σ (xᵢ − c)² over n adjoining floats. */
    static float squares(long x, float c, int n) {
        FloatVector centre = splat(c);
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        int i = 0;
        for (; i <= n - 2 * W; i += 2 * W) {
            FloatVector u = load(x + 4L * i).sub(centre);
            FloatVector v = load(x + 4L * i + VB).sub(centre);
            s0 = u.fma(u, s0);
            s1 = v.fma(v, s1);
        }
        for (; i < n; i += W) {
            var mask = first(Math.min(W, n - i));
            FloatVector u = FloatVector.zero(F).blend(load(x + 4L * i, mask).sub(centre), mask);
            s0 = u.fma(u, s0);
        }
        return sum(s0.add(s1));
    }

    /** The largest of n adjoining floats, NaN if any is; −∞ of none. */
    static float max(long x, int n) {
        FloatVector m = splat(Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i < whole(n); i += W) {
            m = m.max(load(x + 4L * i));
        }
        if (i < n) {
            var mask = first(n - i);
            m = m.blend(m.max(load(x + 4L * i, mask)), mask);
        }
        return max(m);
    }

    /** The smallest of n adjoining floats, NaN if any is; +∞ of none. */
    static float min(long x, int n) {
        FloatVector m = splat(Float.POSITIVE_INFINITY);
        int i = 0;
        for (; i < whole(n); i += W) {
            m = m.min(load(x + 4L * i));
        }
        if (i < n) {
            var mask = first(n - i);
            m = m.blend(m.min(load(x + 4L * i, mask)), mask);
        }
        return m.reduceLanes(VectorOperators.MIN);
    }
}
