package sensorium.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's fused step, {@code torch.optim.AdamW(fused=True)}: its fastest, for all parameters in one call. The Java
 * bindings leave it out, so it is called by its C++ symbol.
 */
final class TorchAdamW implements Engine {
    /** {@code void at::cpu::_fused_adamw_(TensorList ×6, double ×5, bool ×2, const optional<Tensor>& ×2)}. */
    private static final String SYMBOL =
            "_ZN2at3cpu13_fused_adamw_EN3c108ArrayRefINS_6TensorEEES4_S4_S4_S4_S4_dddddbbRKSt8optionalIS3_ES8_";

    private static final MemoryLayout LIST = MemoryLayout.structLayout(ADDRESS, JAVA_LONG);

    private final MethodHandle step;
    private final Tensor steps = torch.zeros(1);
    private final Scalar one = new Scalar(1f);
    private final TensorVector parameters;
    /** What the lists point to. */
    private final List<TensorVector> kept = new ArrayList<>();

    private final List<MemorySegment> lists = new ArrayList<>();
    private final MemorySegment nothing = Arena.global().allocate(16, 8);

    /** @param parameters changed in place */
    TorchAdamW(List<Tensor> parameters, List<Tensor> gradients) {
        step = handle();
        this.parameters = list(parameters);
        list(gradients);
        list(parameters.stream().map(torch::zeros_like).toList());
        list(parameters.stream().map(torch::zeros_like).toList());
        list(List.of());
        list(Collections.nCopies(parameters.size(), steps));
    }

    /** On copies of our parameters. */
    static TorchAdamW of(List<sensorium.tensor.Tensor> parameters, List<sensorium.tensor.Tensor> gradients) {
        return new TorchAdamW(
                parameters.stream().map(p -> Torch.view(p).clone()).toList(),
                gradients.stream().map(Torch::view).toList());
    }

    /** A step along other gradients, one each. */
    void run(TensorVector gradients) {
        lists.get(1).set(ADDRESS, 0, MemorySegment.ofAddress(gradients.get(0).address()));
        run();
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.loaderLookup().findOrThrow(SYMBOL),
                        FunctionDescriptor.ofVoid(
                                LIST,
                                LIST,
                                LIST,
                                LIST,
                                LIST,
                                LIST,
                                JAVA_DOUBLE,
                                JAVA_DOUBLE,
                                JAVA_DOUBLE,
                                JAVA_DOUBLE,
                                JAVA_DOUBLE,
                                JAVA_BOOLEAN,
                                JAVA_BOOLEAN,
                                ADDRESS,
                                ADDRESS));
    }

    /** A {@code TensorList}: the address of the first of adjoining handles, and how many. */
    private TensorVector list(List<Tensor> tensors) {
        TensorVector vector = Torch.vector(tensors);
        MemorySegment list = Arena.global().allocate(LIST);
        list.set(
                ADDRESS,
                0,
                MemorySegment.ofAddress(tensors.isEmpty() ? 0 : vector.get(0).address()));
        list.set(JAVA_LONG, 8, tensors.size());
        kept.add(vector);
        lists.add(list);
        return vector;
    }

    @Override
    public String name() {
        return Torch.NAME + " fused";
    }

    @Override
    public void run() {
        steps.add_(one);
        try {
            step.invokeExact(
                    lists.get(0),
                    lists.get(1),
                    lists.get(2),
                    lists.get(3),
                    lists.get(4),
                    lists.get(5),
                    AdamW.RATE,
                    AdamW.BETA1,
                    AdamW.BETA2,
                    0.0,
                    AdamW.EPS,
                    false,
                    false,
                    nothing,
                    nothing);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<float[]> results() {
        run();
        List<float[]> values = new ArrayList<>();
        for (Tensor p : parameters.get()) {
            var copy = new float[Math.toIntExact(p.numel())];
            p.data_ptr_float().get(copy);
            values.add(copy);
        }
        return values;
    }
}
