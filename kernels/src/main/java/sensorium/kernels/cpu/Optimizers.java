package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.op.Fused.AdamWStep;

/** Steps of optimisers over adjoining floats: one pass over memory instead of a dozen. */
final class Optimizers {
    /** Elements that are worth handing to another thread: each stands for seven, read or written. */
    private static final int CHUNK = Nest.CHUNK / 4;

    private Optimizers() {}

    /** The new parameter and moments to {@code p1}, {@code m1}, {@code v1}, which may be {@code p}, {@code m}, {@code v}. */
    static void adamW(WorkPool pool, AdamWStep step, long p, long g, long m, long v, long p1, long m1, long v1, int n) {
        var factors = new Factors(step);
        pool.parallelFor(n, CHUNK, (from, to) -> {
            int i = from;
            for (; i <= to - W; i += W) {
                long o = 4L * i;
                FloatVector d = load(g + o);
                FloatVector first = load(m + o).mul(factors.beta1).add(d.mul(factors.rest1));
                FloatVector second = load(v + o).mul(factors.beta2).add(d.mul(d).mul(factors.rest2));
                FloatVector scale = second.sqrt().mul(factors.correction).add(factors.eps);
                FloatVector change = first.div(scale).mul(factors.rate);
                store(load(p + o).mul(factors.kept).sub(change), p1 + o);
                store(first, m1 + o);
                store(second, v1 + o);
            }
            if (i < to) {
                long o = 4L * i;
                var mask = first(to - i);
                FloatVector d = load(g + o, mask);
                FloatVector first = load(m + o, mask).mul(factors.beta1).add(d.mul(factors.rest1));
                FloatVector second =
                        load(v + o, mask).mul(factors.beta2).add(d.mul(d).mul(factors.rest2));
                FloatVector scale = second.sqrt().mul(factors.correction).add(factors.eps);
                FloatVector change = first.div(scale).mul(factors.rate);
                store(load(p + o, mask).mul(factors.kept).sub(change), p1 + o, mask);
                store(first, m1 + o, mask);
                store(second, v1 + o, mask);
            }
        });
    }

    /** What a step multiplies with, rounded once. */
    private record Factors(
            float beta1, float rest1, float beta2, float rest2, float correction, float eps, float rate, float kept) {
        Factors(AdamWStep s) {
            this(
                    (float) s.beta1(),
                    (float) (1 - s.beta1()),
                    (float) s.beta2(),
                    (float) (1 - s.beta2()),
                    (float) (1 / Math.sqrt(s.correction2())),
                    (float) s.eps(),
                    (float) (s.rate() / s.correction1()),
                    (float) (1 - s.rate() * s.decay()));
        }
    }
}
