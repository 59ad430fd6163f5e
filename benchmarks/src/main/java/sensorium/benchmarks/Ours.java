package sensorium.benchmarks;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/** Our side, by the public methods of tensors: dispatch, checks and the pool of memory are part of what is measured. */
record Ours(Supplier<List<Tensor>> body) implements Engine {
    static final String NAME = "sensorium";

    /** A forward pass with one result. */
    static Ours of(Supplier<Tensor> body) {
        return new Ours(() -> List.of(body.get()));
    }

    /** A forward pass and the gradients of all {@code inputs} under the gradient {@code dy} of its result. */
    static Ours backward(Function<List<Tensor>, Tensor> forward, List<Tensor> inputs, Tensor dy) {
        return new Ours(() -> Tape.vjp(in -> List.of(forward.apply(in)), inputs, List.of(dy)));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void run() {
        Scope.tidyRun(() -> {
            var _ = body.get();
        });
    }

    @Override
    public List<float[]> results() {
        return Scope.tidy(() -> body.get().stream().map(Tensor::toFloats).toList());
    }
}
