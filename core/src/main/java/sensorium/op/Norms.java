package sensorium.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sensorium.autograd.Tape;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/** What the norms among the fused ops share. */
final class Norms {
    private Norms() {}

    /** x alone, or x with {@code affine} vectors as long as {@code axis}. */
    static List<Spec> infer(Op op, List<Spec> in, int affine, int axis) {
        Check.that(in.size() == 1 || in.size() == 1 + affine, op, "takes 1 or " + (1 + affine) + " operands", in);
        Check.computes(op, in);
        Shape x = in.get(0).shape();
        Check.that(x.rank() >= 1, op, "needs at least one axis", in);
        Shape vector = Shape.of(x.dim(axis));
        Check.that(
                in.stream().skip(1).allMatch(s -> s.shape().equals(vector)),
                op,
                "weight and bias must be " + vector,
                in);
        return Check.like(in.get(0));
    }

    static List<Spec> inferGrad(Op op, List<Spec> in, int affine) {
        Check.count(op, in, 2, 3);
        Check.computes(op, in);
        Check.that(in.get(0).shape().equals(in.getLast().shape()), op, "shapes differ", in);
        if (in.size() == 2) {
            return Check.like(in.get(0));
        }
        return affine == 1 ? List.of(in.get(0), in.get(1)) : List.of(in.get(0), in.get(1), in.get(1));
    }

    /** The vector-Jacobian product of a norm; {@code bias} is not among the operands because no gradient depends on it. */
    static List<Tensor> grad(Fused norm, List<Tensor> in, boolean bias) {
        List<Tensor> operands = new ArrayList<>(in.subList(0, in.size() - 1));
        if (bias && operands.size() == 2) {
            operands.add(Tensor.zerosLike(operands.get(1)));
        }
        List<Tensor> upstream = new ArrayList<>();
        upstream.add(in.getLast());
        if (norm instanceof Fused.BatchNorm) {
            upstream.add(null);
            upstream.add(null);
        }
        return Tape.vjp(norm::fallback, operands, upstream);
    }

    /** (C) → (C, 1, …) so that it broadcasts over the channels of x (N, C, …). */
    static Tensor perChannel(Tensor vector, Tensor x) {
        int[] d = new int[x.rank() - 1];
        Arrays.fill(d, 1);
        d[0] = vector.dim(0);
        return vector.reshape(d);
    }
}
