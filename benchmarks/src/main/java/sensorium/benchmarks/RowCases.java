package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import sensorium.nn.Losses;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * What works row by row: softmax, losses, norms, activations; and steps of AdamW. Bytes are what must be read and written:
 * x and y forward; x, dy and dx more with a backward pass.
 */
final class RowCases {
    /** Tokens of eight pictures by ViT-B's width, and the scores of a long attention. */
    private static final int[][] SHAPES = {{8 * 197, 768}, {4096, 4096}};

    private static final double EPS = 1e-5;

    private RowCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int[] shape : SHAPES) {
            simple(cases, "softmax", shape, x -> x.softmax(-1), x -> torch.softmax(x, -1));
            simple(cases, "log_softmax", shape, x -> x.logSoftmax(-1), x -> torch.log_softmax(x, -1));
            norm(
                    cases,
                    "layer_norm",
                    shape,
                    shape[1],
                    (x, w, b) -> x.layerNorm(w, b, EPS),
                    (x, w, b) -> torch.layer_norm(
                            x, new long[] {shape[1]}, new TensorOptional(w), new TensorOptional(b), EPS, true));
            crossEntropy(cases, shape[0], shape[1]);
        }
        norm(
                cases,
                "group_norm",
                new int[] {8, 320, 32, 32},
                320,
                (x, w, b) -> x.groupNorm(32, w, b, EPS),
                (x, w, b) -> torch.group_norm(x, 32, new TensorOptional(w), new TensorOptional(b), EPS, true));
        int[] hidden = {8 * 197, 3072};
        simple(cases, "gelu", hidden, Tensor::gelu, torch::gelu);
        simple(cases, "gelu_tanh", hidden, Tensor::geluTanh, x -> torch.gelu(x, "tanh"));
        cases.add(adamW("adamw 10M", 1, 10_000_000));
        cases.add(adamW("adamw 100x10k", 100, 10_000));
        return cases;
    }

    private static void simple(
            List<Case> cases,
            String op,
            int[] shape,
            Function<Tensor, Tensor> ours,
            Function<org.bytedeco.pytorch.Tensor, org.bytedeco.pytorch.Tensor> theirs) {
        cases.add(new Case(name(op, shape), Roof.COPY, 2 * bytes(shape), () -> {
            Tensor x = Inputs.normal(shape);
            var tx = Torch.view(x);
            return List.of(Ours.of(() -> ours.apply(x)), Torch.of(() -> theirs.apply(tx)));
        }));
        cases.add(new Case(name(op, shape) + " fwd+bwd", Roof.COPY, 5 * bytes(shape), () -> {
            Tensor x = Inputs.normal(shape);
            Tensor dy = Inputs.normal(shape);
            return List.of(
                    Ours.backward(in -> ours.apply(in.get(0)), List.of(x), dy),
                    Torch.backward(in -> theirs.apply(in.get(0)), List.of(Torch.view(x)), Torch.view(dy)));
        }));
    }

    /** A function of x and of a weight and a bias. */
    private interface Affine<T> {
        T of(T x, T weight, T bias);
    }

    private static void norm(
            List<Case> cases,
            String op,
            int[] shape,
            int features,
            Affine<Tensor> ours,
            Affine<org.bytedeco.pytorch.Tensor> theirs) {
        cases.add(new Case(name(op, shape), Roof.COPY, 2 * bytes(shape), () -> {
            Tensor x = Inputs.normal(shape);
            Tensor w = Inputs.normal(features);
            Tensor b = Inputs.normal(features);
            var tx = Torch.view(x);
            var tw = Torch.view(w);
            var tb = Torch.view(b);
            return List.of(Ours.of(() -> ours.of(x, w, b)), Torch.of(() -> theirs.of(tx, tw, tb)));
        }));
        cases.add(new Case(name(op, shape) + " fwd+bwd", Roof.COPY, 5 * bytes(shape), () -> {
            List<Tensor> in = List.of(Inputs.normal(shape), Inputs.normal(features), Inputs.normal(features));
            Tensor dy = Inputs.normal(shape);
            return List.of(
                    Ours.backward(t -> ours.of(t.get(0), t.get(1), t.get(2)), in, dy),
                    Torch.backward(
                            t -> theirs.of(t.get(0), t.get(1), t.get(2)),
                            in.stream().map(Torch::view).toList(),
                            Torch.view(dy)));
        }));
    }

    private static void crossEntropy(List<Case> cases, int rows, int classes) {
        int[] shape = {rows, classes};
        cases.add(new Case(name("cross_entropy", shape), Roof.READ, bytes(shape), () -> {
            Tensor x = Inputs.normal(shape);
            Tensor at = targets(rows, classes);
            var tx = Torch.view(x);
            var tat = Torch.view(at);
            return List.of(
                    Ours.of(() -> Losses.crossEntropy(x, at)), Torch.of(() -> torch.cross_entropy_loss(tx, tat)));
        }));
        cases.add(new Case(name("cross_entropy", shape) + " fwd+bwd", Roof.COPY, 3 * bytes(shape), () -> {
            Tensor x = Inputs.normal(shape);
            Tensor at = targets(rows, classes);
            Tensor one = Tensor.full(1).keep();
            var tat = Torch.view(at);
            return List.of(
                    Ours.backward(in -> Losses.crossEntropy(in.get(0), at), List.of(x), one),
                    Torch.backward(
                            in -> torch.cross_entropy_loss(in.get(0), tat),
                            List.of(Torch.view(x)),
                            torch.scalar_tensor(new org.bytedeco.pytorch.Scalar(1f))));
        }));
    }

    /** A class for every row. */
    static Tensor targets(int rows, int classes) {
        long[] at = new long[rows];
        for (int i = 0; i < rows; i++) {
            at[i] = (long) i * 7919 % classes;
        }
        return Tensor.of(at, rows).keep();
    }

    /** Four arrays are read and three written. */
    private static Case adamW(String name, int tensors, int size) {
        return new Case("rows/" + name, Roof.COPY, 7.0 * 4 * tensors * size, () -> {
            List<Tensor> parameters = new ArrayList<>();
            List<Tensor> gradients = new ArrayList<>();
            for (int i = 0; i < tensors; i++) {
                parameters.add(Inputs.normal(size));
                gradients.add(Inputs.normal(size));
            }
            return List.of(new AdamW(parameters, gradients), TorchAdamW.of(parameters, gradients));
        });
    }

    private static double bytes(int... shape) {
        double elements = 1;
        for (int extent : shape) {
            elements *= extent;
        }
        return elements * DType.F32.bytes();
    }

    private static String name(String op, int... shape) {
        var name = new StringBuilder("rows/" + op + " ");
        for (int i = 0; i < shape.length; i++) {
            name.append(i == 0 ? "" : "x").append(shape[i]);
        }
        return name.toString();
    }
}
