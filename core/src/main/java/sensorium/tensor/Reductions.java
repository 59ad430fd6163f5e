package sensorium.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.op.Fused;
import sensorium.op.Primitive;
import sensorium.op.Primitive.Reduce.Kind;

/** Many elements into few. Axes may be negative; none given means all. */
public sealed interface Reductions permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor reduce(Kind kind, boolean keepDims, int... axes) {
        Shape shape = self().shape();
        List<Integer> normal = axes.length == 0
                ? IntStream.range(0, shape.rank()).boxed().toList()
                : Arrays.stream(axes)
                        .map(shape::axis)
                        .distinct()
                        .sorted()
                        .boxed()
                        .toList();
        return self().apply(new Primitive.Reduce(kind, normal, keepDims));
    }

    default Tensor sum(int... axes) {
        return reduce(Kind.SUM, false, axes);
    }

    /** @param keepDims whether reduced axes stay with extent 1 */
    default Tensor sum(boolean keepDims, int... axes) {
        return axes.length == 0 && keepDims && self().rank() == 0 ? self() : reduce(Kind.SUM, keepDims, axes);
    }

    default Tensor mean(int... axes) {
        return reduce(Kind.MEAN, false, axes);
    }

    default Tensor mean(boolean keepDims, int... axes) {
        return reduce(Kind.MEAN, keepDims, axes);
    }

    default Tensor product(int... axes) {
        return reduce(Kind.PROD, false, axes);
    }

    default Tensor max(int... axes) {
        return reduce(Kind.MAX, false, axes);
    }

    default Tensor max(boolean keepDims, int... axes) {
        return reduce(Kind.MAX, keepDims, axes);
    }

    default Tensor min(int... axes) {
        return reduce(Kind.MIN, false, axes);
    }

    default Tensor min(boolean keepDims, int... axes) {
        return reduce(Kind.MIN, keepDims, axes);
    }

    /** BOOL: whether any element is true. */
    default Tensor any(int... axes) {
        return reduce(Kind.MAX, false, axes);
    }

    /** BOOL: whether all elements are true. */
    default Tensor all(int... axes) {
        return reduce(Kind.MIN, false, axes);
    }

    /** The biased variance: the mean of squared deviations. */
    default Tensor variance(boolean keepDims, int... axes) {
        return self().minus(mean(true, axes)).square().mean(keepDims, axes);
    }

    /** {@code √Σx²}. */
    default Tensor norm(boolean keepDims, int... axes) {
        return self().square().sum(keepDims, axes).sqrt();
    }

    /** {@code log Σ eˣ} along an axis, without overflow. */
    default Tensor logSumExp(boolean keepDims, int axis) {
        Tensor max = self().detached().max(true, axis);
        // A row of −∞ only: subtracting −∞ would make NaN of it.
        Tensor finite = Tensor.where(max.abs().eq(Double.POSITIVE_INFINITY), Tensor.full(max, 0), max);
        Tensor kept = self().minus(finite).exp().sum(true, axis).log().plus(finite);
        return keepDims ? kept : kept.squeeze(axis);
    }

    /** I64 indices of the first greatest element along an axis. */
    default Tensor argMax(int axis) {
        return self().apply(new Primitive.ArgReduce(true, self().shape().axis(axis)));
    }

    default Tensor argMin(int axis) {
        return self().apply(new Primitive.ArgReduce(false, self().shape().axis(axis)));
    }

    default Tensor cumSum(int axis) {
        return self().apply(new Primitive.CumSum(self().shape().axis(axis), false));
    }

    /** I64 indices that sort an axis; stable. */
    default Tensor argSort(int axis, boolean descending) {
        return self().apply(new Primitive.ArgSort(self().shape().axis(axis), descending));
    }

    /** The elements of an axis in order. */
    default Tensor sort(int axis, boolean descending) {
        return self().gather(axis, argSort(axis, descending));
    }

    /** I64 indices of the {@code k} greatest elements along an axis, greatest first; take values with {@code gather}. */
    default Tensor topK(int axis, int k) {
        return argSort(axis, true).slice(axis, 0, k);
    }

    default Tensor softmax(int axis) {
        return self().apply(new Fused.Softmax(self().shape().axis(axis)));
    }

    default Tensor logSoftmax(int axis) {
        return self().apply(new Fused.LogSoftmax(self().shape().axis(axis)));
    }
}
