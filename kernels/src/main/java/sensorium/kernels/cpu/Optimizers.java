package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
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
        pool.parallelFor(n, CHUNK, (from, to) -> adamW(factors, p, g, m, v, p1, m1, v1, 4L * from, 4L * (to - from)));
    }

    /** Bytes {@code [at, at + length)} of each, in a method of its own: the compiler runs out of budget in a larger one. */
    private static void adamW(
            Factors f, long p, long g, long m, long v, long p1, long m1, long v1, long at, long length) {
        FloatVector beta1 = broadcast(F, f.beta1);
        FloatVector rest1 = broadcast(F, f.rest1);
        FloatVector beta2 = broadcast(F, f.beta2);
        FloatVector rest2 = broadcast(F, f.rest2);
        FloatVector correction = broadcast(F, f.correction);
        FloatVector eps = broadcast(F, f.eps);
        FloatVector rate = broadcast(F, f.rate);
        FloatVector kept = broadcast(F, f.kept);
        long o = at;
        for (; o <= at + length - VB; o += VB) {
            FloatVector d = fromMemorySegment(F, ALL, g + o, ORDER);
            FloatVector first =
                    fromMemorySegment(F, ALL, m + o, ORDER).mul(beta1).add(d.mul(rest1));
            FloatVector second = fromMemorySegment(F, ALL, v + o, ORDER)
                    .mul(beta2)
                    .add(d.mul(d).mul(rest2));
            FloatVector scale = second.sqrt().mul(correction).add(eps);
            FloatVector change = first.div(scale).mul(rate);
            FloatVector next = fromMemorySegment(F, ALL, p + o, ORDER).mul(kept).sub(change);
            next.intoMemorySegment(ALL, p1 + o, ORDER);
            first.intoMemorySegment(ALL, m1 + o, ORDER);
            second.intoMemorySegment(ALL, v1 + o, ORDER);
        }
        if (o < at + length) {
            var mask = first((int) ((at + length - o) / 4));
            FloatVector d = load(g + o, mask);
            FloatVector first = load(m + o, mask).mul(beta1).add(d.mul(rest1));
            FloatVector second = load(v + o, mask).mul(beta2).add(d.mul(d).mul(rest2));
            FloatVector scale = second.sqrt().mul(correction).add(eps);
            FloatVector change = first.div(scale).mul(rate);
            store(load(p + o, mask).mul(kept).sub(change), p1 + o, mask);
            store(first, m1 + o, mask);
            store(second, v1 + o, mask);
        }
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
