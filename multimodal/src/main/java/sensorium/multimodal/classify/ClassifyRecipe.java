package sensorium.multimodal.classify;

import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import sensorium.nn.Losses;
import sensorium.nn.Module;
import sensorium.nn.training.Descent;
import sensorium.nn.training.Epochs;
import sensorium.nn.training.Grouping;
import sensorium.nn.training.Length;
import sensorium.nn.training.Loss;
import sensorium.nn.training.Plan;
import sensorium.nn.training.Recipe;
import sensorium.nn.training.Schedule;
import sensorium.nn.training.Step;
import sensorium.nn.training.UpdateRule;
import sensorium.tensor.Tensor;

/**
 * How a classifier learns: cross-entropy with smoothed labels over batches in a new order every epoch; where several labels may be true
 * at once, binary cross-entropy of each.
 */
public final class ClassifyRecipe implements Recipe<ClassifyRecipe.Batch> {
    /**
     * Inputs as floats, and their classes.
     *
     * @param labels (B)
     * @param targets (B, classes), 1 for what is true; empty where one class is
     */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(float[] inputs, long[] labels, float[] targets) {}

    /** Examples of a batch, where nothing else is said. */
    public static final int BATCH = 64;

    private static final double SMOOTHING = 0.05;

    private final ClassificationModel model;
    private final Examples examples;
    private final Optional<Examples> heldOut;
    private final Epochs epochs;

    /**
     * @param heldOut what it is measured on; where empty, on the examples themselves
     * @param seed of the order
     */
    public ClassifyRecipe(ClassificationModel model, Examples examples, Optional<Examples> heldOut, long seed) {
        this(model, examples, heldOut, BATCH, seed);
    }

    /** @param batch how many examples an update is learnt from */
    public ClassifyRecipe(
            ClassificationModel model, Examples examples, Optional<Examples> heldOut, int batch, long seed) {
        this.model = model;
        this.examples = examples;
        this.heldOut = heldOut;
        this.epochs = new Epochs(examples.size(), batch, seed);
    }

    /** AdamW at 2e-3 that decays matrices only, a short rise, constant to 70 % of the run, then down to nothing. */
    public static Plan plan(long seed, Length length) {
        var descent = Descent.adamW(2e-3)
                .withRule(new UpdateRule.AdamW(0.9, 0.99, 0.05))
                .withGrouping(Grouping.standard().noDecay("encoder\\.positions\\..*"))
                .withSchedule(new Schedule.Trapezoid(0.02, 0.1, 0.7, 0))
                .withClip(1);
        return Plan.of(seed, length, descent);
    }

    /** For a model that has learnt already: AdamW that decays matrices only, a short rise, then a cosine down to nothing. */
    public static Plan tuning(long seed, Length length, double rate) {
        var descent = Descent.adamW(rate)
                .withRule(new UpdateRule.AdamW(0.9, 0.999, 0.01))
                .withSchedule(new Schedule.Cosine(0.05, 0));
        return Plan.of(seed, length, descent);
    }

    /** Updates that show every example so many times. */
    public long steps(double times) {
        return epochs.steps(times, 1);
    }

    @Override
    public Module model() {
        return model.module();
    }

    @Override
    public Batch batch(Step step) {
        int[] chosen = epochs.batch(step.batch());
        int length = examples.inputs().length();
        float[] inputs = new float[chosen.length * length];
        long[] labels = new long[chosen.length];
        int classes = model.several() ? model.labels().size() : 0;
        float[] targets = new float[chosen.length * classes];
        for (int i = 0; i < chosen.length; i++) {
            long key = step.batch() * chosen.length + i;
            examples.inputs().varied(chosen[i], key, inputs, i * length);
            labels[i] = examples.label(chosen[i]);
            for (int label : model.several() ? examples.allLabels(chosen[i]) : new int[0]) {
                targets[i * classes + label] = 1;
            }
        }
        return new Batch(inputs, labels, targets);
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor logits = model.forward(examples.inputs().tensor(batch.inputs)); // (B, labels)
        int n = batch.labels.length;
        if (model.several()) {
            Tensor targets = Tensor.of(batch.targets, n, model.labels().size());
            return new Loss(Losses.bceWithLogits(logits, targets, null), n, Map.of());
        }
        long[] best = logits.detached().argMax(1).toLongs();
        long right =
                IntStream.range(0, n).filter(i -> best[i] == batch.labels[i]).count();
        var how = Losses.CrossEntropy.smoothed(SMOOTHING);
        return new Loss(
                Losses.crossEntropy(logits, Tensor.of(batch.labels, n), how),
                n,
                Map.of("accuracy", (double) right / n));
    }

    @Override
    public Map<String, Double> evaluate() {
        Examples scored = heldOut.orElse(examples);
        return model.several()
                ? SeveralScores.of(model, scored).measures()
                : Scores.of(model, scored).measures();
    }
}
