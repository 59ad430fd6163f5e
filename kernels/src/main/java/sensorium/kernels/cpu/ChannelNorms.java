package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Group and batch normalisation of (images, channels, space) with a weight and bias a channel, and their gradients. Both
 * normalise sets of planes: a group's channels in one image, which adjoin, or one channel in all images, which is brought
 * together first: then every pass is over one long row in the cache. Address 0 for weight and bias means there is none.
 */
final class ChannelNorms {
    private ChannelNorms() {}

    /** What is known of a set of elements: their mean and the sum of squares about it. */
    private record Moments(float mean, float squares) {
        static Moments of(long x, long n) {
            double sum = 0;
            for (long i = 0; i < n; i += Nest.CHUNK) {
                sum += Reduce.sum(x + 4 * i, (int) Math.min(Nest.CHUNK, n - i));
            }
            float mean = (float) (sum / n);
            double squares = 0;
            for (long i = 0; i < n; i += Nest.CHUNK) {
                squares += Reduce.squares(x + 4 * i, mean, (int) Math.min(Nest.CHUNK, n - i));
            }
            return new Moments(mean, (float) squares);
        }
    }

    static void group(
            WorkPool pool,
            long x,
            long weight,
            long bias,
            long y,
            int images,
            int channels,
            int space,
            int groups,
            double eps) {
        int planes = channels / groups;
        long n = (long) planes * space;
        pool.parallelFor(images * groups, grain(n), (from, to) -> {
            for (int s = from; s < to; s++) {
                var moments = Moments.of(x + 4L * s * n, n);
                float inverse = Norms.inverse(moments.squares, n, eps);
                for (int p = 0; p < planes; p++) {
                    long o = 4 * (s * n + (long) p * space);
                    int c = s % groups * planes + p;
                    float scale = weight == 0 ? inverse : inverse * get(weight + 4L * c);
                    scaleShift(x + o, moments.mean, scale, bias == 0 ? 0 : get(bias + 4L * c), y + o, space);
                }
            }
        });
    }

    /** Also writes the mean and the biased variance of every channel. */
    static void batch(
            WorkPool pool,
            long x,
            long weight,
            long bias,
            long y,
            long means,
            long variances,
            int images,
            int channels,
            int space,
            double eps) {
        if (space == 1 && images > 0) {
            new FeatureNorms(pool, images, channels, eps).forward(x, weight, bias, y, means, variances);
            return;
        }
        int n = Math.multiplyExact(images, space);
        long step = 4L * channels * space;
        pool.parallelFor(channels, grain(n), (from, to) -> {
            long row = Scratch.floats(Slot.ROWS, n);
            for (int c = from; c < to; c++) {
                long o = 4L * c * space;
                planes(x + o, step, row, 4L * space, images, space);
                var moments = Moments.of(row, n);
                float scale = Norms.inverse(moments.squares, n, eps) * (weight == 0 ? 1 : get(weight + 4L * c));
                scaleShift(row, moments.mean, scale, bias == 0 ? 0 : get(bias + 4L * c), row, n);
                planes(row, 4L * space, y + o, step, images, space);
                set(means + 4L * c, moments.mean);
                set(variances + 4L * c, moments.squares / n);
            }
        });
    }

    private static int grain(long elements) {
        return (int) Math.max(1, Nest.CHUNK / Math.max(1, elements));
    }

    /** Copies planes of so many floats, which lie {@code fromStep} bytes apart, to where they lie {@code toStep} apart. */
    private static void planes(long from, long fromStep, long to, long toStep, int planes, int space) {
        for (int p = 0; p < planes; p++) {
            long source = from + p * fromStep;
            long target = to + p * toStep;
            int i = 0;
            for (; i <= space - W; i += W) {
                fromMemorySegment(F, ALL, source + 4L * i, ORDER).intoMemorySegment(ALL, target + 4L * i, ORDER);
            }
            if (i < space) {
                var mask = first(space - i);
                fromMemorySegment(F, ALL, source + 4L * i, ORDER, mask)
                        .intoMemorySegment(ALL, target + 4L * i, ORDER, mask);
            }
        }
    }

    private static void scaleShift(long x, float mean, float scale, float shift, long y, int n) {
        FloatVector b = splat(shift);
        FloatVector m = splat(scale);
        int i = 0;
        for (; i <= n - W; i += W) {
            fromMemorySegment(F, ALL, x + 4L * i, ORDER).sub(mean).fma(m, b).intoMemorySegment(ALL, y + 4L * i, ORDER);
        }
        if (i < n) {
            var mask = first(n - i);
            fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask)
                    .sub(mean)
                    .fma(m, b)
                    .intoMemorySegment(ALL, y + 4L * i, ORDER, mask);
        }
    }

    /** Gradients of {@link #group}; {@code dweight} and {@code dbias} are 0 where there is no weight. */
    static void groupGrad(
            WorkPool pool,
            long x,
            long weight,
            long dy,
            long dx,
            long dweight,
            long dbias,
            int images,
            int channels,
            int space,
            int groups,
            double eps) {
        int planes = channels / groups;
        long n = (long) planes * space;
        long sums = Scratch.floats(Slot.OUTPUT, 2L * images * channels);
        long dots = sums + 4L * images * channels;
        pool.parallelFor(images * groups, grain(n), (from, to) -> {
            for (int s = from; s < to; s++) {
                var moments = Moments.of(x + 4L * s * n, n);
                float inverse = Norms.inverse(moments.squares, n, eps);
                double total = 0;
                double dot = 0;
                for (int p = 0; p < planes; p++) {
                    long o = 4 * (s * n + (long) p * space);
                    double w = weight == 0 ? 1 : get(weight + 4L * (s % groups * planes + p));
                    long plane = 4L * ((long) s * planes + p);
                    sumAndDot(x + o, moments.mean, inverse, dy + o, space, sums + plane, dots + plane);
                    total += w * get(sums + plane);
                    dot += w * get(dots + plane);
                }
                float a = (float) (inverse * total / n);
                float b = (float) (inverse * inverse * dot / n);
                for (int p = 0; p < planes; p++) {
                    long o = 4 * (s * n + (long) p * space);
                    float w = weight == 0 ? inverse : inverse * get(weight + 4L * (s % groups * planes + p));
                    gradient(x + o, moments.mean, dy + o, w, a, b, dx + o, space);
                }
            }
        });
        if (dweight != 0) {
            Reductions.middle(pool, Reductions.Kind.SUM, dots, dweight, 1, images, channels);
            Reductions.middle(pool, Reductions.Kind.SUM, sums, dbias, 1, images, channels);
        }
    }

    /**
     * Gradients of {@link #batch}. With x̂ = (x − mean)·inverse: dx = inverse·(w·dy − Σ w·dy/n − x̂·Σ w·dy·x̂/n), dweight
     * = Σ dy·x̂ and dbias = Σ dy; of a group likewise, with each plane's weight and sums.
     */
    static void batchGrad(
            WorkPool pool,
            long x,
            long weight,
            long dy,
            long dx,
            long dweight,
            long dbias,
            int images,
            int channels,
            int space,
            double eps) {
        if (space == 1 && images > 0) {
            new FeatureNorms(pool, images, channels, eps).backward(x, weight, dy, dx, dweight, dbias);
            return;
        }
        int n = Math.multiplyExact(images, space);
        long step = 4L * channels * space;
        pool.parallelFor(channels, grain(n), (from, to) -> {
            long row = Scratch.floats(Slot.ROWS, 2L * n);
            long slopes = row + 4L * n;
            for (int c = from; c < to; c++) {
                long o = 4L * c * space;
                planes(x + o, step, row, 4L * space, images, space);
                planes(dy + o, step, slopes, 4L * space, images, space);
                var moments = Moments.of(row, n);
                float inverse = Norms.inverse(moments.squares, n, eps);
                sumAndDot(row, moments.mean, inverse, slopes, n, dbias + 4L * c, dweight + 4L * c);
                float w = inverse * get(weight + 4L * c);
                float a = (float) ((double) w * get(dbias + 4L * c) / n);
                float b = (float) ((double) w * inverse * get(dweight + 4L * c) / n);
                gradient(row, moments.mean, slopes, w, a, b, row, n);
                planes(row, 4L * space, dx + o, step, images, space);
            }
        });
    }

    /** Writes Σ dy and Σ dy·(x − mean)·inverse. */
    private static void sumAndDot(long x, float mean, float inverse, long dy, int n, long sumTo, long dotTo) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector d0 = FloatVector.zero(F);
        FloatVector d1 = FloatVector.zero(F);
        int i = 0;
        for (; i <= n - 2 * W; i += 2 * W) {
            long o = 4L * i;
            FloatVector g0 = fromMemorySegment(F, ALL, dy + o, ORDER);
            FloatVector g1 = fromMemorySegment(F, ALL, dy + o + VB, ORDER);
            s0 = s0.add(g0);
            s1 = s1.add(g1);
            d0 = fromMemorySegment(F, ALL, x + o, ORDER).sub(mean).fma(g0, d0);
            d1 = fromMemorySegment(F, ALL, x + o + VB, ORDER).sub(mean).fma(g1, d1);
        }
        for (; i < n; i += W) {
            var mask = first(Math.min(W, n - i));
            FloatVector g = fromMemorySegment(F, ALL, dy + 4L * i, ORDER, mask); // 0 beyond the plane
            s0 = s0.add(g);
            d0 = d0.add(
                    fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask).sub(mean).mul(g));
        }
        set(sumTo, Reduce.sum(s0.add(s1)));
        set(dotTo, Reduce.sum(d0.add(d1)) * inverse);
    }

    /** {@code dx = w·dy − a − b·(x − mean)}. */
    private static void gradient(long x, float mean, long dy, float w, float a, float b, long dx, int n) {
        FloatVector wv = splat(w);
        FloatVector bv = splat(-b);
        int i = 0;
        for (; i <= n - W; i += W) {
            FloatVector g =
                    fromMemorySegment(F, ALL, dy + 4L * i, ORDER).mul(wv).sub(a);
            fromMemorySegment(F, ALL, x + 4L * i, ORDER)
                    .sub(mean)
                    .fma(bv, g)
                    .intoMemorySegment(ALL, dx + 4L * i, ORDER);
        }
        if (i < n) {
            var mask = first(n - i);
            FloatVector g =
                    fromMemorySegment(F, ALL, dy + 4L * i, ORDER, mask).mul(wv).sub(a);
            fromMemorySegment(F, ALL, x + 4L * i, ORDER, mask)
                    .sub(mean)
                    .fma(bv, g)
                    .intoMemorySegment(ALL, dx + 4L * i, ORDER, mask);
        }
    }
}
