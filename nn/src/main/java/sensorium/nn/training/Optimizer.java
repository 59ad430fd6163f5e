package sensorium.nn.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.tensor.Tensor;

/** Changes a model's trainable parameters by one rule, and keeps what the rule remembers, by path. */
public final class Optimizer {
    private final Map<String, Parameter> parameters;
    private final UpdateRule rule;
    private final Map<String, Grouping.Factors> factors = new HashMap<>();
    private final Map<String, List<Tensor>> slots = new HashMap<>();
    private long steps;

    public Optimizer(Module model, UpdateRule rule, Grouping grouping) {
        this.parameters = model.parameters();
        this.rule = rule;
        parameters.forEach(
                (path, p) -> factors.put(path, grouping.of(path, p.value().shape())));
    }

    /** The values that gradients are wanted of, by path. */
    public Map<String, Tensor> trainable() {
        Map<String, Tensor> values = new LinkedHashMap<>();
        parameters.forEach((path, p) -> {
            if (p.isTrainable()) {
                values.put(path, p.value());
            }
        });
        return values;
    }

    /** Updates made so far. */
    public long steps() {
        return steps;
    }

    /**
     * One update.
     *
     * @param gradients by path, for every parameter that is to change
     * @param rate the learning rate of this step
     */
    public void step(Map<String, Tensor> gradients, double rate) {
        steps++;
        gradients.forEach((path, gradient) -> Scope.tidyRun(() -> {
            Parameter p = parameters.get(path);
            var own = factors.get(path);
            var now = new UpdateRule.Now(rate * own.rate(), own.decay(), steps);
            List<Tensor> before = slots.get(path);
            if (before == null) {
                before = Collections.nCopies(rule.slots().size(), Tensor.zerosLike(p.value()));
            }
            List<Tensor> old = before;
            List<Tensor> next = Tape.pause(() -> rule.apply(p.value(), gradient, old, now));
            p.set(next.get(0));
            remember(path, next.subList(1, next.size()));
        }));
    }

    private void remember(String path, List<Tensor> values) {
        List<Tensor> old = slots.put(path, values.stream().map(Tensor::keep).toList());
        if (old != null) {
            old.forEach(t -> t.release("an update of the optimiser"));
        }
    }

    /** What the rule remembers, as {@code path.slot}. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (String path : parameters.keySet()) {
            List<Tensor> values = slots.getOrDefault(path, List.of());
            for (int i = 0; i < values.size(); i++) {
                state.put(path + "." + rule.slots().get(i), values.get(i));
            }
        }
        return state;
    }

    /**
     * Takes up {@link #state} again.
     *
     * @param where the file, for messages
     * @throws BadInputException if a tensor does not belong to this model and rule
     */
    public void load(long stepsMade, Map<String, Tensor> state, String where) {
        int used = 0;
        for (var entry : parameters.entrySet()) {
            List<Tensor> values = new ArrayList<>();
            for (String slot : rule.slots()) {
                Tensor t = state.get(entry.getKey() + "." + slot);
                if (t != null && t.spec().equals(entry.getValue().value().spec())) {
                    values.add(t);
                }
            }
            if (!values.isEmpty() && values.size() == rule.slots().size()) {
                remember(entry.getKey(), values);
                used += values.size();
            }
        }
        if (used != state.size()) {
            throw new BadInputException(
                    where + ": the optimiser's state belongs to another model or rule; train afresh");
        }
        steps = stepsMade;
    }
}
