package sensorium.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Module;
import sensorium.nn.Training;
import sensorium.nn.training.Grouping;
import sensorium.nn.training.Optimizer;
import sensorium.nn.training.UpdateRule;
import sensorium.tensor.Tensor;

/**
 * Our step of training: forward, backward and, where updating, AdamW without decay. Its results are the loss and all
 * gradients of the model as it is, in the order of their paths.
 */
final class OurStep implements Engine {
    private final Supplier<Tensor> loss;
    private final boolean updating;
    private final Optimizer optimizer;

    private record Pass(Tensor loss, Map<String, Tensor> gradients) {}

    OurStep(Module model, Supplier<Tensor> loss, boolean updating) {
        this.loss = loss;
        this.updating = updating;
        this.optimizer =
                new Optimizer(model, new UpdateRule.AdamW(AdamW.BETA1, AdamW.BETA2, AdamW.EPS, 0), Grouping.standard());
    }

    @Override
    public String name() {
        return Ours.NAME;
    }

    @Override
    public void run() {
        Scope.tidyRun(() -> {
            Pass pass = pass();
            if (updating) {
                optimizer.step(pass.gradients, AdamW.RATE);
            }
        });
    }

    @Override
    public List<float[]> results() {
        return Scope.tidy(() -> {
            Pass pass = pass();
            return List.of(
                    pass.loss.toFloats(),
                    joined(pass.gradients.values().stream()
                            .map(Tensor::toFloats)
                            .toList()));
        });
    }

    /** Gradients that are nothing but rounding are small beside the others. */
    static float[] joined(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private Pass pass() {
        Map<String, Tensor> wanted = new TreeMap<>(optimizer.trainable());
        return Tape.record(tape -> {
            Tensor y = Scope.tidy("forward", () -> Training.step(0, optimizer.steps(), loss));
            List<Tensor> gradients = tape.gradients(y, List.copyOf(wanted.values()));
            Map<String, Tensor> byPath = new TreeMap<>();
            int i = 0;
            for (String path : wanted.keySet()) {
                byPath.put(path, gradients.get(i++));
            }
            return new Pass(y, byPath);
        });
    }
}
