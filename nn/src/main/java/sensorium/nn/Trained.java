package sensorium.nn;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What of a model is trained, as a model: a run of it optimises, averages and saves nothing else. Its modules are all of the model's.
 *
 * @param whole with parameters that were frozen before
 */
public record Trained(Module whole) implements Module {
    @Override
    public Map<String, Parameter> parameters() {
        Map<String, Parameter> trained = new LinkedHashMap<>(whole.parameters());
        trained.values().removeIf(p -> !p.isTrainable());
        return trained;
    }

    @Override
    public Map<String, Buffer> buffers() {
        return whole.parameters().values().stream().allMatch(Parameter::isTrainable) ? whole.buffers() : Map.of();
    }

    @Override
    public Map<String, Module> modules() {
        return whole.modules();
    }
}
