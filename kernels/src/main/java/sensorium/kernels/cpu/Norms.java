package sensorium.kernels.cpu;

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
 * Layer and RMS normalisation of rows of n adjoining floats, and their gradients. Address 0 for weight (and bias, and
 * their gradients) means there is none.
 */
final class Norms {
    /** Rows whose parameter gradients are summed from zero before they join the total. */
    private static final int BLOCK = 64;
    /** Elements of the rows that go together in the gradient, see {@link Rows}. */
    private static final int ELEMENTS = 2048;

    private Norms() {}

    static void layer(WorkPool pool, long x, long weight, long bias, long y, int rows, int n, double eps) {
        forward(pool, true, x, weight, bias, y, rows, n, eps);
    }

    static void rms(WorkPool pool, long x, long weight, long y, int rows, int n, double eps) {
        forward(pool, false, x, weight, 0, y, rows, n, eps);
    }

    private static void forward(
            WorkPool pool, boolean centred, long x, long weight, long bias, long y, int rows, int n, double eps) {
        Rows.blocks(pool, rows, n, (from, to, means) -> {
            long inverses = means + 4L * (to - from);
            statistics(centred, x + 4L * from * n, to - from, n, eps, means, inverses);
            for (int r = from; r < to; r++) {
                long i = 4L * (r - from);
                affine(x + 4L * r * n, get(means + i), get(inverses + i), weight, bias, y + 4L * r * n, n);
            }
        });
    }

    /** The means (0 where not centred) and {@link #inverse inverse} deviations of rows. */
    private static void statistics(boolean centred, long x, int rows, int n, double eps, long means, long inverses) {
        for (int r = 0; r < rows; r++) {
            set(means + 4L * r, centred ? Reduce.sum(x + 4L * r * n, n) / n : 0f);
        }
        for (int r = 0; r < rows; r++) {
            set(inverses + 4L * r, Reduce.squares(x + 4L * r * n, get(means + 4L * r), n));
        }
        for (int r = 0; r < rows; r++) {
            set(inverses + 4L * r, inverse(get(inverses + 4L * r), n, eps));
        }
    }

    /** 1/√(sum/n + eps). */
    static float inverse(float sum, long n, double eps) {
        return (float) (1 / Math.sqrt((double) sum / n + eps));
    }

    /** {@code y = (x − mean)·inverse·weight + bias}. */
    private static void affine(long x, float mean, float inverse, long weight, long bias, long y, int n) {
        int i = 0;
        for (; i <= n - W; i += W) {
            long o = 4L * i;
            FloatVector v = load(x + o).sub(mean).mul(inverse);
            if (weight != 0) {
                v = v.mul(load(weight + o));
            }
            store(bias != 0 ? v.add(load(bias + o)) : v, y + o);
        }
        if (i < n) {
            long o = 4L * i;
            var mask = first(n - i);
            FloatVector v = load(x + o, mask).sub(mean).mul(inverse);
            if (weight != 0) {
                v = v.mul(load(weight + o, mask));
            }
            store(bias != 0 ? v.add(load(bias + o, mask)) : v, y + o, mask);
        }
    }

    /** Gradients of {@link #layer}; {@code dweight} and {@code dbias} are 0 where there is no weight. */
    static void layerGrad(
            WorkPool pool,
            long x,
            long weight,
            long dy,
            long dx,
            long dweight,
            long dbias,
            int rows,
            int n,
            double eps) {
        grad(pool, true, x, weight, dy, dx, dweight, dbias, rows, n, eps);
    }

    /** Gradients of {@link #rms}. */
    static void rmsGrad(
            WorkPool pool, long x, long weight, long dy, long dx, long dweight, int rows, int n, double eps) {
        grad(pool, false, x, weight, dy, dx, dweight, 0, rows, n, eps);
    }

    /**
     * With x̂ = (x − mean)·inverse and g = dy·weight: dx = inverse·(g − Σg/n − x̂·Σ(g·x̂)/n), where RMS norm has neither
     * the mean nor Σg/n; dweight = Σ over rows of dy·x̂, dbias = Σ over rows of dy.
     */
    private static void grad(
            WorkPool pool,
            boolean centred,
            long x,
            long weight,
            long dy,
            long dx,
            long dweight,
            long dbias,
            int rows,
            int n,
            double eps) {
        int blocks = Math.ceilDiv(rows, BLOCK);
        // One row of partial sums a block for dweight, then one for dbias, then ones where there is no weight.
        long partial = Scratch.floats(Slot.OUTPUT, (2L * blocks + 1) * n);
        long ones = partial + 8L * blocks * n;
        Lanes.fill(partial, 2L * blocks * n, 0f);
        if (weight == 0) {
            Lanes.fill(ones, n, 1f);
        }
        int some = Math.max(1, ELEMENTS / Math.max(1, n));
        pool.parallelFor(blocks, 1, (from, to) -> {
            long numbers = Scratch.floats(Slot.STATISTICS, 4L * BLOCK);
            for (int block = from; block < to; block++) {
                long dw = partial + 4L * block * n;
                long db = partial + 4L * (blocks + block) * n;
                int end = Math.min(rows, (block + 1) * BLOCK);
                for (int r = block * BLOCK; r < end; r += some) {
                    long at = 4L * r * n;
                    int count = Math.min(some, end - r);
                    long w = weight == 0 ? ones : weight;
                    gradRows(centred, x + at, w, dy + at, dx + at, dw, db, count, n, eps, numbers);
                }
            }
        });
        if (dweight != 0) {
            Reductions.middle(pool, Reductions.Kind.SUM, partial, dweight, 1, blocks, n);
        }
        if (dbias != 0) {
            Reductions.middle(pool, Reductions.Kind.SUM, partial + 4L * blocks * n, dbias, 1, blocks, n);
        }
    }

    private static void gradRows(
            boolean centred,
            long x,
            long weight,
            long dy,
            long dx,
            long dw,
            long db,
            int rows,
            int n,
            double eps,
            long numbers) {
        long inverses = numbers + 4L * rows;
        long sums = inverses + 4L * rows;
        long dots = sums + 4L * rows;
        statistics(centred, x, rows, n, eps, numbers, inverses);
        for (int r = 0; r < rows; r++) {
            long at = 4L * r * n;
            float mean = get(numbers + 4L * r);
            float inverse = get(inverses + 4L * r);
            gradSums(x + at, mean, inverse, weight, dy + at, dw, db, n, sums + 4L * r, dots + 4L * r);
        }
        for (int r = 0; r < rows; r++) {
            long at = 4L * r * n;
            float a = centred ? get(sums + 4L * r) / n : 0;
            float b = -get(dots + 4L * r) / n;
            gradInput(x + at, get(numbers + 4L * r), get(inverses + 4L * r), weight, dy + at, a, b, dx + at, n);
        }
    }

    /** Adds dy·x̂ and dy to {@code dw} and {@code db}; writes Σg and Σ(g·x̂). */
    private static void gradSums(
            long x, float mean, float inverse, long weight, long dy, long dw, long db, int n, long sumTo, long dotTo) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        FloatVector dot = FloatVector.zero(Lanes.F);
        int i = 0;
        for (; i <= n - W; i += W) {
            long o = 4L * i;
            FloatVector d = load(dy + o);
            FloatVector h = load(x + o).sub(mean).mul(inverse);
            FloatVector g = d.mul(load(weight + o));
            sum = sum.add(g);
            dot = g.fma(h, dot);
            store(d.fma(h, load(dw + o)), dw + o);
            store(d.add(load(db + o)), db + o);
        }
        if (i < n) {
            long o = 4L * i;
            var mask = first(n - i);
            FloatVector d = load(dy + o, mask);
            FloatVector h = load(x + o, mask).sub(mean).mul(inverse);
            FloatVector g = d.mul(load(weight + o, mask)); // 0 beyond the row
            sum = sum.add(g);
            dot = g.fma(h, dot);
            store(d.fma(h, load(dw + o, mask)), dw + o, mask);
            store(d.add(load(db + o, mask)), db + o, mask);
        }
        set(sumTo, Reduce.sum(sum));
        set(dotTo, Reduce.sum(dot));
    }

    /** {@code dx = inverse·(dy·weight − a + b·x̂)}. */
    private static void gradInput(
            long x, float mean, float inverse, long weight, long dy, float a, float b, long dx, int n) {
        FloatVector slope = splat(b);
        int i = 0;
        for (; i <= n - W; i += W) {
            long o = 4L * i;
            FloatVector h = load(x + o).sub(mean).mul(inverse);
            FloatVector g = load(dy + o).mul(load(weight + o)).sub(a);
            store(h.fma(slope, g).mul(inverse), dx + o);
        }
        if (i < n) {
            long o = 4L * i;
            var mask = first(n - i);
            FloatVector h = load(x + o, mask).sub(mean).mul(inverse);
            FloatVector g = load(dy + o, mask).mul(load(weight + o, mask)).sub(a);
            store(h.fma(slope, g).mul(inverse), dx + o, mask);
        }
    }
}
