package sensorium.op;

import java.util.List;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/** What {@link Fused.Attention} takes and means. */
final class AttentionMath {
    private AttentionMath() {}

    static List<Spec> infer(Fused.Attention op, List<Spec> in) {
        Check.count(op, in, 3, 4);
        Check.computes(op, in.subList(0, 3));
        Shape q = in.get(0).shape();
        Shape k = in.get(1).shape();
        Shape v = in.get(2).shape();
        Check.that(q.rank() == 4 && k.rank() == 4 && v.rank() == 4, op, "needs (batch, heads, length, width)", in);
        Check.that(
                q.range(0, 2).equals(k.range(0, 2)) && k.range(0, 3).equals(v.range(0, 3)) && q.dim(3) == k.dim(3),
                op,
                "queries, keys and values do not fit",
                in);
        if (in.size() == 4) {
            Spec mask = in.get(3);
            Check.that(
                    mask.dtype() == DType.BOOL || mask.dtype() == in.get(0).dtype(),
                    op,
                    "the mask must be BOOL or like the queries",
                    in);
            Shape scores = Shape.of(q.dim(0), q.dim(1), q.dim(2), k.dim(2));
            Check.that(
                    mask.shape().rank() <= 4
                            && Shape.broadcast(scores, mask.shape()).equals(scores),
                    op,
                    "the mask does not broadcast to " + scores,
                    in);
        }
        DType t = in.get(0).dtype();
        return List.of(new Spec(t, q.with(3, v.dim(3))), new Spec(t, q.without(3)));
    }

    static List<Tensor> of(Fused.Attention op, List<Tensor> in) {
        Tensor q = in.get(0);
        Tensor k = in.get(1);
        Tensor scores = q.matmul(k.transpose(-2, -1)).times(op.scale()); // (B,H,T,S)
        if (op.causal()) {
            Tensor query = Tensor.arange(q, q.dim(2)).plus(op.offset()).unsqueeze(1);
            Tensor key = Tensor.arange(q, k.dim(2)).unsqueeze(0);
            scores = Tensor.where(key.le(query), scores, Tensor.full(q, Double.NEGATIVE_INFINITY));
        }
        if (in.size() == 4) {
            Tensor mask = in.get(3);
            scores = mask.dtype() == DType.BOOL
                    ? Tensor.where(mask, scores, Tensor.full(q, Double.NEGATIVE_INFINITY))
                    : scores.plus(mask);
        }
        Tensor max = scores.max(true, -1);
        Tensor lse = scores.minus(max).exp().sum(false, -1).log().plus(max.squeeze(-1));
        return List.of(scores.softmax(-1).matmul(in.get(2)), lse);
    }
}
