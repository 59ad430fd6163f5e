package sensorium.nn.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.nn.Module;
import sensorium.tensor.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run is continued from: {@code optimizer.safetensors} holds the trained weights and buffers ({@code model.…}), what the
 * rule remembers ({@code optimizer.…}), the averaged weights ({@code average.…}) and, as metadata, where the run stood. One file,
 * replaced at once, so that its parts always belong together. {@code model.safetensors} holds the weights to use.
 */
final class Checkpoint {
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String AVERAGE = "average.";
    private static final String MEASURE = "measure.";

    private Checkpoint() {}

    /**
     * @param step updates made
     * @param best highest chosen measure so far, NaN for none
     * @param loss of the last update
     * @param seconds of training
     * @param course as it was planned by then
     * @param measures of the last evaluation
     */
    record State(long step, double best, double loss, double seconds, Course course, Map<String, Double> measures) {
        Map<String, String> metadata() {
            Map<String, String> m = new TreeMap<>();
            m.put("step", Long.toString(step));
            m.put("best", Double.toString(best));
            m.put("loss", Double.toString(loss));
            m.put("seconds", Double.toString(seconds));
            m.put("course", course.json().toString());
            measures.forEach((name, v) -> m.put(MEASURE + name, Double.toString(v)));
            return m;
        }

        static State of(Map<String, String> m, String where) {
            Map<String, Double> measures = new TreeMap<>();
            for (String name : m.keySet()) {
                if (name.startsWith(MEASURE)) {
                    measures.put(name.substring(MEASURE.length()), number(m, name, where));
                }
            }
            return new State(
                    (long) number(m, "step", where),
                    number(m, "best", where),
                    number(m, "loss", where),
                    number(m, "seconds", where),
                    course(m, where),
                    measures);
        }

        private static double number(Map<String, String> m, String name, String where) {
            try {
                return Double.parseDouble(m.getOrDefault(name, "nothing"));
            } catch (NumberFormatException e) {
                throw unknown(name, where, e);
            }
        }

        private static Course course(Map<String, String> m, String where) {
            try {
                return Course.of(JsonMapper.shared().readTree(m.getOrDefault("course", "")));
            } catch (JacksonException | IllegalArgumentException e) {
                throw unknown("course", where, e);
            }
        }

        private static BadInputException unknown(String name, String where, Exception e) {
            return new BadInputException(where + ": does not say where the run stood (" + name + "); train afresh", e);
        }
    }

    static void save(RunFolder folder, State state, Module model, Optimizer optimizer, Ema ema) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.state().forEach((path, t) -> tensors.put(MODEL + path, t));
        optimizer.state().forEach((path, t) -> tensors.put(OPTIMIZER + path, t));
        if (ema != null) {
            ema.state().forEach((path, t) -> tensors.put(AVERAGE + path, t));
        }
        Safetensors.write(folder.checkpoint(), tensors, state.metadata());
    }

    /** Puts everything back; nothing where the run was cut off before its first checkpoint. */
    static Optional<State> load(RunFolder folder, Module model, Optimizer optimizer, Ema ema) {
        Path file = folder.checkpoint();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Scope.tidy("checkpoint", () -> {
            var stored = Safetensors.open(file);
            State state = State.of(stored.metadata(), file.toString());
            put(model, under(MODEL, stored.tensors()), file);
            optimizer.load(state.step(), under(OPTIMIZER, stored.tensors()), file.toString());
            if (ema != null) {
                ema.load(under(AVERAGE, stored.tensors()), file.toString());
            }
            return Optional.of(state);
        });
    }

    static void saveModel(RunFolder folder, Module model) {
        Safetensors.write(folder.model(), model.state(), Map.of("format", "sensorium"));
    }

    static void loadModel(RunFolder folder, Module model) {
        Scope.tidyRun(() -> put(model, Safetensors.open(folder.model()).tensors(), folder.model()));
    }

    /** Gives a model other weights and buffers: all of them, in the same shapes. */
    static void put(Module model, Map<String, Tensor> state, Path where) {
        Map<String, Tensor> present = model.state();
        if (!present.keySet().equals(state.keySet())) {
            throw new BadInputException(where + ": holds the weights of another model; train afresh");
        }
        present.forEach((path, t) -> {
            if (!t.spec().equals(state.get(path).spec())) {
                throw new BadInputException(
                        where + ": " + path + " is " + state.get(path).spec() + ", the model needs " + t.spec());
            }
        });
        model.parameters().forEach((path, p) -> p.set(state.get(path)));
        model.buffers().forEach((path, b) -> b.set(state.get(path)));
    }

    private static Map<String, Tensor> under(String prefix, Map<String, Tensor> all) {
        Map<String, Tensor> chosen = new HashMap<>();
        all.forEach((name, t) -> {
            if (name.startsWith(prefix)) {
                chosen.put(name.substring(prefix.length()), t);
            }
        });
        return chosen;
    }
}
