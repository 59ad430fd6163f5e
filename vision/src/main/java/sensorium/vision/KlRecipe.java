package sensorium.vision;

import java.util.HashMap;
import java.util.Map;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.Loss;
import sensorium.nn.training.Plan;
import sensorium.nn.training.Recipe;
import sensorium.nn.training.Step;
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * How pictures become maps that a model of noise can make (Rombach et al., arXiv:2112.10752): read from a sample of what the encoder
 * says, which is held near the unit normal distribution, but only just.
 */
public final class KlRecipe implements Recipe<VqRecipe.Batch> {
    private static final int PLACES = 4096;

    /**
     * What may be changed of it.
     *
     * @param batch pictures an update
     * @param rate the highest of the run
     * @param divergence nats a pixel from the unit normal distribution count so much beside the error of pixels
     * @param perceptual strength of the error of a classifier's features
     * @param gan strength of the critic
     * @param ganfrom share of the run before which it is not there
     */
    public record Options(int batch, double rate, double divergence, double perceptual, double gan, double ganfrom) {
        public Options {
            if (batch < 1 || !(rate > 0) || !(divergence >= 0)) {
                throw new IllegalArgumentException("batch and rate must be above 0, divergence not negative");
            }
            new PictureLoss.Strengths(perceptual, gan, ganfrom);
        }

        /** What is best in minutes. */
        public static Options of(PictureAutoencoder.Config c) {
            return new Options(Math.clamp(PLACES / (c.places() * c.places()), 8, 32), 2e-3, 1e-3, 0, 0, 0.5);
        }

        /** With a classifier that looks on. */
        public Options withPerceptual(double strength) {
            return new Options(batch, rate, divergence, strength, gan, ganfrom);
        }
    }

    /** What learns together. */
    private record WithCritic(PictureAutoencoder pictures, PatchDiscriminator critic) implements Module {}

    private final PictureAutoencoder model;
    private final Module all;
    private final PictureLoss loss;
    private final PictureBatches batches;
    private final LabelledPictures heldOut;
    private final Options options;
    private final long seed;

    /**
     * @param heldOut what it is measured on in the end
     * @param look the eye of a classifier; null where {@code options.perceptual} is 0
     */
    public KlRecipe(
            PictureAutoencoder model,
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
    }

    /** As {@link VqRecipe#plan}. */
    public static Plan plan(Options options, long seed, Length length) {
        return Plan.of(seed, length, VqRecipe.descent(options.rate));
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
    public VqRecipe.Batch batch(Step step) {
        return new VqRecipe.Batch(batches.of(step.batch(), step.batch()));
    }

    @Override
    public Loss loss(VqRecipe.Batch batch, Step step) {
        Tensor x = batches.tensor(batch.pictures());
        AutoencoderKl.Distribution said = model.distribution(x);
        Philox random = Philox.keyed(seed, -3, step.batch());
        Tensor noise = Tensor.generate(
                new Random(Distribution.NORMAL, DType.F32, said.mean().shape(), random.seed(), random.stream()));
        var made = new PictureLoss.Made(
                model.kl().beforeLast(said.sample(noise)), model.kl().decoder().output(), model::unfolded);
        PictureLoss.Result result = loss.of(x, made, step.fraction());
        Tensor far = said.divergence().mean().times(x.dim(0) / (double) x.size()); // nats a pixel
        Map<String, Double> metrics = new HashMap<>(result.metrics());
        metrics.put("divergence", far.item());
        return new Loss(result.loss().plus(far.times(options.divergence)), x.dim(0), metrics);
    }

    /** On pictures that were not trained on, see {@link ReadPictures}. */
    @Override
    public Map<String, Double> evaluate() {
        return ReadPictures.measure(model, heldOut);
    }
}
