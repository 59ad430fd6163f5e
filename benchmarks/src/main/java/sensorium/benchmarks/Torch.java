package sensorium.benchmarks;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas_full;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import sensorium.backend.HostBackend;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * libtorch, over the same memory as ours.
 *
 * @param gradients whether autograd records, as in training
 */
record Torch(String name, boolean gradients, Supplier<List<org.bytedeco.pytorch.Tensor>> body) implements Engine {
    static final String NAME = "libtorch";

    static {
        Threads.follow(n -> threads(n, n));
    }

    /** Threads of its own loops, and of the BLAS under it. */
    static void threads(int own, int blas) {
        if (torch.get_num_threads() != own) {
            torch.set_num_threads(own);
        }
        if (openblas_full.openblas_get_num_threads() != blas) {
            openblas_full.openblas_set_num_threads(blas);
        }
    }

    /** A forward pass with one result, in inference. */
    static Torch of(Supplier<org.bytedeco.pytorch.Tensor> body) {
        return of(NAME, body);
    }

    static Torch of(String name, Supplier<org.bytedeco.pytorch.Tensor> body) {
        return new Torch(name, false, () -> List.of(body.get()));
    }

    /** A forward pass and the gradients of all {@code inputs} under the gradient {@code dy} of its result. */
    static Torch backward(
            Function<List<org.bytedeco.pytorch.Tensor>, org.bytedeco.pytorch.Tensor> forward,
            List<org.bytedeco.pytorch.Tensor> inputs,
            org.bytedeco.pytorch.Tensor dy) {
        return backward(NAME, forward, inputs, dy);
    }

    static Torch backward(
            String name,
            Function<List<org.bytedeco.pytorch.Tensor>, org.bytedeco.pytorch.Tensor> forward,
            List<org.bytedeco.pytorch.Tensor> inputs,
            org.bytedeco.pytorch.Tensor dy) {
        var leaves =
                inputs.stream().map(x -> x.detach().set_requires_grad(true)).toList();
        var wanted = vector(leaves);
        var upstream = vector(List.of(dy));
        return new Torch(name, true, () -> {
            var y = vector(List.of(forward.apply(leaves)));
            var dx = torch.grad(y, wanted, upstream, new BoolOptional(), false, false);
            return Arrays.asList(dx.get());
        });
    }

    static TensorVector vector(List<org.bytedeco.pytorch.Tensor> tensors) {
        return new TensorVector(tensors.toArray(org.bytedeco.pytorch.Tensor[]::new));
    }

    /** A contiguous F32 or I64 tensor of ours as theirs: the same numbers in the same place. */
    static org.bytedeco.pytorch.Tensor view(Tensor ours) {
        var buffer = HostBackend.memory(ours.operand())
                .asSlice(0, ours.spec().bytes())
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
        long[] dims = Arrays.stream(ours.shape().dims()).asLongStream().toArray();
        return ours.dtype() == DType.I64
                ? torch.from_blob(new LongPointer(buffer.asLongBuffer()), dims, new TensorOptions(ScalarType.Long))
                : torch.from_blob(new FloatPointer(buffer.asFloatBuffer()), dims);
    }

    @Override
    public void run() {
        call(body);
    }

    @Override
    public List<float[]> results() {
        return call(() -> {
            List<float[]> all = new ArrayList<>();
            for (var t : body.get()) {
                var packed = t.detach().to(ScalarType.Float).contiguous();
                var values = new float[Math.toIntExact(packed.numel())];
                new FloatPointer(packed.data_ptr()).get(values);
                all.add(values);
            }
            return all;
        });
    }

    private <T> T call(Supplier<T> work) {
        try (var _ = new PointerScope();
                var _ = new AutoGradMode(gradients)) {
            return work.get();
        }
    }
}
