package sensorium.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import sensorium.op.BinaryKind;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.op.Primitive;
import sensorium.op.UnaryKind;
import sensorium.op.View;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * The gradient of every op, in one place: from the recorded op, its operands and dy, what flows to each operand. Rules are
 * written in tensor ops. javac refuses an op without a rule.
 */
final class Gradients {
    private Gradients() {}

    /** @param dy one an output, null where nothing depends on it; at least one is there */
    static List<Tensor> of(Node node, List<Tensor> dy) {
        return switch (node.op) {
            case View view -> List.of(view(view, node.inputs.get(0), dy.get(0)));
            case Primitive primitive -> primitive(primitive, node, dy.get(0));
            case Fused fused -> fused(fused, node, dy);
        };
    }

    private static Tensor view(View op, Tensor x, Tensor dy) {
        return switch (op) {
            case View.Reshape _ -> dy.reshape(x.shape());
            case View.Permute p -> dy.apply(p.inverse());
            case View.Expand _ -> sumTo(dy, x.shape());
            case View.Slice s -> unslice(s, x.shape(), dy);
            case View.Windows w -> dy.apply(new Primitive.Fold(w, x.dim(w.axis())));
        };
    }

    /** Puts a slice back among zeros. */
    private static Tensor unslice(View.Slice s, Shape shape, Tensor dy) {
        if (Math.abs(s.step()) != 1 && s.count() > 1) {
            var places = new Primitive.Iota(DType.I64, s.count(), s.start(), s.step());
            return dy.apply(
                    new Primitive.IndexAdd(s.axis(), shape.dim(s.axis())), Tensor.generate(places, dy.backend()));
        }
        boolean backwards = s.step() < 0 && s.count() > 1;
        int first = backwards ? s.start() - s.count() + 1 : s.start();
        Integer[] before = zeros(shape.rank());
        Integer[] after = zeros(shape.rank());
        before[s.axis()] = s.count() == 0 ? 0 : first;
        after[s.axis()] = shape.dim(s.axis()) - before[s.axis()] - s.count();
        Tensor forwards = backwards ? dy.flip(s.axis()) : dy;
        return forwards.apply(new Primitive.Pad(List.of(before), List.of(after), 0));
    }

    private static List<Tensor> primitive(Primitive op, Node node, Tensor dy) {
        Tensor x = node.inputs.isEmpty() ? null : node.inputs.get(0);
        Tensor second = node.inputs.size() > 1 ? node.inputs.get(1) : null;
        return switch (op) {
            case Primitive.Unary u -> one(unary(u.kind(), x, node.outputs.get(0), dy));
            case Primitive.Binary b -> binary(b, x, second, dy);
            case Primitive.Scalar s -> one(scalar(s, x, dy));
            case Primitive.Where _ -> where(node.inputs, dy);
            case Primitive.Cast _ -> one(x.dtype().isFloat() ? dy.to(x.dtype()) : null);
            case Primitive.Copy _ -> one(dy);
            case Primitive.Reduce r -> one(reduce(r, x, node.outputs.get(0), dy));
            case Primitive.CumSum c -> one(dy.apply(new Primitive.CumSum(c.axis(), !c.reverse())));
            case Primitive.MatMul _ -> matmul(x, second, dy);
            case Primitive.Conv2d c ->
                Arrays.asList(
                        x.isTracked()
                                ? dy.apply(new Primitive.Conv2dInputGrad(c.window(), x.dim(2), x.dim(3)), second)
                                : null,
                        second.isTracked() ? kernel(c.window(), x, second, dy) : null);
            // x is the upstream of a convolution here, the result an input gradient: roles turn round.
            case Primitive.Conv2dInputGrad c ->
                Arrays.asList(
                        x.isTracked() ? dy.apply(new Primitive.Conv2d(c.window()), second) : null,
                        second.isTracked() ? kernel(c.window(), dy, second, x) : null);
            case Primitive.Conv2dWeightGrad c ->
                Arrays.asList(
                        x.isTracked()
                                ? second.apply(new Primitive.Conv2dInputGrad(c.window(), x.dim(2), x.dim(3)), dy)
                                : null,
                        second.isTracked() ? x.apply(new Primitive.Conv2d(c.window()), dy) : null);
            case Primitive.Pad p -> {
                Tensor inner = dy;
                for (int i = 0; i < x.rank(); i++) {
                    inner = inner.slice(i, p.before().get(i), p.before().get(i) + x.dim(i));
                }
                yield one(inner);
            }
            case Primitive.Concat c -> {
                List<Tensor> parts = new ArrayList<>();
                int at = 0;
                for (Tensor t : node.inputs) {
                    parts.add(dy.slice(c.axis(), at, at + t.dim(c.axis())));
                    at += t.dim(c.axis());
                }
                yield parts;
            }
            case Primitive.IndexSelect s -> first(dy.apply(new Primitive.IndexAdd(s.axis(), x.dim(s.axis())), second));
            case Primitive.IndexAdd s -> first(dy.apply(new Primitive.IndexSelect(s.axis()), second));
            case Primitive.Gather g -> first(dy.apply(new Primitive.ScatterAdd(g.axis(), x.shape()), second));
            case Primitive.ScatterAdd s -> first(dy.apply(new Primitive.Gather(s.axis()), second));
            case Primitive.Fold f -> one(dy.apply(f.windows()));
            case Primitive.Fill _, Primitive.Iota _, Primitive.Random _, Primitive.ArgReduce _, Primitive.ArgSort _ ->
                throw new IllegalStateException("[" + op.name() + "] has no derivative");
        };
    }

    private static Tensor unary(UnaryKind kind, Tensor x, Tensor y, Tensor dy) {
        return switch (kind) {
            case NEG -> dy.neg();
            case EXP -> dy.times(y);
            case SQRT -> dy.times(0.5).dividedBy(y);
            case TANH -> dy.times(y.square().neg().plus(1));
            case SIGMOID -> dy.times(y.times(y.neg().plus(1)));
            default -> x.apply(new Fused.UnaryGrad(kind), dy);
        };
    }

    private static List<Tensor> binary(Primitive.Binary op, Tensor a, Tensor b, Tensor dy) {
        Tensor da = null;
        Tensor db = null;
        switch (op.kind()) {
            case ADD -> {
                da = dy;
                db = dy;
            }
            case SUB -> {
                da = dy;
                db = b.isTracked() ? dy.neg() : null;
            }
            case MUL -> {
                da = a.isTracked() ? dy.times(b) : null;
                db = b.isTracked() ? dy.times(a) : null;
            }
            case DIV -> {
                da = dy.dividedBy(b);
                db = b.isTracked() ? da.times(a).dividedBy(b).neg() : null;
            }
            case POW -> {
                da = a.isTracked() ? dy.times(b).times(a.pow(b.minus(1))) : null;
                // x^y·log x, which is 0 at x = 0 for y ≥ 0
                db = b.isTracked()
                        ? dy.times(Tensor.where(
                                a.eq(0), Tensor.full(a, 0), a.pow(b).times(a.log())))
                        : null;
            }
            case MAX, MIN -> {
                // A tie shares the gradient equally.
                Tensor half = a.eq(b).to(dy.dtype()).times(0.5);
                Tensor mine = (op.kind() == BinaryKind.MAX ? a.gt(b) : a.lt(b))
                        .to(dy.dtype())
                        .plus(half);
                da = dy.times(mine);
                db = dy.minus(da);
            }
            case EQ, NE, LT, LE, GT, GE, AND, OR ->
                throw new IllegalStateException("[" + op.name() + "] has no derivative");
        }
        return Arrays.asList(da == null ? null : sumTo(da, a.shape()), db == null ? null : sumTo(db, b.shape()));
    }

    private static Tensor scalar(Primitive.Scalar op, Tensor x, Tensor dy) {
        double c = op.value();
        return switch (op.kind()) {
            case ADD -> dy;
            case SUB -> op.valueFirst() ? dy.neg() : dy;
            case MUL -> dy.times(c);
            case DIV -> op.valueFirst() ? dy.times(x.square().reciprocal().times(-c)) : dy.dividedBy(c);
            case POW ->
                op.valueFirst()
                        ? dy.times(x.apply(op).times(Math.log(c)))
                        : c == 0 ? Tensor.zerosLike(x) : dy.times(x.pow(c - 1).times(c));
            // A tie goes to the operand, as clamping does in other frameworks.
            case MAX -> dy.times(x.ge(c).to(dy.dtype()));
            case MIN -> dy.times(x.le(c).to(dy.dtype()));
            case EQ, NE, LT, LE, GT, GE, AND, OR ->
                throw new IllegalStateException("[" + op.name() + "] has no derivative");
        };
    }

    private static List<Tensor> where(List<Tensor> in, Tensor dy) {
        Tensor zero = Tensor.full(dy, 0);
        Tensor da = in.get(1).isTracked()
                ? sumTo(Tensor.where(in.get(0), dy, zero), in.get(1).shape())
                : null;
        Tensor db = in.get(2).isTracked()
                ? sumTo(Tensor.where(in.get(0), zero, dy), in.get(2).shape())
                : null;
        return Arrays.asList(null, da, db);
    }

    private static Tensor reduce(Primitive.Reduce op, Tensor x, Tensor y, Tensor dy) {
        Shape kept = x.shape();
        for (int axis : op.axes()) {
            kept = kept.with(axis, 1);
        }
        Tensor wide = dy.reshape(kept);
        return switch (op.kind()) {
            case SUM -> wide.expand(x.shape());
            case MEAN -> wide.times((double) kept.size() / x.size()).expand(x.shape());
            case PROD -> wide.times(others(op, x));
            // Equal extremes share the gradient.
            case MAX, MIN -> {
                Tensor hit = x.eq(y.reshape(kept)).to(dy.dtype());
                yield hit.times(wide.dividedBy(total(hit, op)));
            }
        };
    }

    /** The sum over an op's axes, which stay. An op without axes sums nothing, unlike {@code sum()}. */
    private static Tensor total(Tensor t, Primitive.Reduce like) {
        return t.apply(new Primitive.Reduce(Primitive.Reduce.Kind.SUM, like.axes(), true));
    }

    /**
     * For each element the product of the others it is multiplied with: {@code Π/x}, but right beside one zero and beside
     * several. Where there are zeros it is correct as a value, its own derivative is not.
     */
    private static Tensor others(Primitive.Reduce op, Tensor x) {
        Tensor zero = x.eq(0);
        Tensor none = Tensor.full(x, 0);
        Tensor filled = Tensor.where(zero, Tensor.full(x, 1), x);
        Tensor rest = filled.apply(new Primitive.Reduce(op.kind(), op.axes(), true));
        Tensor zeros = total(zero.to(x.dtype()), op);
        Tensor besideZero = Tensor.where(zeros.eq(0), rest.dividedBy(filled), none);
        return Tensor.where(zero, Tensor.where(zeros.eq(1), rest, none), besideZero);
    }

    private static Tensor kernel(Primitive.Window window, Tensor x, Tensor weight, Tensor dy) {
        return x.apply(new Primitive.Conv2dWeightGrad(window, weight.dim(2), weight.dim(3)), dy);
    }

    private static List<Tensor> matmul(Tensor a, Tensor b, Tensor dy) {
        Tensor da = a.isTracked() ? sumTo(dy.matmul(b.transpose(-2, -1)), a.shape()) : null;
        Tensor db = null;
        if (b.isTracked()) {
            if (b.rank() == 2 && a.rank() > 2) {
                // One weight for a batch: fold the batch into the rows, one long product instead of many and a sum.
                db = a.flatten(0, a.rank() - 1).t().matmul(dy.flatten(0, dy.rank() - 1));
            } else {
                db = sumTo(a.transpose(-2, -1).matmul(dy), b.shape());
            }
        }
        return Arrays.asList(da, db);
    }

    private static List<Tensor> fused(Fused op, Node node, List<Tensor> dy) {
        List<Tensor> in = node.inputs;
        Tensor d = dy.get(0);
        boolean onlyFirst = d != null && dy.stream().skip(1).allMatch(t -> t == null);
        return switch (op) {
            case Fused.Softmax s -> one(node.outputs.get(0).apply(new Fused.SoftmaxGrad(s.axis()), d));
            case Fused.LogSoftmax s -> one(node.outputs.get(0).apply(new Fused.LogSoftmaxGrad(s.axis()), d));
            case Fused.Linear _ -> linear(in, d);
            case Fused.LayerNorm n -> norm(new Fused.LayerNormGrad(n.eps()), in, d, true);
            case Fused.RmsNorm n -> norm(new Fused.RmsNormGrad(n.eps()), in, d, false);
            case Fused.GroupNorm n -> norm(new Fused.GroupNormGrad(n.groups(), n.eps()), in, d, true);
            case Fused.BatchNorm n when onlyFirst -> norm(new Fused.BatchNormGrad(n.eps()), in, d, true);
            case Fused.Attention a
            when onlyFirst && (in.size() == 3 || !in.get(3).isTracked()) -> {
                List<Tensor> operands = new ArrayList<>(in);
                operands.addAll(node.outputs);
                operands.add(d);
                List<Tensor> grads = new ArrayList<>(
                        Dispatch.run(new Fused.AttentionGrad(a.scale(), a.causal(), a.offset()), operands));
                grads.addAll(Collections.nCopies(in.size() - 3, null));
                yield grads;
            }
            case Fused.CrossEntropy c
            when onlyFirst -> {
                var grad = new Fused.CrossEntropyGrad(c.smoothing());
                yield first(in.get(0).apply(grad, in.get(1), node.outputs.get(1), node.outputs.get(2), d));
            }
            case Fused.CtcLoss c -> {
                var grad = new Fused.CtcLossGrad(c.blank(), c.zeroInfinity());
                yield first(in.get(0).apply(grad, in.get(1), in.get(2), in.get(3), d));
            }
            case Fused.MaxPool2d p ->
                one(in.get(0).apply(new Fused.MaxPool2dGrad(p.kernelH(), p.kernelW(), p.window()), d));
            case Fused.RealFft f -> {
                Tensor x = in.get(0);
                Tensor dx = d.apply(new Fused.RealFftAdjoint(f.n(), x.dim(-1)));
                yield in.size() == 1
                        ? one(dx)
                        : Arrays.asList(
                                x.isTracked() ? dx.times(in.get(1)) : null,
                                in.get(1).isTracked()
                                        ? sumTo(dx.times(x), in.get(1).shape())
                                        : null);
            }
            case Fused.RealFftAdjoint f -> one(d.apply(new Fused.RealFft(f.n())));
            case Fused other -> Tape.vjp(other::fallback, in, dy);
        };
    }

    private static List<Tensor> linear(List<Tensor> in, Tensor dy) {
        Tensor x = in.get(0);
        Tensor weight = in.get(1);
        List<Tensor> gradients = new ArrayList<>();
        gradients.add(x.isTracked() ? dy.matmul(weight.to(x.dtype())) : null);
        Tensor rows = dy.flatten(0, dy.rank() - 1); // (M, out)
        gradients.add(
                weight.isTracked() ? rows.t().matmul(x.flatten(0, x.rank() - 1)).to(weight.dtype()) : null);
        if (in.size() == 3) {
            gradients.add(in.get(2).isTracked() ? rows.sum(0) : null);
        }
        return gradients;
    }

    private static List<Tensor> norm(Fused op, List<Tensor> in, Tensor dy, boolean bias) {
        List<Tensor> operands = new ArrayList<>(bias && in.size() == 3 ? in.subList(0, 2) : in);
        operands.add(dy);
        return Dispatch.run(op, operands);
    }

    /** Sums the axes that broadcasting had stretched. */
    private static Tensor sumTo(Tensor t, Shape shape) {
        if (t.shape().equals(shape)) {
            return t;
        }
        int extra = t.rank() - shape.rank();
        int[] axes = new int[t.rank()];
        int n = 0;
        for (int i = 0; i < t.rank(); i++) {
            if (i < extra || (shape.dim(i - extra) == 1 && t.dim(i) != 1)) {
                axes[n++] = i;
            }
        }
        return t.sum(true, Arrays.copyOf(axes, n)).reshape(shape);
    }

    private static Integer[] zeros(int n) {
        return Collections.nCopies(n, 0).toArray(Integer[]::new);
    }

    private static List<Tensor> one(Tensor t) {
        return Collections.singletonList(t);
    }

    private static List<Tensor> first(Tensor t) {
        return Arrays.asList(t, null);
    }
}
