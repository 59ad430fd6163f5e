package sensorium.nn.training;

import java.util.LinkedHashMap;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.tensor.Tensor;

/** An exponential moving average of a model's parameters (Polyak and Juditsky 1992), which often does better than the last ones. */
public final class Ema {
    private final Map<String, Parameter> parameters;
    private final double decay;
    private final Map<String, Tensor> average = new LinkedHashMap<>();

    /** Starts at the model's present weights. */
    public Ema(Module model, double decay) {
        this.parameters = model.parameters();
        this.decay = decay;
        Scope.tidyRun(() -> parameters.forEach((path, p) -> replace(path, p.value())));
    }

    /**
     * Takes in the weights after an update. Early the average is shorter: decay is at most (1 + t)/(10 + t).
     *
     * @param t updates made before
     */
    public void update(long t) {
        double d = Math.min(decay, (1.0 + t) / (10.0 + t));
        parameters.forEach((path, p) -> Scope.tidyRun(() -> {
            Tensor old = average.get(path);
            replace(path, old.plus(p.value().detached().minus(old).times(1 - d)));
        }));
    }

    /** The average by path. */
    public Map<String, Tensor> state() {
        return average;
    }

    /** Takes up {@link #state} again. */
    public void load(Map<String, Tensor> state, String where) {
        if (!state.keySet().equals(parameters.keySet())) {
            throw new BadInputException(where + ": the averaged weights belong to another model; train afresh");
        }
        state.forEach(this::replace);
    }

    /** Runs {@code body} with the average as the model's weights, then puts the trained ones back. */
    public <T> T use(java.util.function.Supplier<T> body) {
        swap();
        try {
            return body.get();
        } finally {
            swap();
        }
    }

    private void swap() {
        parameters.forEach((path, p) -> Scope.tidyRun(() -> {
            Tensor trained = p.value().detached();
            p.set(average.get(path));
            replace(path, trained);
        }));
    }

    private void replace(String path, Tensor value) {
        Tensor old = average.put(path, value.detached().keep());
        if (old != null) {
            old.release("an update of the average");
        }
    }
}
