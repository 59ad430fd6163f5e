package sensorium.nn.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sensorium.BadInputException;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Training;
import sensorium.nn.training.TrainingListener.Progress;
import sensorium.tensor.Tensor;

/**
 * The training loop: batches, forward, backward, update, average, evaluation, checkpoint. A run is determined by its seed and
 * its number of steps, so that one that was killed and continued ends in the same bytes as one that was not.
 *
 * @param <B> the recipe's batches
 */
public final class Trainer<B> {
    private final Recipe<B> recipe;
    private final Plan plan;
    private final Descent descent;
    private final RunFolder folder;
    private final TrainingListener listener;
    private final Optimizer optimizer;
    private final Ema ema;
    private final Speed speed = new Speed();
    private double best = Double.NaN;
    private double lastLoss = Double.NaN;
    private Map<String, Double> measures = Map.of();

    /**
     * What came out; the model holds the saved weights.
     *
     * @param steps updates of the whole run
     * @param loss the last update's
     * @param measures the last evaluation
     * @param seconds of training, continued runs included
     */
    public record Outcome(long steps, double loss, Map<String, Double> measures, double seconds) {}

    /** Sums over an update's batches. */
    private record Pass(Map<String, Tensor> gradients, double loss, int items, Map<String, Double> metrics) {}

    private Trainer(Recipe<B> recipe, Plan plan, RunFolder folder, TrainingListener listener) {
        this.recipe = recipe;
        this.plan = plan;
        this.descent = plan.descent();
        this.folder = folder;
        this.listener = listener;
        this.optimizer = new Optimizer(recipe.model(), descent.rule(), descent.grouping());
        this.ema = descent.ema() == 0 ? null : new Ema(recipe.model(), descent.ema());
    }

    /**
     * Trains, or goes on where the folder's checkpoint stands.
     *
     * @throws BadInputException if the folder's run had other settings, the loss is not a number, or the disk is full
     */
    public static <B> Outcome train(Recipe<B> recipe, Plan plan, RunFolder folder, TrainingListener listener) {
        return Scope.tidy("training", () -> new Trainer<>(recipe, plan, folder, listener).run());
    }

    private Outcome run() {
        long total = new Settings(folder, plan).steps(seconds -> Scope.tidy("measuring", () -> measure(seconds)));
        long done = restore();
        listener.started(done, total);
        speed.start();
        try (var log = MetricsLog.after(done, folder);
                var batches = batches(done, total)) {
            double saved = speed.seconds();
            for (long number = done; number < total; number++) {
                update(number, total, batches, log);
                long made = number + 1;
                boolean last = made == total;
                if (last || (plan.evaluateEvery() > 0 && made % plan.evaluateEvery() == 0)) {
                    evaluate(made, log);
                }
                if (last || speed.seconds() - saved >= plan.checkpointSeconds()) {
                    save(made, log);
                    saved = speed.seconds();
                }
            }
        }
        // From here on the model is what was saved: averaged or best.
        Checkpoint.loadModel(folder, recipe.model());
        return new Outcome(total, lastLoss, measures, speed.seconds());
    }

    private Prefetcher<B> batches(long done, long total) {
        int parts = descent.accumulate();
        return new Prefetcher<>(
                n -> recipe.batch(new Step(n / parts, total, (int) (n % parts), parts)),
                done * parts,
                total * parts,
                plan.loaders());
    }

    private void update(long number, long total, Prefetcher<B> batches, MetricsLog log) {
        Scope.tidyRun(() -> {
            recipe.begin(new Step(number, total, 0, descent.accumulate()));
            double rate = descent.rate() * descent.schedule().factor(number, total);
            Pass pass = pass(number, total, batches);
            double norm = GradientNorm.of(pass.gradients().values());
            requireFinite(pass.loss(), "loss", number);
            requireFinite(norm, "gradient", number);
            optimizer.step(GradientNorm.clip(pass.gradients(), norm, descent.clip()), rate);
            if (ema != null) {
                ema.update(number);
            }
            speed.update(pass.items());
            lastLoss = pass.loss();
            var line = log.line(number + 1)
                    .put("loss", pass.loss())
                    .put("rate", rate)
                    .put("norm", norm)
                    .put("seconds", speed.seconds());
            pass.metrics().forEach(line::put);
            log.append(line);
            double left = speed.secondsAnUpdate() * (total - number - 1);
            listener.stepped(
                    new Progress(number + 1, total, pass.loss(), rate, speed.itemsPerSecond(), left, pass.metrics()));
        });
    }

    private Pass pass(long number, long total, Prefetcher<B> batches) {
        Map<String, Tensor> wanted = optimizer.trainable();
        if (wanted.isEmpty()) {
            throw new IllegalStateException("nothing to train: every parameter is frozen");
        }
        List<Tensor> values = List.copyOf(wanted.values());
        List<Tensor> sum = null;
        double loss = 0;
        int items = 0;
        Map<String, Double> metrics = new TreeMap<>();
        int parts = descent.accumulate();
        for (int part = 0; part < parts; part++) {
            B batch = batches.next();
            var step = new Step(number, total, part, parts);
            List<Tensor> before = sum;
            var result = Scope.tidy("update", () -> backward(batch, step, values, before));
            sum = result.gradients();
            loss += result.loss() / parts;
            items += result.items();
            result.metrics().forEach((name, v) -> metrics.merge(name, v / parts, Double::sum));
        }
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        int i = 0;
        for (String path : wanted.keySet()) {
            gradients.put(path, sum.get(i++));
        }
        return new Pass(gradients, loss, items, metrics);
    }

    private record Backward(List<Tensor> gradients, double loss, int items, Map<String, Double> metrics) {}

    private Backward backward(B batch, Step step, List<Tensor> values, List<Tensor> before) {
        return Tape.record(tape -> {
            // The forward's own scope ends first: what backward needs is held by the tape, which lets go as it walks.
            Loss loss = Scope.tidy(
                    "forward", () -> Training.step(plan.seed(), step.batch(), () -> recipe.loss(batch, step)));
            double value = loss.value().item();
            Tensor share = step.parts() == 1 ? loss.value() : loss.value().times(1.0 / step.parts());
            List<Tensor> gradients = tape.gradients(share, values);
            if (before != null) {
                List<Tensor> sums = new ArrayList<>();
                for (int i = 0; i < gradients.size(); i++) {
                    sums.add(before.get(i).plus(gradients.get(i)));
                }
                gradients = sums;
            }
            return new Backward(gradients, value, loss.items(), loss.metrics());
        });
    }

    private void requireFinite(double value, String what, long number) {
        if (!Double.isFinite(value)) {
            throw new BadInputException(folder.path() + ": the " + what + " became " + value + " at step "
                    + (number + 1) + "; the last checkpoint is whole; try a lower rate or stronger clipping");
        }
    }

    private void evaluate(long made, MetricsLog log) {
        measures = speed.paused(
                () -> Scope.tidy("evaluation", () -> ema == null ? recipe.evaluate() : ema.use(recipe::evaluate)));
        if (!measures.isEmpty()) {
            var line = log.line(made);
            var object = line.putObject("evaluation");
            measures.forEach(object::put);
            log.append(line);
            listener.evaluated(made, measures);
        }
        if (plan.best() != null) {
            Double score = measures.get(plan.best());
            if (score == null) {
                throw new IllegalStateException("the best weights are chosen by " + plan.best()
                        + ", which is not evaluated; there are " + measures.keySet());
            }
            if (Double.isNaN(best) || score > best) {
                best = score;
                saveModel();
            }
        }
    }

    /** The model first: were it cut off between the two, the checkpoint would lead to the same model again. */
    private void save(long made, MetricsLog log) {
        speed.paused(() -> {
            if (plan.best() == null || Double.isNaN(best)) {
                saveModel();
            }
            log.force();
            var at = new Checkpoint.State(made, best, lastLoss, speed.seconds(), measures);
            Checkpoint.save(folder, at, recipe.model(), optimizer, ema);
            return null;
        });
        listener.saved(made);
    }

    private void saveModel() {
        Runnable write = () -> Checkpoint.saveModel(folder, recipe.model());
        if (ema == null) {
            write.run();
        } else {
            ema.use(() -> {
                write.run();
                return null;
            });
        }
    }

    private long restore() {
        return Checkpoint.load(folder, recipe.model(), optimizer, ema)
                .map(state -> {
                    best = state.best();
                    lastLoss = state.loss();
                    measures = state.measures();
                    speed.resume(state.seconds());
                    return state.step();
                })
                .orElse(0L);
    }

    /**
     * How many updates fit into a time. Makes some throw-away ones all over the schedule (stages of a run may differ in cost),
     * ignores those before the machine is warm, and puts the weights back.
     */
    private long measure(double seconds) {
        listener.measuring();
        Map<String, Tensor> start = new HashMap<>();
        recipe.model().state().forEach((path, t) -> start.put(path, t.alias()));
        double window = Math.clamp(0.12 * seconds, 0.5, 40);
        int parts = descent.accumulate();
        int scale = 1000;
        long began = System.nanoTime();
        long warm = 0;
        int counted = 0;
        // Fractions of the run visited in golden-ratio order: evenly spread however many there will be.
        try (var batches = new Prefetcher<B>(
                n -> recipe.batch(new Step(n / parts * 618 % scale, scale, (int) (n % parts), parts)),
                0,
                Long.MAX_VALUE,
                plan.loaders())) {
            for (long i = 0; counted < 2 || elapsed(began) < window; i++) {
                long number = i * 618 % scale;
                Scope.tidyRun(() -> {
                    recipe.begin(new Step(number, scale, 0, parts));
                    Pass pass = pass(number, scale, batches);
                    double norm = GradientNorm.of(pass.gradients().values());
                    optimizer.step(GradientNorm.clip(pass.gradients(), norm, descent.clip()), 0);
                    if (ema != null) {
                        ema.update(number);
                    }
                });
                if (warm != 0) {
                    counted++;
                } else if (i >= 1 && elapsed(began) > 0.75 * window) {
                    warm = System.nanoTime();
                }
            }
        }
        double each = elapsed(warm) / counted;
        long steps = Math.max(1, (long) ((seconds - elapsed(began)) / each));
        Checkpoint.put(recipe.model(), start, folder.path());
        optimizer.reset();
        if (ema != null) {
            ema.restart();
        }
        return steps;
    }

    private static double elapsed(long since) {
        return (System.nanoTime() - since) * 1e-9;
    }
}
