package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;

/** Softmax and log-softmax over rows of n adjoining floats, and their gradients: a row stays in L1 between passes. */
final class Rows {
    private Rows() {}

    @FunctionalInterface
    private interface Row {
        /** @param at bytes from the start of an operand to its row */
        void run(long at);
    }

    private static void each(WorkPool pool, int rows, int n, Row body) {
        pool.parallelFor(rows, Math.max(1, Nest.CHUNK / 4 / Math.max(1, n)), (from, to) -> {
            for (int r = from; r < to; r++) {
                body.run(4L * r * n);
            }
        });
    }

    static void softmax(WorkPool pool, long x, long y, int rows, int n) {
        each(pool, rows, n, at -> {
            float sum = Exponential.run(x + at, Reduce.max(x + at, n), y + at, n);
            scale(y + at, 1 / sum, n);
        });
    }

    static void logSoftmax(WorkPool pool, long x, long y, int rows, int n) {
        each(pool, rows, n, at -> {
            float max = Reduce.max(x + at, n);
            float sum = Exponential.run(x + at, max, y + at, n);
            subtract(x + at, max, (float) StrictMath.log(sum), y + at, n);
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
        each(pool, rows, n, at -> {
            float dot = Reduce.dot(y + at, dy + at, n);
            int i = 0;
            for (; i <= n - W; i += W) {
                long o = at + 4L * i;
                store(load(dy + o).sub(dot).mul(load(y + o)), dx + o);
            }
            if (i < n) {
                long o = at + 4L * i;
                var mask = first(n - i);
                store(load(dy + o, mask).sub(dot).mul(load(y + o, mask)), dx + o, mask);
            }
        });
    }

    /** {@code dx = dy − eʸ·Σ dy}. */
    static void logSoftmaxGrad(WorkPool pool, long y, long dy, long dx, int rows, int n) {
        each(pool, rows, n, at -> {
            FloatVector minus = splat(-Reduce.sum(dy + at, n));
            Exponential.run(y + at, 0f, dx + at, n);
            int i = 0;
            for (; i <= n - W; i += W) {
                long o = at + 4L * i;
                store(load(dx + o).fma(minus, load(dy + o)), dx + o);
            }
            if (i < n) {
                long o = at + 4L * i;
                var mask = first(n - i);
                store(load(dx + o, mask).fma(minus, load(dy + o, mask)), dx + o, mask);
            }
        });
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
