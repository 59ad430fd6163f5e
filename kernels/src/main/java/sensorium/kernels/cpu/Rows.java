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
import sensorium.op.UnaryKind;

/**
 * Softmax and log-softmax over rows of n adjoining floats, and their gradients. A few rows that fit L1 go through each
 * pass together: what one row's pass waits for, such as the sum of its lanes, the next row's work hides.
 */
final class Rows {
    /** Elements of the rows that go together. */
    private static final int BLOCK = Nest.CHUNK / 4;

    private Rows() {}

    @FunctionalInterface
    interface Block {
        /** @param numbers room for four floats a row */
        void run(int from, int to, long numbers);
    }

    /** Runs {@code body} over blocks of rows. */
    static void blocks(WorkPool pool, int rows, int n, Block body) {
        int some = Math.max(1, BLOCK / Math.max(1, n));
        pool.parallelFor(
                rows, some, (from, to) -> body.run(from, to, Scratch.floats(Slot.STATISTICS, 4L * (to - from))));
    }

    static void softmax(WorkPool pool, long x, long y, int rows, int n) {
        blocks(pool, rows, n, (from, to, numbers) -> {
            exponentials(x, y, from, to, n, numbers, numbers);
            for (int r = from; r < to; r++) {
                scale(y + 4L * r * n, 1 / get(numbers + 4L * (r - from)), n);
            }
        });
    }

    /** {@code y = exp(x − max)} for rows {@code from} to {@code to}; the maxima and then the sums go to memory. */
    private static void exponentials(long x, long y, int from, int to, int n, long max, long sum) {
        for (int r = from; r < to; r++) {
            set(max + 4L * (r - from), Reduce.peak(x + 4L * r * n, n));
        }
        for (int r = from; r < to; r++) {
            long at = 4L * r * n;
            set(sum + 4L * (r - from), Exponential.run(x + at, get(max + 4L * (r - from)), y + at, n));
        }
    }

    static void logSoftmax(WorkPool pool, long x, long y, int rows, int n) {
        blocks(pool, rows, n, (from, to, max) -> {
            long log = max + 4L * (to - from);
            exponentials(x, y, from, to, n, max, log);
            Unaries.run(UnaryKind.LOG, log, log, to - from);
            for (int r = from; r < to; r++) {
                long at = 4L * r * n;
                subtract(x + at, get(max + 4L * (r - from)), get(log + 4L * (r - from)), y + at, n);
            }
        });
    }

    /** {@code y = x − a − b}. */
    private static void subtract(long x, float a, float b, long y, int n) {
        int i = 0;
        for (; i <= n - W; i += W) {
            store(load(x + 4L * i).sub(a).sub(b), y + 4L * i);
        }
        if (i < n) {
            var mask = first(n - i);
            store(load(x + 4L * i, mask).sub(a).sub(b), y + 4L * i, mask);
        }
    }

    /** {@code dx = y·(dy − Σ y·dy)}. */
    static void softmaxGrad(WorkPool pool, long y, long dy, long dx, int rows, int n) {
        blocks(pool, rows, n, (from, to, dots) -> {
            for (int r = from; r < to; r++) {
                set(dots + 4L * (r - from), Reduce.dot(y + 4L * r * n, dy + 4L * r * n, n));
            }
            for (int r = from; r < to; r++) {
                long at = 4L * r * n;
                weighted(y + at, dy + at, get(dots + 4L * (r - from)), dx + at, n);
            }
        });
    }

    /** {@code dx = y·(dy − dot)}. */
    private static void weighted(long y, long dy, float dot, long dx, int n) {
        int i = 0;
        for (; i <= n - W; i += W) {
            store(load(dy + 4L * i).sub(dot).mul(load(y + 4L * i)), dx + 4L * i);
        }
        if (i < n) {
            var mask = first(n - i);
            store(load(dy + 4L * i, mask).sub(dot).mul(load(y + 4L * i, mask)), dx + 4L * i, mask);
        }
    }

    /** {@code dx = dy − eʸ·Σ dy}. */
    static void logSoftmaxGrad(WorkPool pool, long y, long dy, long dx, int rows, int n) {
        blocks(pool, rows, n, (from, to, sums) -> {
            for (int r = from; r < to; r++) {
                set(sums + 4L * (r - from), Reduce.sum(dy + 4L * r * n, n));
            }
            for (int r = from; r < to; r++) {
                Exponential.run(y + 4L * r * n, 0f, dx + 4L * r * n, n);
            }
            for (int r = from; r < to; r++) {
                long at = 4L * r * n;
                addScaled(dx + at, -get(sums + 4L * (r - from)), dy + at, n);
            }
        });
    }

    /** {@code y = x + factor·y}. */
    private static void addScaled(long y, float factor, long x, int n) {
        FloatVector times = splat(factor);
        int i = 0;
        for (; i <= n - W; i += W) {
            store(load(y + 4L * i).fma(times, load(x + 4L * i)), y + 4L * i);
        }
        if (i < n) {
            var mask = first(n - i);
            store(load(y + 4L * i, mask).fma(times, load(x + 4L * i, mask)), y + 4L * i, mask);
        }
    }

    static void scale(long y, float factor, int n) {
        int i = 0;
        for (; i <= n - W; i += W) {
            store(load(y + 4L * i).mul(factor), y + 4L * i);
        }
        if (i < n) {
            var mask = first(n - i);
            store(load(y + 4L * i, mask).mul(factor), y + 4L * i, mask);
        }
    }
}
