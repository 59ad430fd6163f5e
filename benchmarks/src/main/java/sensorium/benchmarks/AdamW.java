package sensorium.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;
import sensorium.nn.training.Grouping;
import sensorium.nn.training.Optimizer;
import sensorium.nn.training.UpdateRule;
import sensorium.tensor.Tensor;

/** Our optimiser over some parameters; a run is a step, and its results are the parameters after it. */
final class AdamW implements Engine {
    static final double RATE = 1e-3;
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPS = 1e-8;
    static final double DECAY = 0.01;

    private record Vector(Parameter value) implements Module {}

    private record Model(List<Vector> parts) implements Module {}

    private final Model model;
    private final Optimizer optimizer;
    private final Map<String, Tensor> gradients = new LinkedHashMap<>();

    /** @param parameters values at the start, rank 1; copied */
    AdamW(List<Tensor> parameters, List<Tensor> gradients) {
        var weights = Weights.random(0);
        model = new Model(IntStream.range(0, parameters.size())
                .mapToObj(i -> new Vector(weights.at(i)
                        .parameter("value", Init.zeros(), parameters.get(i).dim(0))))
                .toList());
        var values = List.copyOf(model.parameters().values());
        var paths = List.copyOf(model.parameters().keySet());
        for (int i = 0; i < values.size(); i++) {
            values.get(i).set(parameters.get(i));
            this.gradients.put(paths.get(i), gradients.get(i));
        }
        // Vectors do not decay; their side is given a decay of 0 as well.
        optimizer = new Optimizer(model, new UpdateRule.AdamW(BETA1, BETA2, EPS, DECAY), Grouping.standard());
    }

    @Override
    public String name() {
        return Ours.NAME;
    }

    @Override
    public void run() {
        optimizer.step(gradients, RATE);
    }

    @Override
    public List<float[]> results() {
        run();
        return model.parameters().values().stream()
                .map(p -> p.value().toFloats())
                .toList();
    }
}
