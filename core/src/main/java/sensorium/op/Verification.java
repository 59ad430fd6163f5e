package sensorium.op;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import sensorium.autograd.Tape;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.backend.Operand;
import sensorium.memory.Scope;
import sensorium.memory.Storage;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * {@code --verify}: every kernel is run a second time, on a backend that is trusted and on copies of the same operands,
 * and the first result that differs by more than rounding ends the run. While no verification runs, an op pays for one
 * read of a field.
 *
 * <p>The budget of an element b is ε·(32·|b| + (8 + 4·√n)·s): n are the terms that were summed for it, s the largest that
 * they, or a result, can be. It holds for any order of summation, and a wrong index, edge or factor leaves it at once.
 */
public final class Verification {
    private static final double RELATIVE = 32;
    private static final double NORMWISE = 8;
    private static final double PER_ROOT_OF_TERMS = 4;

    private static volatile Backend oracle;

    private Verification() {}

    /** From now on, until {@link #stop}, all other backends answer to {@code trusted}. */
    public static void start(Backend trusted) {
        oracle = trusted;
    }

    public static void stop() {
        oracle = null;
    }

    /** Has {@code backend} compute, and checks it if that was asked for. */
    static void run(Backend backend, Op op, List<Operand> in, List<Operand> out) {
        Backend trusted = oracle;
        if (trusted == null || backend == trusted) {
            Profile.run(backend, op, in, out);
            return;
        }
        Scope.tidyRun(() -> {
            // Before the op: it may write over its operands.
            List<Tensor> operands = in.stream().map(x -> copy(x, trusted)).toList();
            Profile.run(backend, op, in, out);
            List<Tensor> expected = Tape.pause(() -> Backends.with(trusted, () -> Dispatch.run(op, operands, trusted)));
            double magnitude = magnitude(op, operands);
            for (int i = 0; i < out.size(); i++) {
                compare(op, operands, magnitude, copy(out.get(i), trusted), expected.get(i), backend);
            }
        });
    }

    /** The same numbers, lying in the same way, on another backend. */
    private static Tensor copy(Operand x, Backend to) {
        Storage from = x.storage();
        Storage storage = to.allocate(from.bytes());
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(from.bytes());
            from.backend().download(from, bytes);
            to.upload(bytes, storage);
        }
        return Tensor.adopt(new Operand(storage, x.dtype(), x.layout()));
    }

    private static void compare(
            Op op, List<Tensor> in, double magnitude, Tensor result, Tensor expected, Backend backend) {
        double[] is = result.toDoubles();
        double[] shouldBe = expected.toDoubles();
        double eps = epsilon(result.dtype());
        double scale = Math.max(largest(shouldBe), magnitude);
        double normwise = NORMWISE + PER_ROOT_OF_TERMS * Math.sqrt(terms(op, in, result));
        double tiny = eps > 0 ? Float.MIN_NORMAL : 0; // a device may flush what is smaller
        double everywhere = eps * normwise * scale + tiny;
        int worst = -1;
        double most = 0;
        for (int i = 0; i < is.length; i++) {
            double allowed = eps * RELATIVE * Math.abs(shouldBe[i]) + everywhere;
            double off = is[i] == shouldBe[i] || Double.isNaN(is[i]) && Double.isNaN(shouldBe[i])
                    ? 0
                    : Math.abs(is[i] - shouldBe[i]) / allowed;
            if (off > most || Double.isNaN(off)) {
                worst = i;
                most = Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
            }
        }
        if (most > 1) {
            throw new DivergenceException(
                    "[%s] of %s on %s leaves its error budget: %s at %s is %s, %s says %s (allowed %.2g either way)"
                            .formatted(
                                    op.name(),
                                    in.stream().map(t -> t.spec().toString()).collect(Collectors.joining(" x ")),
                                    backend.device(),
                                    result.spec(),
                                    place(worst, result.shape()),
                                    is[worst],
                                    expected.backend().device(),
                                    shouldBe[worst],
                                    eps * RELATIVE * Math.abs(shouldBe[worst]) + everywhere));
        }
    }

    /** What rounding errors are measured against beside the results, which may cancel. */
    private static double magnitude(Op op, List<Tensor> in) {
        return switch (op) {
            case Primitive.MatMul _,
                    Primitive.Conv2d _,
                    Primitive.Conv2dInputGrad _,
                    Primitive.Conv2dWeightGrad _,
                    Fused.Linear _,
                    Fused.LinearUnary _ -> largest(in.get(0)) * largest(in.get(1));
            case Primitive.Reduce _,
                    Primitive.CumSum _,
                    Primitive.IndexAdd _,
                    Primitive.ScatterAdd _,
                    Primitive.Fold _,
                    Fused _ ->
                in.stream()
                        .filter(t -> t.dtype().computes())
                        .mapToDouble(Verification::largest)
                        .max()
                        .orElse(0);
            default -> 0;
        };
    }

    /** About how many numbers went into one. */
    private static double terms(Op op, List<Tensor> in, Tensor result) {
        double size = Math.max(1, result.size());
        List<Operand> operands = in.stream().map(Tensor::operand).toList();
        double products = Cost.of(op, operands, List.of(result.operand())).flops() / 2.0;
        double longest = in.stream().mapToDouble(Tensor::size).max().orElse(0);
        return switch (op) {
            case Primitive.IndexAdd _, Primitive.ScatterAdd _, Primitive.CumSum _ -> longest;
            default -> Math.max(products, longest) / size;
        };
    }

    private static double largest(Tensor t) {
        return largest(t.toDoubles());
    }

    private static double largest(double[] values) {
        return Arrays.stream(values)
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }

    private static double epsilon(DType type) {
        return switch (type) {
            case F64 -> 0x1p-52;
            case F32 -> 0x1p-23;
            case F16 -> 0x1p-10;
            case BF16 -> 0x1p-7;
            default -> 0; // integers and truths are exact
        };
    }

    /** For example {@code [3, 0]}. */
    private static List<Integer> place(int element, Shape shape) {
        List<Integer> place = new ArrayList<>();
        long rest = element;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            place.addFirst((int) (rest % shape.dim(axis)));
            rest /= shape.dim(axis);
        }
        return place;
    }
}
