package sensorium.nn.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sensorium.BadInputException;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Trace;
import sensorium.nn.Training;
import sensorium.nn.training.TrainingListener.Progress;
import sensorium.tensor.Tensor;

/**
 * The training loop: batches, forward, backward, update, average, evaluation, checkpoint. A run is determined by its seed and
 * its {@link Course}: one of so many steps that was killed and continued ends in the same bytes as one that was not, one of so
 * many minutes goes on with the time that was left.
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
    private final Settings settings;
    private final Speed speed;
    private final Pace pace; // null where the number of steps is given
    private Course course;
    private double fraction; // of the update whose batches were handed to a loader last
    private double best = Double.NaN;
    private double lastLoss = Double.NaN;
    private long checkpointed; // updates that the last checkpoint holds, 0 for none
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

    /** A batch, and the step that it was prepared for. */
    private record Ready<B>(Step step, B batch) {}

    /** Sums over an update's batches. */
    private record Pass(Map<String, Tensor> gradients, double loss, int items, Map<String, Double> metrics) {}

    private Trainer(Recipe<B> recipe, Plan plan, RunFolder folder, TrainingListener listener, LongSupplier nanos) {
        this.recipe = recipe;
        this.plan = plan;
        this.descent = plan.descent();
        this.folder = folder;
        this.listener = listener;
        this.optimizer = new Optimizer(recipe.model(), descent.rule(), descent.grouping());
        this.settings = new Settings(folder, plan);
        this.speed = new Speed(nanos);
        switch (plan.length()) {
            case Length.Steps s -> {
                this.pace = null;
                this.course = Course.of(s.count());
            }
            case Length.Minutes m -> {
                this.pace = new Pace(m.count() * 60);
                this.course = pace.guess();
            }
        }
        this.ema = descent.ema() == 0 ? null : new Ema(recipe.model(), descent.ema());
    }

    /**
     * Trains, or goes on where the folder's checkpoint stands.
     *
     * @throws BadInputException if the folder's run had other settings, a loss or a gradient is not finite, or the disk is full
     */
    public static <B> Outcome train(Recipe<B> recipe, Plan plan, RunFolder folder, TrainingListener listener) {
        return train(recipe, plan, folder, listener, System::nanoTime);
    }

    /** @param nanos the clock */
    static <B> Outcome train(
            Recipe<B> recipe, Plan plan, RunFolder folder, TrainingListener listener, LongSupplier nanos) {
        return Scope.tidy("training", () -> new Trainer<>(recipe, plan, folder, listener, nanos).run());
    }

    private Outcome run() {
        settings.begin();
        long done = restore();
        listener.started(done);
        speed.start();
        if (pace != null) {
            pace.start(done, speed.seconds());
        }
        try (var log = MetricsLog.after(done, folder);
                var batches = batches(done)) {
            double saved = speed.seconds();
            for (long number = done; number < course.total(); number++) {
                update(number, batches, log);
                long made = number + 1;
                boolean last = made == course.total();
                if (last || (plan.evaluateEvery() > 0 && made % plan.evaluateEvery() == 0)) {
                    evaluate(made, log);
                }
                if (last || speed.seconds() - saved >= plan.checkpointSeconds()) {
                    save(made, log);
                    saved = speed.seconds();
                }
            }
        }
        settings.finish(course);
        // From here on the model is what was saved: averaged or best.
        Checkpoint.loadModel(folder, recipe.saved());
        return new Outcome(course.total(), lastLoss, measures, speed.seconds());
    }

    private Prefetcher<Ready<B>> batches(long done) {
        int parts = descent.accumulate();
        return new Prefetcher<>(this::ready, done * parts, () -> course.total() * parts, plan.loaders());
    }

    /** Fixes the step here and now, on the training thread; the batch is prepared on another. */
    private Supplier<Ready<B>> ready(long batch) {
        int parts = descent.accumulate();
        long number = batch / parts;
        int part = (int) (batch % parts);
        if (part == 0) {
            fraction = course.fraction(number);
        }
        var step = new Step(number, fraction, part, parts);
        return () -> new Ready<>(step, recipe.batch(step));
    }

    private void update(long number, Prefetcher<Ready<B>> batches, MetricsLog log) {
        Scope.tidyRun(() -> {
            Ready<B> first = batches.next();
            recipe.begin(first.step());
            double rate = descent.rate() * course.factor(descent.schedule(), number);
            Pass pass = pass(first, batches);
            double norm = GradientNorm.of(pass.gradients().values());
            if (!Double.isFinite(pass.loss()) || !Double.isFinite(norm)) {
                throw diverged(first.step(), pass, norm);
            }
            optimizer.step(GradientNorm.clip(pass.gradients(), norm, descent.clip()), rate);
            if (ema != null) {
                ema.update(number);
            }
            speed.update(pass.items());
            revise(number + 1, batches);
            lastLoss = pass.loss();
            var line = log.line(number + 1)
                    .put("loss", pass.loss())
                    .put("rate", rate)
                    .put("norm", norm)
                    .put("seconds", speed.seconds());
            pass.metrics().forEach(line::put);
            log.append(line);
            listener.stepped(progress(number + 1, rate, pass));
        });
    }

    /** Plans the rest of the run anew, as far as its batches are not yet being prepared. */
    private void revise(long made, Prefetcher<Ready<B>> batches) {
        if (pace != null) {
            long open = Math.ceilDiv(batches.open(), descent.accumulate());
            course = pace.revise(course, made, open, speed.seconds());
        }
    }

    private Progress progress(long made, double rate, Pass pass) {
        boolean timed = pace != null && made < course.total();
        double done = timed ? pace.done(speed.seconds()) : (double) made / course.total();
        double left = timed ? pace.secondsLeft(speed.seconds()) : speed.secondsAnUpdate() * (course.total() - made);
        return new Progress(made, done, pass.loss(), rate, speed.itemsPerSecond(), left, pass.metrics());
    }

    private Pass pass(Ready<B> first, Prefetcher<Ready<B>> batches) {
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
            Ready<B> ready = part == 0 ? first : batches.next();
            List<Tensor> before = sum;
            var result = Scope.tidy("update", () -> backward(ready.batch(), ready.step(), values, before));
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
            Loss loss = Scope.tidy("forward", () -> forward(batch, step));
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

    /** Why the run cannot go on. Nothing was changed yet, so the batches can be run again to see where it began. */
    private BadInputException diverged(Step first, Pass pass, double norm) {
        boolean forward = !Double.isFinite(pass.loss());
        String what = forward ? "the loss became " + pass.loss() : "the gradient became " + norm;
        String where = Divergence.of(recipe, plan.seed(), first, forward, pass.gradients());
        return stopped(what + " at step " + (first.number() + 1) + ": " + where);
    }

    private BadInputException stopped(String why) {
        String next = checkpointed > 0
                ? "the checkpoint of step " + checkpointed + " stays: go on from there with --resume and a lower --rate"
                : "there is no checkpoint yet: begin again with a lower rate";
        return new BadInputException(folder.path() + ": " + why + "; " + next);
    }

    private Loss forward(B batch, Step step) {
        Supplier<Loss> pass = () -> Training.step(plan.seed(), step.batch(), () -> recipe.loss(batch, step));
        if (plan.bound() == 0) {
            return pass.get();
        }
        return Trace.watch(
                recipe.model(),
                (path, value) -> {
                    var seen = Intermediate.of(path, value);
                    if (!seen.isWithin(plan.bound())) {
                        throw stopped(seen.fault(plan.bound()) + " at step " + (step.number() + 1));
                    }
                },
                pass);
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
            var at = new Checkpoint.State(made, best, lastLoss, speed.seconds(), course, measures);
            Checkpoint.save(folder, at, recipe.model(), optimizer, ema);
            checkpointed = made;
            return null;
        });
        listener.saved(made);
    }

    private void saveModel() {
        Runnable write = () -> Checkpoint.saveModel(folder, recipe.saved());
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
                    course = state.course();
                    measures = state.measures();
                    speed.resume(state.seconds());
                    checkpointed = state.step();
                    return state.step();
                })
                .orElse(0L);
    }
}
