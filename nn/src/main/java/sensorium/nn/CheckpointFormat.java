package sensorium.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
     * Two of ours, one below the other, are one of theirs: the first axis is cut in the middle.
     *
     * @param theirs part of its name
     * @param upper what stands there in the name of ours that is above
     * @param lower likewise
     */
    public record Halves(String theirs, String upper, String lower) implements Step {
        @Override
        public void read(Map<String, Supplier<Tensor>> stored) {
            for (String name : List.copyOf(stored.keySet())) {
                if (name.contains(theirs)) {
                    Supplier<Tensor> both = stored.remove(name);
                    stored.put(name.replace(theirs, upper), () -> half(both.get(), 0));
                    stored.put(name.replace(theirs, lower), () -> half(both.get(), 1));
                }
            }
        }

        private static Tensor half(Tensor both, int which) {
            int rows = both.dim(0) / 2;
            return both.slice(0, which * rows, which * rows + rows).contiguous();
        }

        @Override
        public void write(Map<String, Tensor> ours) {
            for (String name : List.copyOf(ours.keySet())) {
                if (name.contains(upper)) {
                    Tensor above = ours.remove(name);
                    Tensor below = ours.remove(name.replace(upper, lower));
                    ours.put(name.replace(upper, theirs), Tensor.concat(0, List.of(above, below)));
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

    /** What is stored, as the names tell of it. */
    Map<String, Supplier<Tensor>> read(StoredWeights weights) {
        Map<String, Supplier<Tensor>> all = weights.tensors();
        steps.forEach(step -> step.read(all));
        return all;
    }

    /** A model's weights and buffers as they are stored. */
    public Map<String, Tensor> write(Map<String, Tensor> state) {
        Map<String, Tensor> all = new HashMap<>();
        state.forEach((path, t) -> all.put(names.theirs(path), t));
        steps.reversed().forEach(step -> step.write(all));
        return all;
    }
}
