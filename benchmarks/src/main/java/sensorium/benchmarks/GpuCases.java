package sensorium.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import sensorium.backend.Backends;
import sensorium.memory.Scope;
import sensorium.memory.Storage;
import sensorium.nn.Losses;
import sensorium.op.Fused;
import sensorium.op.Primitive.Window;
import sensorium.tensor.Tensor;
import sensorium.vision.Vit;

/** The work that GPUs are measured on; {@code gpu/torch_peer.py} does the same under the same names. */
final class GpuCases {
    private static final double GIGA = 1e9;
    private static final int COPIED = 256_000_000;

    /**
     * @param work of one run, in units of {@code unit} × seconds
     * @param opener makes the inputs; what it gives does the work once, without waiting for the end
     */
    record GpuCase(String name, String unit, double work, Supplier<Runnable> opener) {}

    private GpuCases() {}

    static List<GpuCase> all() {
        List<GpuCase> cases = new ArrayList<>();
        for (int n : new int[] {1024, 2048, 4096, 8192}) {
            cases.add(new GpuCase(
                    "gemm/%dx%dx%d".formatted(n, n, n), "GFLOP/s", 2.0 * n * n * n / GIGA, () -> product(n, n, n)));
        }
        cases.add(new GpuCase(
                "gemm/12608x3072x768", "GFLOP/s", 2.0 * 12608 * 3072 * 768 / GIGA, () -> product(12608, 3072, 768)));
        for (int length : new int[] {197, 1024, 4096}) {
            double flops = 4.0 * 12 * length * length * 64 / GIGA;
            cases.add(new GpuCase("attention/" + length, "GFLOP/s", flops, () -> attention(length, false)));
            cases.add(new GpuCase(
                    "attention/" + length + " fwd+bwd", "GFLOP/s", 3.5 * flops, () -> attention(length, true)));
        }
        cases.addAll(conv("3x3 64@56 batch 32", 32, 64, 64, 56, 3));
        cases.addAll(conv("3x3 320@32 batch 8", 8, 320, 320, 32, 3));
        cases.addAll(conv("1x1 256-64@56 batch 32", 32, 256, 64, 56, 1));
        double bytes = 8.0 * 4096 * 4096 / GIGA;
        cases.add(new GpuCase("rows/softmax 4096x4096", "GB/s", bytes, () -> one(x -> x.softmax(-1), 4096, 4096)));
        cases.add(
                new GpuCase("rows/layer_norm 4096x4096", "GB/s", bytes, () -> one(x -> x.layerNorm(1e-5), 4096, 4096)));
        cases.add(new GpuCase("elementwise/exp 4096x4096", "GB/s", bytes, () -> one(Tensor::exp, 4096, 4096)));
        cases.add(new GpuCase("elementwise/add 4096x4096", "GB/s", 1.5 * bytes, GpuCases::sum));
        cases.add(new GpuCase("copy/to the device 256 MB", "GB/s", COPIED / GIGA, () -> copy(true)));
        cases.add(new GpuCase("copy/from the device 256 MB", "GB/s", COPIED / GIGA, () -> copy(false)));
        cases.add(new GpuCase("vit/b16 forward batch 64", "pictures/s", 64, () -> vit(false)));
        cases.add(new GpuCase("train/vit b16 batch 64", "pictures/s", 64, () -> vit(true)));
        return cases;
    }

    private static Runnable tidy(Supplier<?> body) {
        return () -> Scope.tidyRun(() -> {
            var _ = body.get();
        });
    }

    private static Runnable one(UnaryOperator<Tensor> op, int... dims) {
        Tensor x = Inputs.normal(dims);
        return tidy(() -> op.apply(x));
    }

    private static Runnable sum() {
        Tensor a = Inputs.normal(4096, 4096);
        Tensor b = Inputs.normal(4096, 4096);
        return tidy(() -> a.plus(b));
    }

    private static Runnable product(int m, int n, int k) {
        Tensor x = Inputs.normal(m, k);
        Tensor w = Inputs.normal(k, n);
        return tidy(() -> x.matmul(w));
    }

    private static Runnable attention(int length, boolean backward) {
        List<Tensor> in = IntStream.range(0, 4)
                .mapToObj(_ -> Inputs.normal(1, 12, length, 64))
                .toList();
        var how = new Fused.Attention(1.0 / 8, false, 0);
        if (!backward) {
            return tidy(() -> in.get(0).attention(in.get(1), in.get(2), null, how));
        }
        return Ours.backward(
                qkv -> qkv.get(0).attention(qkv.get(1), qkv.get(2), null, how), in.subList(0, 3), in.get(3))::run;
    }

    private static List<GpuCase> conv(String name, int batch, int in, int out, int side, int kernel) {
        double flops = Models.convFlops(batch, side, in, out, kernel) / GIGA;
        var window = new Window(1, 1, kernel / 2, kernel / 2, 1, 1, 1);
        Supplier<List<Tensor>> operands =
                () -> List.of(Inputs.normal(batch, in, side, side), Inputs.normal(out, in, kernel, kernel));
        return List.of(
                new GpuCase("conv/" + name, "GFLOP/s", flops, () -> {
                    List<Tensor> x = operands.get();
                    return tidy(() -> x.get(0).conv2d(x.get(1), null, window));
                }),
                new GpuCase(
                        "conv/" + name + " fwd+bwd",
                        "GFLOP/s",
                        3 * flops,
                        () -> Ours.backward(
                                x -> x.get(0).conv2d(x.get(1), null, window),
                                operands.get(),
                                Inputs.normal(batch, out, side, side))::run));
    }

    /** Whole transfers: they end before they return. */
    private static Runnable copy(boolean toDevice) {
        MemorySegment host = Arena.global().allocate(COPIED, 4096).fill((byte) 1);
        Storage device = Backends.current().allocate(COPIED);
        return toDevice
                ? () -> Backends.current().upload(host, device)
                : () -> Backends.current().download(device, host);
    }

    private static Runnable vit(boolean training) {
        Vit vit = VitCases.model();
        Tensor pixels = Inputs.normal(64, 3, 224, 224);
        if (!training) {
            return tidy(() -> vit.forward(pixels));
        }
        Tensor targets =
                Tensor.of(IntStream.range(0, 64).asLongStream().toArray(), 64).keep();
        return new OurStep(vit, () -> Losses.crossEntropy(vit.forward(pixels), targets), true)::run;
    }
}
