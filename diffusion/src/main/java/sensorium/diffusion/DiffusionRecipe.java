package sensorium.diffusion;

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
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * How a network learns to denoise (Ho et al., arXiv:2006.11239): pictures with noise of a random step of the schedule, and the squared
 * error of what it says of them. Now and then nothing is told, so that samples can be guided (Ho and Salimans, arXiv:2207.12598).
 */
public final class DiffusionRecipe implements Recipe<DiffusionRecipe.Batch> {
    /** Pictures or latents as floats, what is told of them, the steps that they stand at, and the stream of their noise. */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(float[] pictures, int[] told, int[] timesteps, long stream) {}

    /**
     * The numbers that may be set.
     *
     * @param rate the peak learning rate
     * @param withhold share of the pictures of which the network is told nothing
     * @param minsnr bound on the weight of steps with little noise (arXiv:2303.09556), 0 for equal weights
     * @param ema decay of the averaged weights
     */
    public record Options(int batch, double rate, double withhold, double minsnr, double ema) {
        public static final Options USUAL = new Options(64, 2e-3, 0.12, 0, 0.998);

        public Options {
            if (batch < 1
                    || batch > 4096
                    || !(rate > 0)
                    || !(withhold >= 0 && withhold < 1)
                    || !(minsnr >= 0)
                    || !(ema >= 0 && ema < 1)) {
                throw new IllegalArgumentException(
                        "batch 1 to 4096, rate above 0, withhold and ema from 0 to below 1, minsnr 0 or more");
            }
        }
    }

    /** Pictures that the loss is measured on after training. */
    private static final int MEASURED = 512;

    private final DiffusionModel model;
    private final NoisingProcess process;
    private final Lessons lessons;
    private final Lessons heldOut;
    private final Options options;
    private final long seed;
    private final Epochs epochs;

    /** @param heldOut what the loss is measured on in the end */
    public DiffusionRecipe(DiffusionModel model, Lessons lessons, Lessons heldOut, Options options, long seed) {
        this.model = model;
        this.process = model.config().process();
        this.lessons = lessons;
        this.heldOut = heldOut;
        this.options = options;
        this.seed = seed;
        this.epochs = new Epochs(lessons.size(), options.batch, seed);
        // What was trained before stays as it is.
        for (Module part : new Module[] {model.text(), model.latents()}) {
            if (part != null) {
                part.parameters().values().forEach(p -> p.setTrainable(false));
            }
        }
    }

    /** AdamW that decays matrices a little, a tenth of the run to rise, then a cosine down to nothing; averaged weights. */
    public static Plan plan(Options options, long seed, Length length) {
        var descent = Descent.adamW(options.rate)
                .withRule(new UpdateRule.AdamW(0.9, 0.99, 0.01))
                .withSchedule(new Schedule.Cosine(0.1, 0))
                .withEma(options.ema);
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
        return batch(lessons, epochs.batch(step.batch()), options.withhold, step.batch());
    }

    /** Steps are spread evenly over the schedule: one of each of as many equal parts as there are pictures. */
    private Batch batch(Lessons source, int[] chosen, double withhold, long key) {
        int n = chosen.length;
        int length = shape(1).dim(1) * shape(1).dim(2) * shape(1).dim(3);
        var random = Philox.keyed(seed, key);
        float[] values = new float[n * length];
        int[] told = new int[n];
        int[] timesteps = new int[n];
        for (int i = 0; i < n; i++) {
            source.draw(chosen[i], values, i * length);
            told[i] = source.told(chosen[i], random.uniform(3L * i) < withhold, random, 3L * i + 1);
            timesteps[i] =
                    Math.min(process.steps() - 1, (int) ((i + random.uniform(3L * i + 2)) / n * process.steps()));
        }
        return new Batch(values, told, timesteps, key);
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        return new Loss(error(lessons, batch), batch.told.length);
    }

    private Tensor error(Lessons source, Batch b) {
        Shape shape = shape(b.told.length);
        Tensor x0 = Tensor.of(b.pictures, shape.dims());
        Tensor noise = Tensor.generate(new Random(Distribution.NORMAL, DType.F32, shape, seed, b.stream));
        float[] t = new float[b.timesteps.length];
        IntStream.range(0, t.length).forEach(i -> t[i] = b.timesteps[i]);
        Tensor output = model.forward(
                process.noised(x0, noise, b.timesteps), Tensor.of(t, t.length), source.conditioning(b.told));
        Tensor target = process.target(x0, noise, b.timesteps);
        if (options.minsnr == 0) {
            return Losses.mse(output, target);
        }
        Tensor each = output.minus(target).square().mean(false, 1, 2, 3);
        return each.times(process.minSnr(b.timesteps, options.minsnr)).mean();
    }

    private Shape shape(int n) {
        int[] s = model.config().denoised();
        return Shape.of(n, s[0], s[1], s[2]);
    }

    /** The error on pictures that were not trained on, always with the same noise. */
    @Override
    public Map<String, Double> evaluate() {
        int n = Math.min(MEASURED, heldOut.size());
        double sum = 0;
        for (int from = 0; from < n; from += options.batch) {
            int[] chosen =
                    IntStream.range(from, Math.min(n, from + options.batch)).toArray();
            long key = -1L - from;
            double error = Scope.tidy(
                    () -> error(heldOut, batch(heldOut, chosen, 0, key)).item());
            sum += chosen.length * error;
        }
        return Map.of("held_out_error", sum / n);
    }
}
