package sensorium.vision;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sensorium.memory.Scope;
import sensorium.nn.Losses;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.nn.codes.CodeUse;
import sensorium.nn.codes.Codebook;
import sensorium.nn.training.Descent;
import sensorium.nn.training.Grouping;
import sensorium.nn.training.Length;
import sensorium.nn.training.Loss;
import sensorium.nn.training.Plan;
import sensorium.nn.training.Recipe;
import sensorium.nn.training.Schedule;
import sensorium.nn.training.Step;
import sensorium.nn.training.UpdateRule;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/**
 * How pictures become tokens: first a plain autoencoder, then codes in the middle of what it says, which from there on follow it and
 * it them. Codes that are not learnt are there from the beginning.
 */
public final class VqRecipe implements Recipe<VqRecipe.Batch> {
    /** Pictures as floats. */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(float[] pictures) {}

    /** Share of the run after which no code is moved by hand. */
    private static final double SETTLED = 0.85;

    private static final int REVIVE_EVERY = 100;
    /** Vectors that the codes begin from. */
    private static final int BEGINNING = 49_000;
    /** Of an update, about. */
    private static final int TOKENS = 4096;

    /**
     * What may be changed of it.
     *
     * @param batch pictures an update
     * @param rate the highest of the run
     * @param plain share of the run without codes
     * @param commitment what the encoder is told to keep to its codes by, beside the error of pixels
     * @param perceptual strength of the error of a classifier's features
     * @param gan strength of the critic
     * @param ganfrom share of the run before which it is not there
     */
    public record Options(
            int batch, double rate, double plain, double commitment, double perceptual, double gan, double ganfrom) {
        public Options {
            if (batch < 1 || !(rate > 0) || !(plain >= 0 && plain < SETTLED) || !(commitment >= 0)) {
                throw new IllegalArgumentException(
                        "batch and rate must be above 0, plain from 0 to below %s, commitment not negative"
                                .formatted(SETTLED));
            }
            new PictureLoss.Strengths(perceptual, gan, ganfrom);
        }

        /** What is best in minutes: about as many tokens an update, whatever the pictures' size. */
        public static Options of(PictureTokenizer.Config c) {
            int tokens = c.tokens() * c.tokens();
            return new Options(Math.clamp(TOKENS / tokens, 8, 32), 2e-3, 0.05, 0.1, 0, 0, 0.5);
        }

        /** With a classifier that looks on. */
        public Options withPerceptual(double strength) {
            return new Options(batch, rate, plain, commitment, strength, gan, ganfrom);
        }
    }

    /** What learns together. */
    private record WithCritic(PictureTokenizer pictures, PatchDiscriminator critic) implements Module {}

    private final PictureTokenizer model;
    private final Module all;
    private final PictureLoss loss;
    private final PictureBatches batches;
    private final LabelledPictures heldOut;
    private final Options options;
    private final long seed;
    private int revived;

    /**
     * @param heldOut what it is measured on in the end
     * @param look the eye of a classifier; null where {@code options.perceptual} is 0
     */
    public VqRecipe(
            PictureTokenizer model,
            LabelledPictures pictures,
            LabelledPictures heldOut,
            Options options,
            PictureFeatures look,
            long seed) {
        this.model = model;
        this.batches = new PictureBatches(pictures, model, options.batch, seed);
        this.heldOut = heldOut;
        this.options = options;
        this.seed = seed;
        var critic = options.gan == 0
                ? null
                : PatchDiscriminator.of(Weights.random(seed).at("critic"), model.channels(), model.side());
        this.all = critic == null ? model : new WithCritic(model, critic);
        this.loss = new PictureLoss(
                new PictureLoss.Strengths(options.perceptual, options.gan, options.ganfrom), look, critic);
        learnt().ifPresent(c -> c.weight().setTrainable(false)); // it follows the average
    }

    private Optional<Codebook> learnt() {
        return model.vq().codebook().learnt();
    }

    /** AdamW, a twentieth of the run to rise, then a cosine down; a critic learns at a tenth of the rate. */
    public static Plan plan(Options options, long seed, Length length) {
        return Plan.of(seed, length, descent(options.rate));
    }

    static Descent descent(double rate) {
        return Descent.adamW(rate)
                .withRule(new UpdateRule.AdamW(0.9, 0.99, 1e-4))
                .withSchedule(new Schedule.Cosine(0.05, 0.02))
                .withGrouping(Grouping.standard().rate("critic\\..*", 0.1));
    }

    /** Updates that show every picture so many times. */
    public long steps(double times) {
        return batches.steps(times);
    }

    @Override
    public Module model() {
        return all;
    }

    @Override
    public Module saved() {
        return model;
    }

    @Override
    public Batch batch(Step step) {
        return new Batch(batches.of(step.batch(), step.batch()));
    }

    @Override
    public void begin(Step step) {
        revived = 0;
        learnt().ifPresent(codebook -> {
            if (step.fraction() >= options.plain && !model.average().hasBegun()) {
                model.average().start(codebook, beginning(), Philox.keyed(seed, -1));
            } else if (step.fraction() > options.plain
                    && step.fraction() < SETTLED
                    && step.number() % REVIVE_EVERY == 0) {
                float[] vectors = vectors(batches.of(step.batch(), step.batch()));
                revived = model.average().revive(codebook, vectors, Philox.keyed(seed, -2, step.number()));
            }
        });
    }

    /** What the encoder says, place by place, of some batches. */
    private float[] beginning() {
        int across = model.config().tokens();
        int some = Math.ceilDiv(BEGINNING, across * across * options.batch);
        float[][] parts = new float[some][];
        for (int i = 0; i < some; i++) {
            parts[i] = vectors(batches.of(i, -1 - i)); // varied as no batch is
        }
        float[] together = new float[some * parts[0].length];
        for (int i = 0; i < some; i++) {
            System.arraycopy(parts[i], 0, together, i * parts[0].length, parts[0].length);
        }
        return together;
    }

    /** What the encoder says of pictures, place by place. */
    private float[] vectors(float[] pixels) {
        return Scope.tidy(() -> byPlace(model.encode(batches.tensor(pixels))).toFloats());
    }

    /** (N, width, h, w) → (N·h·w, width). */
    private Tensor byPlace(Tensor map) {
        return map.permute(0, 2, 3, 1).reshape(-1, model.config().width());
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor x = batches.tensor(batch.pictures);
        Tensor map = model.encode(x); // (N, width, h, w)
        boolean learns = learnt().isPresent();
        if (learns && !model.average().hasBegun()) {
            PictureLoss.Result result = loss.of(x, made(map), 0);
            return new Loss(result.loss(), x.dim(0), result.metrics());
        }
        VqModel vq = model.vq();
        Tensor chosen = vq.nearest(map); // (N, h, w)
        Tensor codes = vq.map(chosen).detached();
        PictureLoss.Result result = loss.of(x, made(Codebook.straightThrough(map, codes)), step.fraction());
        Tensor sum = result.loss();
        Map<String, Double> metrics = new HashMap<>(result.metrics());
        CodeUse use;
        if (learns) { // else rounding keeps them near: the paper of those codes has no commitment
            sum = sum.plus(Losses.mse(map, codes).times(options.commitment));
            model.average().update(learnt().get(), byPlace(map.detached()), chosen.reshape(-1));
            use = model.average().use();
            metrics.put("revived", (double) revived);
        } else {
            use = CodeUse.of(chosen.toLongs(), model.config().codes());
        }
        metrics.putAll(use.measures());
        metrics.put("dead", (double) use.dead());
        return new Loss(sum, x.dim(0), metrics);
    }

    private PictureLoss.Made made(Tensor map) {
        return new PictureLoss.Made(
                model.vq().beforeLast(map), model.vq().decoder().output(), model::unfolded);
    }

    /** On pictures that were not trained on, see {@link ReadPictures}. */
    @Override
    public Map<String, Double> evaluate() {
        return ReadPictures.measure(model, heldOut);
    }
}
