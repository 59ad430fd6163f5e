package sensorium.nn;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * A published model by the names of its reference implementation: it runs on tensors that are given by name, and names all that it
 * computes. It can be held against a recorded run: the recording's inputs go in, and every value that it names is compared.
 *
 * @param model whose intermediates are traced
 * @param names from the path of one of them to its name in recordings
 * @param inputs what the model takes
 * @param run the model on the recorded inputs
 * @param tolerance of a recorded value: its largest {@link ParityReport.Row#relative} error
 */
public record ParityCase(
        Module model,
        UnaryOperator<String> names,
        List<ModelInput> inputs,
        Run run,
        ToDoubleFunction<String> tolerance) {
    private static final String INPUT = "input.";
    private static final String TRACE = "trace.";
    private static final String OUTPUT = "output.";
    /** In front of a name, so that it is told apart from a path. */
    private static final String RESULT = "=";

    /** How a model is run on what was recorded. */
    @FunctionalInterface
    public interface Run {
        /** @param results takes what no module notes, by its name in recordings; what is not recorded is passed over */
        void on(Recording recording, BiConsumer<String, Tensor> results);
    }

    /** The values of a run by name. It remembers which were read, since those are inputs whatever they are called. */
    public static final class Recording {
        private final Map<String, Tensor> tensors;
        private final String source;
        private final boolean everyModule;
        private final Set<String> read = new HashSet<>();

        /** @param source where they are from, for messages */
        public Recording(Map<String, Tensor> tensors, String source) {
            this(tensors, source, false);
        }

        /**
         * @param everyModule whether intermediates are those of all of the reference's modules, some of which have no counterpart: only
         *     then it is no fault that one is never computed here
         */
        public Recording(Map<String, Tensor> tensors, String source, boolean everyModule) {
            this.tensors = tensors;
            this.source = source;
            this.everyModule = everyModule;
        }

        /** @throws BadInputException if it is not there */
        public Tensor get(String name) {
            Tensor value = tensors.get(name);
            if (value == null) {
                throw new BadInputException(
                        source + ": holds no " + name + ", which the model needs; is it a recording of this model?");
            }
            read.add(name);
            return value;
        }

        public boolean has(String name) {
            return tensors.containsKey(name);
        }
    }

    /** Intermediates are {@code trace.} and the checkpoint's name of their module. */
    public static ParityCase traced(
            Module model, WeightNames names, List<ModelInput> inputs, double tolerance, Run run) {
        return traced(model, names, inputs, tolerance, tolerance, run);
    }

    /**
     * The same, told apart.
     *
     * @param outputs tolerance of what is not an intermediate
     */
    public static ParityCase traced(
            Module model, WeightNames names, List<ModelInput> inputs, double tolerance, double outputs, Run run) {
        return new ParityCase(
                model,
                path -> TRACE + names.theirs(path),
                inputs,
                run,
                name -> name.startsWith(TRACE) ? tolerance : outputs);
    }

    /** The same with other tolerances. */
    public ParityCase within(ToDoubleFunction<String> allowed) {
        return new ParityCase(model, names, inputs, run, allowed);
    }

    /**
     * Runs the model and compares, in the order of computation.
     *
     * @throws BadInputException if an input is missing, or the model cannot take it
     */
    public ParityReport compare(Recording recording) {
        return Scope.tidy("a parity run", () -> {
            try (Trace trace = traced(recording)) {
                return compare(recording, trace.tensors());
            }
        });
    }

    /**
     * Runs the model on the inputs of a recording and shows every value that it names, as a recording holds them: the inputs that were
     * read, intermediates and outputs.
     *
     * @param use is given them by name; they end with it
     * @throws BadInputException if an input is missing, or the model cannot take it
     */
    public void record(Recording recording, Consumer<Map<String, Tensor>> use) {
        Scope.tidyRun(() -> {
            try (Trace trace = traced(recording)) {
                Map<String, Tensor> all = new LinkedHashMap<>();
                recording.read.stream().sorted().forEach(name -> all.put(name, recording.tensors.get(name)));
                trace.tensors().forEach((path, value) -> all.put(name(path), value));
                use.accept(all);
            }
        });
    }

    /**
     * Runs the model on raw tensors.
     *
     * @param given inputs by their names without {@code input.}; or a recording, whose other values are passed over
     * @param source where they are from, for messages
     * @param intermediates whether every named intermediate is wanted too
     * @param use is given outputs by their names without {@code output.}, and intermediates as recordings name them; they end with it
     * @throws BadInputException if an input is missing, left over, misshapen, of another type or out of its range
     */
    public void run(
            Map<String, Tensor> given, String source, boolean intermediates, Consumer<Map<String, Tensor>> use) {
        Scope.tidyRun(() -> {
            Recording recording = recording(given, source);
            Map<String, Tensor> all = new LinkedHashMap<>();
            if (intermediates) {
                try (Trace trace = traced(recording)) {
                    trace.tensors().forEach((path, value) -> all.put(ModelInput.bare(name(path), OUTPUT), value));
                    use.accept(all);
                }
                return;
            }
            run(recording, (name, value) -> {
                if (!name.startsWith(TRACE)) {
                    all.put(ModelInput.bare(name, OUTPUT), value);
                }
            });
            use.accept(all);
        });
    }

    /**
     * Inputs by their names without {@code input.}, or a recording's, and nothing else, as what the model wants.
     *
     * @throws BadInputException as {@link #run}
     */
    public Recording recording(Map<String, Tensor> given, String source) {
        return new Recording(ModelInput.match(inputs, given, source), source);
    }

    private Trace traced(Recording recording) {
        return Trace.of(model, () -> {
            run(recording, (name, value) -> Trace.file(RESULT + name, value));
            return recording;
        });
    }

    private String name(String path) {
        return path.startsWith(RESULT) ? path.substring(RESULT.length()) : names.apply(path);
    }

    private void run(Recording recording, BiConsumer<String, Tensor> results) {
        try {
            run.on(recording, results);
        } catch (ShapeException | IndexOutOfBoundsException e) {
            throw new BadInputException(
                    recording.source + ": the model cannot take its inputs (" + e.getMessage() + "); it takes "
                            + ModelInput.describe(inputs),
                    e);
        }
    }

    private ParityReport compare(Recording recording, Map<String, Tensor> traced) {
        List<ParityReport.Row> rows = new ArrayList<>();
        Set<String> left = new TreeSet<>(recording.tensors.keySet());
        left.removeIf(name -> name.startsWith(INPUT) || recording.read.contains(name));
        traced.forEach((path, value) -> {
            String name = name(path);
            // A module that ran again is recorded with its run's number; traced is the last.
            for (String recorded : runs(name, recording)) {
                rows.add(ParityReport.Row.of(
                        recorded, value, recording.tensors.get(recorded), tolerance.applyAsDouble(recorded)));
                left.remove(recorded);
            }
        });
        if (recording.everyModule) {
            left.removeIf(name -> name.startsWith(TRACE));
        }
        return new ParityReport(List.copyOf(rows), List.copyOf(left));
    }

    private static List<String> runs(String name, Recording recording) {
        List<String> all = new ArrayList<>();
        if (recording.has(name)) {
            all.add(name);
        }
        for (int i = 2; recording.has(name + "#" + i); i++) {
            all.add(name + "#" + i);
        }
        return all;
    }
}
