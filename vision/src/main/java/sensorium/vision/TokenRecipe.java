package sensorium.vision;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.memory.Scope;
import sensorium.nn.Losses;
import sensorium.nn.Module;
import sensorium.nn.training.Descent;
import sensorium.nn.training.Epochs;
import sensorium.nn.training.Length;
import sensorium.nn.training.Loss;
import sensorium.nn.training.Plan;
import sensorium.nn.training.Recipe;
import sensorium.nn.training.Schedule;
import sensorium.nn.training.Step;
import sensorium.nn.training.UpdateRule;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/** How a transformer learns which tokens follow which: cross-entropy of the next one. Now and then the class is withheld. */
public final class TokenRecipe implements Recipe<TokenRecipe.Batch> {
    /** Tokens of pictures, one after the other, and their classes. */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(long[] tokens, long[] classes) {}

    /**
     * Pictures as tokens, one after the other, and their classes.
     *
     * @param tokens of all
     * @param labels of each picture
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Corpus(short[] tokens, int[] labels) {
        /** What a tokenizer makes of pictures. */
        public static Corpus of(
                PictureTokenizer tokenizer, LabelledPictures pictures, PictureTokenizer.Watcher watcher) {
            return new Corpus(
                    tokenizer.tokens(pictures, watcher),
                    IntStream.range(0, pictures.size()).map(pictures::label).toArray());
        }
    }

    private static final int BATCH = 64;
    private static final double WITHHOLD = 0.1;
    private static final int MEASURED = 2048;

    private final TokenPrior model;
    private final Corpus corpus;
    private final Corpus heldOut;
    private final long seed;
    private final Epochs epochs;

    /** @param heldOut what the loss is measured on in the end */
    public TokenRecipe(TokenPrior model, Corpus corpus, Corpus heldOut, long seed) {
        this.model = model;
        this.corpus = corpus;
        this.heldOut = heldOut;
        this.seed = seed;
        this.epochs = new Epochs(corpus.labels.length, BATCH, seed);
        model.pictures().parameters().values().forEach(p -> p.setTrainable(false)); // the tokens are what they are
    }

    /** AdamW at 2e-3, a twentieth of the run to rise, then a cosine down to nothing; averaged weights. */
    public static Plan plan(long seed, Length length) {
        var descent = Descent.adamW(2e-3)
                .withRule(new UpdateRule.AdamW(0.9, 0.99, 0.05))
                .withSchedule(new Schedule.Cosine(0.05, 0))
                .withClip(1)
                .withEma(0.998);
        return Plan.of(seed, length, descent);
    }

    /** Updates that show every picture so many times. */
    public long steps(double times) {
        return epochs.steps(times, 1);
    }

    @Override
    public Module model() {
        return model;
    }

    @Override
    public Batch batch(Step step) {
        var random = Philox.keyed(seed, step.batch());
        Batch batch = batch(corpus, epochs.batch(step.batch()));
        for (int i = 0; i < batch.classes.length; i++) {
            if (random.uniform(i) < WITHHOLD) {
                batch.classes[i] = model.config().labels().size();
            }
        }
        return batch;
    }

    private Batch batch(Corpus source, int[] chosen) {
        int length = model.config().length();
        long[] tokens = new long[chosen.length * length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = source.tokens[chosen[i / length] * length + i % length];
        }
        return new Batch(
                tokens, Arrays.stream(chosen).mapToLong(p -> source.labels[p]).toArray());
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        return new Loss(surprise(batch), batch.classes.length);
    }

    /** Nats a token. */
    private Tensor surprise(Batch batch) {
        int n = batch.classes.length;
        int length = model.config().length();
        Tensor tokens = Tensor.of(batch.tokens, n, length);
        Tensor scores =
                model.forward(Tensor.of(batch.classes, n), tokens.slice(1, 0, length - 1)); // (N, length, codes)
        return Losses.crossEntropy(scores, tokens);
    }

    /** {@code held_out_surprise}: nats a token of pictures that were not trained on. */
    @Override
    public Map<String, Double> evaluate() {
        int n = Math.min(MEASURED, heldOut.labels.length);
        double sum = 0;
        for (int from = 0; from < n; from += BATCH) {
            int[] chosen = IntStream.range(from, Math.min(n, from + BATCH)).toArray();
            sum += chosen.length
                    * Scope.tidy(() -> surprise(batch(heldOut, chosen)).item());
        }
        return Map.of("held_out_surprise", sum / n);
    }
}
