package sensorium.nn.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Trace;
import sensorium.nn.Training;
import sensorium.tensor.Tensor;

/** Where in a model numbers stopped being finite: an update's batches are run again, and every intermediate is looked at. */
final class Divergence {
    private final List<String> order = new ArrayList<>();
    private Intermediate first; // that is not finite
    private Intermediate largest; // of those before it

    private Divergence() {}

    /**
     * In words. The forward pass depends on seed and step alone, so it is the same one as before.
     *
     * @param step the first of the update's batches
     * @param loss whether the loss was not finite, and not only the gradient
     * @param gradients of the update, by parameter
     */
    static <B> String of(Recipe<B> recipe, long seed, Step step, boolean loss, Map<String, Tensor> gradients) {
        var found = new Divergence();
        for (int part = 0; part < step.parts() && found.first == null; part++) {
            var at = new Step(step.number(), step.fraction(), part, step.parts());
            B batch = recipe.batch(at);
            // Recorded, as a recipe may expect: it may ask for gradients on the way.
            Scope.tidyRun(() -> Tape.record(_ -> Trace.watch(
                    recipe.model(), found::see, () -> Training.step(seed, at.batch(), () -> recipe.loss(batch, at)))));
        }
        if (found.first != null) {
            return found.forward();
        }
        return found.seen() + (loss ? "; it began in the loss itself" : "; " + backward(gradients, found.order));
    }

    private void see(String path, Tensor value) {
        order.remove(path);
        order.add(path);
        if (first == null) {
            var seen = Intermediate.of(path, value);
            if (!seen.isFinite()) {
                first = seen;
            } else if (largest == null || seen.largest() > largest.largest()) {
                largest = seen;
            }
        }
    }

    private String forward() {
        return "it began in " + first.name() + ", where " + first.bad() + " of "
                + first.shape().size() + " values are not finite" + beforehand();
    }

    private String beforehand() {
        return largest == null
                ? ""
                : String.format(Locale.ROOT, " (the largest before is %.3g, in %s)", largest.largest(), largest.name());
    }

    private String seen() {
        return order.isEmpty()
                ? "the model notes no intermediates"
                : String.format(
                        Locale.ROOT,
                        "all %d intermediates are finite (the largest is %.3g, in %s)",
                        order.size(),
                        largest.largest(),
                        largest.name());
    }

    /** The backward pass goes from the end of the model to its beginning: it went wrong at the last of them. */
    private static String backward(Map<String, Tensor> gradients, List<String> order) {
        List<Intermediate> bad = gradients.entrySet().stream()
                .map(g -> Intermediate.of(g.getKey(), g.getValue()))
                .filter(g -> !g.isFinite())
                .toList();
        if (bad.isEmpty()) {
            return "so is every gradient, but their squares are beyond range";
        }
        Intermediate last = bad.getFirst();
        for (Intermediate g : bad) {
            last = noted(g.path(), order) >= noted(last.path(), order) ? g : last;
        }
        return "it began in the backward pass, at the gradient of %s, where %d of %d values are not finite (of %d parameters, %d have such)"
                .formatted(last.name(), last.bad(), last.shape().size(), gradients.size(), bad.size());
    }

    /** When the module that holds a parameter noted its result. */
    private static int noted(String parameter, List<String> order) {
        return order.indexOf(parameter.substring(0, Math.max(0, parameter.lastIndexOf('.'))));
    }
}
