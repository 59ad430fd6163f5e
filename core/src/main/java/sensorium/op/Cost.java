package sensorium.op;

import java.util.List;
import sensorium.backend.Operand;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/**
 * What an op costs at least, whatever the kernel does.
 *
 * @param flops two for every multiply-add of a product; 0 for the ops that memory bounds and whose arithmetic nobody counts
 * @param bytes of the operands and results, each element once, a broadcast operand as small as it is
 */
public record Cost(long flops, long bytes) {
    static Cost of(Op op, List<Operand> in, List<Operand> out) {
        long bytes = 0;
        for (Operand o : out) {
            bytes += o.spec().bytes();
        }
        for (Operand o : in) {
            // What is selected from is read as far as it is selected.
            boolean table = o == in.get(0) && (op instanceof Primitive.IndexSelect || op instanceof Primitive.Gather);
            long all = distinct(o.layout()) * o.dtype().bytes();
            bytes += table ? Math.min(all, out.get(0).spec().bytes()) : all;
        }
        return new Cost(2 * multiplyAdds(op, in, out), bytes);
    }

    private static long multiplyAdds(Op op, List<Operand> in, List<Operand> out) {
        return switch (op) {
            case Primitive.MatMul _ ->
                out.get(0).shape().size() * in.get(0).shape().dim(-1);
            case Fused.Nearest _ -> in.get(0).shape().size() * in.get(1).shape().dim(0);
            case Fused.Linear _, Fused.LinearUnary _ ->
                out.get(0).shape().size() * in.get(0).shape().dim(-1);
            // Every element of y, dy or dy has one for each element of a kernel.
            case Primitive.Conv2d _ ->
                out.get(0).shape().size() * kernel(in.get(1).shape());
            case Primitive.Conv2dInputGrad _ ->
                in.get(0).shape().size() * kernel(in.get(1).shape());
            case Primitive.Conv2dWeightGrad _ ->
                in.get(1).shape().size() * kernel(out.get(0).shape());
            // scores and values
            case Fused.Attention a -> pairs(in, a.causal(), a.offset()) * (width(in, 1) + width(in, 2));
            // scores again, then dq and dk; the slopes of the weights and dv
            case Fused.AttentionGrad a -> pairs(in, a.causal(), a.offset()) * (3 * width(in, 1) + 2 * width(in, 2));
            default -> 0;
        };
    }

    private static long kernel(Shape weight) {
        return weight.range(1, weight.rank()).size();
    }

    private static long width(List<Operand> in, int i) {
        return in.get(i).shape().dim(3);
    }

    /** Queries times the keys that each may see. */
    private static long pairs(List<Operand> in, boolean causal, int offset) {
        Shape q = in.get(0).shape();
        int keys = in.get(1).shape().dim(2);
        long seen = 0;
        for (int i = 0; i < q.dim(2); i++) {
            seen += causal ? Math.clamp(1L + i + offset, 0, keys) : keys;
        }
        return seen * q.dim(0) * q.dim(1);
    }

    private static long distinct(Layout layout) {
        long n = 1;
        for (int i = 0; i < layout.shape().rank(); i++) {
            n *= layout.stride(i) == 0
                    ? Math.min(1, layout.shape().dim(i))
                    : layout.shape().dim(i);
        }
        return n;
    }
}
