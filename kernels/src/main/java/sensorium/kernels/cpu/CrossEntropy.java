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
 * Cross-entropy of rows of n adjoining floats with one target each: probabilities are never written in the forward pass
 * and written once, as the gradient, in the backward pass.
 */
final class CrossEntropy {
    private CrossEntropy() {}

    /** Also writes every row's maximum and its sum of {@code exp(x − max)}. */
    static void forward(
            WorkPool pool, long x, long targets, long loss, long max, long sum, int rows, int n, float smoothing) {
        Rows.blocks(pool, rows, n, (from, to, logs) -> {
            long exps = Scratch.floats(Slot.BLOCKS, n);
            for (int r = from; r < to; r++) {
                set(max + 4L * r, Reduce.max(x + 4L * r * n, n));
            }
            for (int r = from; r < to; r++) {
                set(sum + 4L * r, Exponential.run(x + 4L * r * n, get(max + 4L * r), exps, n));
            }
            Unaries.run(UnaryKind.LOG, sum + 4L * from, logs, to - from);
            for (int r = from; r < to; r++) {
                long row = x + 4L * r * n;
                float m = get(max + 4L * r);
                float log = get(logs + 4L * (r - from));
                float plain = m - get(row + 4L * Selections.index(targets, r, n)) + log;
                set(loss + 4L * r, smoothing == 0 ? plain : smooth(plain, m - Reduce.sum(row, n) / n + log, smoothing));
            }
        });
    }

    private static float smooth(float plain, float even, float smoothing) {
        return (1 - smoothing) * plain + smoothing * even;
    }

    /** {@code dx = dloss·(exp(x − max)/sum − q)}. */
    static void backward(
            WorkPool pool,
            long x,
            long targets,
            long max,
            long sum,
            long dloss,
            long dx,
            int rows,
            int n,
            float smoothing) {
        Rows.blocks(pool, rows, n, (from, to, _) -> {
            for (int r = from; r < to; r++) {
                Exponential.run(x + 4L * r * n, get(max + 4L * r), dx + 4L * r * n, n);
            }
            for (int r = from; r < to; r++) {
                long row = dx + 4L * r * n;
                float d = get(dloss + 4L * r);
                scaleShift(row, d / get(sum + 4L * r), -d * smoothing / n, n);
                long target = row + 4L * Selections.index(targets, r, n);
                set(target, get(target) - d * (1 - smoothing));
            }
        });
    }

    /** {@code y = y·scale + shift}. */
    private static void scaleShift(long y, float scale, float shift, int n) {
        FloatVector times = splat(scale);
        FloatVector plus = splat(shift);
        int i = 0;
        for (; i <= n - W; i += W) {
            store(load(y + 4L * i).fma(times, plus), y + 4L * i);
        }
        if (i < n) {
            var mask = first(n - i);
            store(load(y + 4L * i, mask).fma(times, plus), y + 4L * i, mask);
        }
    }
}
