package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.op.Fused.AdamWStep;

/** Steps of optimisers over adjoining floats: one pass over memory instead of a dozen. */
final class Optimizers {
    private Optimizers() {}

    /** The new parameter and moments to {@code p1}, {@code m1}, {@code v1}. */
    static void adamW(WorkPool pool, AdamWStep step, long p, long g, long m, long v, long p1, long m1, long v1, int n) {
        pool.parallelFor(n, Nest.CHUNK, (from, to) -> {
            for (int i = from; i < to; i += W) {
                adamW(step, 4L * i, Math.min(W, to - i), p, g, m, v, p1, m1, v1);
            }
        });
    }

    private static void adamW(
            AdamWStep s, long o, int lanes, long p, long g, long m, long v, long p1, long m1, long v1) {
        var mask = first(lanes);
        FloatVector d = load(g + o, mask);
        FloatVector first = load(m + o, mask).mul((float) s.beta1()).add(d.mul((float) (1 - s.beta1())));
        FloatVector second =
                load(v + o, mask).mul((float) s.beta2()).add(d.mul(d).mul((float) (1 - s.beta2())));
        FloatVector scale =
                second.sqrt().mul((float) (1 / Math.sqrt(s.correction2()))).add((float) s.eps());
        FloatVector change = first.div(scale).mul((float) (s.rate() / s.correction1()));
        FloatVector kept = load(p + o, mask).mul(splat((float) (1 - s.rate() * s.decay())));
        store(kept.sub(change), p1 + o, mask);
        store(first, m1 + o, mask);
        store(second, v1 + o, mask);
    }
}
