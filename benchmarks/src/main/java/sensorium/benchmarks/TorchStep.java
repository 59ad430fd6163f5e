package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import sensorium.nn.Module;

/** libtorch's step of training, as {@link OurStep}: autograd, and the fused AdamW where updating. */
final class TorchStep implements Engine {
    private final TorchLayers layers;
    private final Function<TorchLayers, Tensor> loss;
    private final TensorVector wanted;
    private final TorchAdamW optimizer;

    TorchStep(Module model, Function<TorchLayers, Tensor> loss, boolean updating) {
        this.layers = TorchLayers.trained(model);
        this.loss = loss;
        List<Tensor> parameters = List.copyOf(layers.trainable().values());
        this.wanted = Torch.vector(parameters);
        this.optimizer = updating ? new TorchAdamW(parameters, parameters) : null;
    }

    @Override
    public String name() {
        return Torch.NAME;
    }

    @Override
    public void run() {
        try (var _ = new PointerScope();
                var _ = new AutoGradMode(true)) {
            TensorVector gradients = gradients(loss.apply(layers));
            if (optimizer != null) {
                optimizer.run(gradients);
            }
        }
    }

    private TensorVector gradients(Tensor y) {
        return torch.grad(
                Torch.vector(List.of(y)),
                wanted,
                Torch.vector(List.of(torch.ones_like(y))),
                new BoolOptional(),
                false,
                false);
    }

    @Override
    public List<float[]> results() {
        try (var _ = new PointerScope();
                var _ = new AutoGradMode(true)) {
            Tensor y = loss.apply(layers);
            List<float[]> parts = new ArrayList<>();
            layers.split(gradients(y)).values().forEach(g -> parts.add(floats(g)));
            return List.of(floats(y.detach()), OurStep.joined(parts));
        }
    }

    private static float[] floats(Tensor t) {
        var packed = t.contiguous();
        var values = new float[Math.toIntExact(packed.numel())];
        new FloatPointer(packed.data_ptr()).get(values);
        return values;
    }
}
