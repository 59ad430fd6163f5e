package sensorium.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import sensorium.tensor.Tensor;

/**
 * How a published checkpoint stores one of our models: its names for our weights, and where one of its tensors is not one of ours,
 * what makes the one of the other. Works in both directions.
 *
 * @param names of weights and intermediates
 * @param steps from what is stored to what {@code names} tells of, in order; backwards when saving
 */
public record CheckpointFormat(WeightNames names, List<Step> steps) {
    public CheckpointFormat {
        steps = List.copyOf(steps);
    }

    /** What tells a stored tensor from ours. */
    public interface Step {
        /** Changes stored tensors, by name, into what the names tell of. */
        void read(Map<String, Supplier<Tensor>> stored);

        /** Changes our tensors, under the checkpoint's names, into what is stored. */
        void write(Map<String, Tensor> ours);
    }

    public static CheckpointFormat of(WeightNames names, Step... steps) {
        return new CheckpointFormat(names, List.of(steps));
    }

    /** The same after other steps. */
    public CheckpointFormat with(Step step) {
        List<Step> all = new ArrayList<>(steps);
        all.add(step);
        return new CheckpointFormat(names, all);
    }

    /**
     * Several of ours, one below the other, are one of theirs: the first axis is cut into equal parts.
     *
     * @param theirs part of its name
     * @param ours what stands there in the names of ours, from above
     */
    public record Fused(String theirs, List<String> ours) implements Step {
        public Fused {
            ours = List.copyOf(ours);
        }

        public Fused(String theirs, String... ours) {
            this(theirs, List.of(ours));
        }

        @Override
        public void read(Map<String, Supplier<Tensor>> stored) {
            for (String name : List.copyOf(stored.keySet())) {
                if (name.contains(theirs)) {
                    Supplier<Tensor> whole = stored.remove(name);
                    for (int i = 0; i < ours.size(); i++) {
                        int part = i;
                        stored.put(name.replace(theirs, ours.get(i)), () -> part(name, whole.get(), part));
                    }
                }
            }
        }

        private Tensor part(String name, Tensor whole, int part) {
            int parts = ours.size();
            if (whole.rank() == 0 || whole.dim(0) % parts != 0) {
                throw new IllegalArgumentException(
                        "[checkpoint] tensor " + name + " is " + whole.shape() + ", not " + parts + " equal parts");
            }
            int rows = whole.dim(0) / parts;
            return whole.slice(0, part * rows, (part + 1) * rows).contiguous();
        }

        @Override
        public void write(Map<String, Tensor> all) {
            for (String name : List.copyOf(all.keySet())) {
                if (name.contains(ours.getFirst())) {
                    List<Tensor> parts = ours.stream()
                            .map(part -> all.remove(name.replace(ours.getFirst(), part)))
                            .toList();
                    all.put(name.replace(ours.getFirst(), theirs), Tensor.concat(0, parts));
                }
            }
        }
    }

    /**
     * Older files have other names; saved are the present ones.
     *
     * @param current the present name of a stored one
     */
    public record Renamed(UnaryOperator<String> current) implements Step {
        @Override
        public void read(Map<String, Supplier<Tensor>> stored) {
            Map<String, Supplier<Tensor>> renamed = new HashMap<>();
            stored.forEach((name, t) -> renamed.put(current.apply(name), t));
            stored.clear();
            stored.putAll(renamed);
        }

        @Override
        public void write(Map<String, Tensor> ours) {}
    }

    /**
     * What some files hold and nobody needs, such as a tied weight under its second name.
     *
     * @param names of the tensors
     */
    public record PassedOver(Predicate<String> names) implements Step {
        public PassedOver(String name) {
            this(name::equals);
        }

        @Override
        public void read(Map<String, Supplier<Tensor>> stored) {
            stored.keySet().removeIf(names);
        }

        @Override
        public void write(Map<String, Tensor> ours) {}
    }

    /**
     * Theirs are matrices (out, in), ours convolutions of single places (out, in, 1, 1).
     *
     * @param names of the tensors
     */
    public record Pointwise(Predicate<String> names) implements Step {
        @Override
        public void read(Map<String, Supplier<Tensor>> stored) {
            stored.replaceAll((name, made) -> names.test(name) ? () -> square(name, made.get()) : made);
        }

        private static Tensor square(String name, Tensor matrix) {
            if (matrix.rank() != 2) {
                throw new IllegalArgumentException(
                        "[checkpoint] tensor " + name + " is " + matrix.shape() + ", not a matrix");
            }
            return matrix.reshape(matrix.dim(0), matrix.dim(1), 1, 1);
        }

        @Override
        public void write(Map<String, Tensor> ours) {
            ours.replaceAll((name, t) -> names.test(name) ? t.reshape(t.dim(0), t.dim(1)) : t);
        }
    }

    /**
     * What is stored, as the names tell of it.
     *
     * @param asked hears the name of each stored tensor that is made
     */
    Map<String, Supplier<Tensor>> read(StoredWeights weights, Consumer<String> asked) {
        Map<String, Supplier<Tensor>> all = weights.tensors(asked);
        steps.forEach(step -> step.read(all));
        return all;
    }

    /** Whether a stored tensor is of those that nobody needs. */
    boolean passesOver(String name) {
        return steps.stream().anyMatch(step -> step instanceof PassedOver(var unused) && unused.test(name));
    }

    /** A model's weights and buffers as they are stored. */
    public Map<String, Tensor> write(Map<String, Tensor> state) {
        Map<String, Tensor> all = new HashMap<>();
        state.forEach((path, t) -> all.put(names.theirs(path), t));
        steps.reversed().forEach(step -> step.write(all));
        return all;
    }
}
