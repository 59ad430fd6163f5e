package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Group and batch normalisation of (images, channels, space) with a weight and bias a channel, and their gradients. Both
 * normalise sets of planes: a group's channels in one image, or one channel in all images. Address 0 for weight and bias
 * means there is none.
 */
final class ChannelNorms {
    private ChannelNorms() {}

    /** The planes that are normalised together: plane p of set s is channel {@code channel(s, p)} at {@code at(s, p)}. */
    private interface Sets {
        int count();

        int planes();

        int channel(int set, int plane);

        /** Elements from the start of the operand. */
        long at(int set, int plane);

        /** Planes of a set that adjoin. */
        int adjoining();
    }

    private record Groups(int images, int channels, int space, int groups) implements Sets {
        @Override
        public int count() {
            return images * groups;
        }

        @Override
        public int planes() {
            return channels / groups;
        }

        @Override
        public int channel(int set, int plane) {
            return set % groups * planes() + plane;
        }

        @Override
        public long at(int set, int plane) {
            return ((long) set * planes() + plane) * space;
        }

        @Override
        public int adjoining() {
            return planes();
        }
    }

    private record Batch(int images, int channels, int space) implements Sets {
        @Override
        public int count() {
            return channels;
        }

        @Override
        public int planes() {
            return images;
        }

        @Override
        public int channel(int set, int plane) {
            return set;
        }

        @Override
        public long at(int set, int plane) {
            return ((long) plane * channels + set) * space;
        }

        @Override
        public int adjoining() {
            return 1;
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
        forward(pool, new Groups(images, channels, space, groups), space, x, weight, bias, y, 0, 0, eps);
    }

    /** Also writes the mean and the biased variance of every channel. */
    static void batch(
            WorkPool pool,
            long x,
            long weight,
            long bias,
            long y,
            long mean,
            long variance,
            int images,
            int channels,
            int space,
            double eps) {
        if (space == 1 && images > 0) {
            new FeatureNorms(pool, images, channels, eps).forward(x, weight, bias, y, mean, variance);
            return;
        }
        forward(pool, new Batch(images, channels, space), space, x, weight, bias, y, mean, variance, eps);
    }

    private static void forward(
            WorkPool pool,
            Sets sets,
            int space,
            long x,
            long weight,
            long bias,
            long y,
            long means,
            long variances,
            double eps) {
        int planes = sets.planes();
        pool.parallelFor(sets.count(), grain(planes, space), (from, to) -> {
            for (int s = from; s < to; s++) {
                float mean = mean(sets, s, space, x);
                float squares = squares(sets, s, space, x, mean);
                float inverse = Norms.inverse(squares, (long) planes * space, eps);
                if (means != 0) {
                    set(means + 4L * s, mean);
                    set(variances + 4L * s, squares / ((float) planes * space));
                }
                for (int p = 0; p < planes; p++) {
                    long o = 4 * sets.at(s, p);
                    int c = sets.channel(s, p);
                    float scale = weight == 0 ? inverse : inverse * get(weight + 4L * c);
                    scaleShift(x + o, mean, scale, bias == 0 ? 0 : get(bias + 4L * c), y + o, space);
                }
            }
        });
    }

    private static int grain(int planes, int space) {
        return (int) Math.max(1, Nest.CHUNK / Math.max(1, (long) planes * space));
    }

    private static float mean(Sets sets, int s, int space, long x) {
        double sum = total(sets, s, space, (at, n) -> Reduce.sum(x + at, n));
        return (float) (sum / ((double) sets.planes() * space));
    }

    private static float squares(Sets sets, int s, int space, long x, float mean) {
        return (float) total(sets, s, space, (at, n) -> Reduce.squares(x + at, mean, n));
    }

    @FunctionalInterface
    private interface Part {
        float sum(long at, int n);
    }

    /** Over the elements of a set, in parts as long as adjoin, so that few sums begin and end. */
    private static double total(Sets sets, int s, int space, Part part) {
        double sum = 0;
        int n = sets.adjoining() * space;
        for (int p = 0; p < sets.planes(); p += sets.adjoining()) {
            long at = 4 * sets.at(s, p);
            for (int i = 0; i < n; i += Nest.CHUNK) {
                sum += part.sum(at + 4L * i, Math.min(Nest.CHUNK, n - i));
            }
        }
        return sum;
    }

    private static void scaleShift(long x, float mean, float scale, float shift, long y, int n) {
        FloatVector b = splat(shift);
        FloatVector m = splat(scale);
        int i = 0;
        for (; i <= n - W; i += W) {
            store(load(x + 4L * i).sub(mean).fma(m, b), y + 4L * i);
        }
        if (i < n) {
            var mask = first(n - i);
            store(load(x + 4L * i, mask).sub(mean).fma(m, b), y + 4L * i, mask);
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
        long sums = Scratch.floats(Slot.OUTPUT, 2L * images * channels);
        long dots = sums + 4L * images * channels;
        backward(pool, new Groups(images, channels, space, groups), space, x, weight, dy, dx, sums, dots, eps);
        if (dweight != 0) {
            Reductions.middle(pool, Reductions.Kind.SUM, dots, dweight, 1, images, channels);
            Reductions.middle(pool, Reductions.Kind.SUM, sums, dbias, 1, images, channels);
        }
    }

    /** Gradients of {@link #batch}. */
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
        long sums = Scratch.floats(Slot.OUTPUT, 2L * images * channels);
        long dots = sums + 4L * images * channels;
        // (channels, images): set-major, like the sets.
        backward(pool, new Batch(images, channels, space), space, x, weight, dy, dx, sums, dots, eps);
        Reductions.middle(pool, Reductions.Kind.SUM, dots, dweight, channels, images, 1);
        Reductions.middle(pool, Reductions.Kind.SUM, sums, dbias, channels, images, 1);
    }

    /**
     * With x̂ = (x − mean)·inverse: dx = inverse·(w·dy − Σ w·dy/n − x̂·Σ w·dy·x̂/n) over each set; Σ dy and Σ dy·x̂ of
     * every plane go to {@code sums} and {@code dots}, set by set.
     */
    private static void backward(
            WorkPool pool,
            Sets sets,
            int space,
            long x,
            long weight,
            long dy,
            long dx,
            long sums,
            long dots,
            double eps) {
        int planes = sets.planes();
        double n = (double) planes * space;
        pool.parallelFor(sets.count(), grain(planes, space), (from, to) -> {
            for (int s = from; s < to; s++) {
                float mean = mean(sets, s, space, x);
                float inverse = Norms.inverse(squares(sets, s, space, x, mean), (long) planes * space, eps);
                double total = 0;
                double dot = 0;
                for (int p = 0; p < planes; p++) {
                    long o = 4 * sets.at(s, p);
                    double w = weight == 0 ? 1 : get(weight + 4L * sets.channel(s, p));
                    long plane = 4L * ((long) s * planes + p);
                    sumAndDot(x + o, mean, inverse, dy + o, space, sums + plane, dots + plane);
                    total += w * get(sums + plane);
                    dot += w * get(dots + plane);
                }
                float a = (float) (inverse * total / n);
                float b = (float) (inverse * inverse * dot / n);
                for (int p = 0; p < planes; p++) {
                    long o = 4 * sets.at(s, p);
                    float w = weight == 0 ? inverse : inverse * get(weight + 4L * sets.channel(s, p));
                    gradPlane(x + o, mean, dy + o, w, a, b, dx + o, space);
                }
            }
        });
    }

    /** Writes Σ dy and Σ dy·(x − mean)·inverse. */
    private static void sumAndDot(long x, float mean, float inverse, long dy, int n, long sumTo, long dotTo) {
        FloatVector s0 = FloatVector.zero(Lanes.F);
        FloatVector s1 = s0;
        FloatVector d0 = s0;
        FloatVector d1 = s0;
        int i = 0;
        for (; i <= n - 2 * W; i += 2 * W) {
            long o = 4L * i;
            FloatVector g0 = load(dy + o);
            FloatVector g1 = load(dy + o + VB);
            s0 = s0.add(g0);
            s1 = s1.add(g1);
            d0 = load(x + o).sub(mean).fma(g0, d0);
            d1 = load(x + o + VB).sub(mean).fma(g1, d1);
        }
        for (; i < n; i += W) {
            var mask = first(Math.min(W, n - i));
            FloatVector g = load(dy + 4L * i, mask); // 0 beyond the plane
            s0 = s0.add(g);
            d0 = d0.add(load(x + 4L * i, mask).sub(mean).mul(g));
        }
        set(sumTo, Reduce.sum(s0.add(s1)));
        set(dotTo, Reduce.sum(d0.add(d1)) * inverse);
    }

    /** {@code dx = w·dy − a − b·(x − mean)}. */
    private static void gradPlane(long x, float mean, long dy, float w, float a, float b, long dx, int n) {
        FloatVector wv = splat(w);
        FloatVector bv = splat(-b);
        int i = 0;
        for (; i <= n - W; i += W) {
            FloatVector g = load(dy + 4L * i).mul(wv).sub(a);
            store(load(x + 4L * i).sub(mean).fma(bv, g), dx + 4L * i);
        }
        if (i < n) {
            var mask = first(n - i);
            FloatVector g = load(dy + 4L * i, mask).mul(wv).sub(a);
            store(load(x + 4L * i, mask).sub(mean).fma(bv, g), dx + 4L * i, mask);
        }
    }
}
