package sensorium.op;

import java.util.ArrayList;
import java.util.List;
import sensorium.autograd.Tape;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** What {@link OpConformance} and {@link GradientCheck} do to a case. */
final class Conformance {
    private Conformance() {}

    /** Arbitrary but fixed weights of the results, so that one number depends on all of them. */
    static List<Tensor> upstream(List<Tensor> outputs) {
        List<Tensor> u = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            Tensor y = outputs.get(i);
            u.add(y.dtype().computes() ? fixed(y, 101 + i) : null);
        }
        return u;
    }

    /** Fixed numbers in [−1, 1) like {@code t}. */
    static Tensor fixed(Tensor t, long seed) {
        var random = new Philox(seed, 1);
        double[] v = new double[Math.toIntExact(t.size())];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.uniform(i, -1, 1);
        }
        return Tensor.of(t, v).reshape(t.shape()).to(t.dtype());
    }

    /** {@code Σ u·y} over all results that are numbers. */
    static Tensor loss(List<Tensor> outputs, List<Tensor> upstream) {
        Tensor sum = null;
        for (int i = 0; i < outputs.size(); i++) {
            if (upstream.get(i) != null) {
                Tensor term = outputs.get(i).times(upstream.get(i)).sum().to(DType.F64);
                sum = sum == null ? term : sum.plus(term);
            }
        }
        return sum;
    }

    static List<Tensor> track(List<Tensor> operands) {
        return operands.stream()
                .map(t -> t.dtype().computes() ? t.tracked() : t)
                .toList();
    }

    static List<Tensor> tracked(List<Tensor> operands) {
        return operands.stream().filter(Tensor::isTracked).toList();
    }

    /** Gradients of {@link #loss} with respect to every operand that is a number. */
    static List<Tensor> gradients(OpCase c, List<Tensor> operands) {
        List<Tensor> leaves = track(operands);
        return Tape.record(tape -> {
            List<Tensor> y = c.run().apply(leaves);
            return tape.gradients(loss(y, upstream(y)), tracked(leaves));
        });
    }
}
