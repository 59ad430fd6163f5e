package sensorium.vision;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.memory.Scope;
import sensorium.nn.Losses;
import sensorium.nn.Module;
import sensorium.nn.codes.Codebook;
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

/**
 * How pictures become tokens: first a plain autoencoder, then codes in the middle of what it says, which from there on follow it and
 * it them.
 */
public final class VqRecipe implements Recipe<VqRecipe.Batch> {
    /** Pictures as floats. */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(float[] pictures) {}

    private static final int BATCH = 64;
    /** Share of the run without codes. */
    private static final double PLAIN = 0.1;
    /** Share of the run after which no code is moved by hand. */
    private static final double SETTLED = 0.85;

    private static final int REVIVE_EVERY = 100;
    /** Pictures that the codes begin from. */
    private static final int BEGINNING = 1000;
    /** What the encoder is told to keep to its codes by, beside the error of pixels. */
    private static final double COMMITMENT = 0.025;

    private static final int MEASURED = 250;

    private final PictureTokenizer model;
    private final LabelledPictures pictures;
    private final LabelledPictures heldOut;
    private final long seed;
    private final Epochs epochs;

    /** @param heldOut what it is measured on in the end */
    public VqRecipe(PictureTokenizer model, LabelledPictures pictures, LabelledPictures heldOut, long seed) {
        this.model = model;
        this.pictures = pictures;
        this.heldOut = heldOut;
        this.seed = seed;
        this.epochs = new Epochs(pictures.size(), BATCH, seed);
        model.vq().codebook().weight().setTrainable(false); // it follows the average
    }

    /** AdamW at 2e-3, a twentieth of the run to rise, then a cosine down. */
    public static Plan plan(long seed, Length length) {
        var descent = Descent.adamW(2e-3)
                .withRule(new UpdateRule.AdamW(0.9, 0.99, 1e-4))
                .withSchedule(new Schedule.Cosine(0.05, 0.02));
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
        return new Batch(drawn(pictures, epochs.batch(step.batch())));
    }

    private float[] drawn(LabelledPictures source, int[] chosen) {
        var c = model.config();
        int length = c.channels() * c.side() * c.side();
        float[] values = new float[chosen.length * length];
        for (int i = 0; i < chosen.length; i++) {
            source.draw(chosen[i], values, i * length);
        }
        return values;
    }

    private Tensor tensor(float[] values) {
        var c = model.config();
        return Tensor.of(
                values, values.length / (c.channels() * c.side() * c.side()), c.channels(), c.side(), c.side());
    }

    @Override
    public void begin(Step step) {
        if (step.fraction() >= PLAIN && !model.average().hasBegun()) {
            int[] some =
                    IntStream.range(0, Math.min(BEGINNING, pictures.size())).toArray();
            model.average().start(model.vq().codebook(), vectors(some), Philox.keyed(seed, -1));
        } else if (step.fraction() > PLAIN && step.fraction() < SETTLED && step.number() % REVIVE_EVERY == 0) {
            float[] vectors = vectors(epochs.batch(step.batch()));
            model.average().revive(model.vq().codebook(), vectors, Philox.keyed(seed, -2, step.number()));
        }
    }

    /** What the encoder says of pictures, place by place. */
    private float[] vectors(int[] chosen) {
        float[][] parts = new float[Math.ceilDiv(chosen.length, BATCH)][];
        for (int p = 0; p < parts.length; p++) {
            int[] some = IntStream.range(p * BATCH, Math.min(chosen.length, (p + 1) * BATCH))
                    .map(i -> chosen[i])
                    .toArray();
            parts[p] = Scope.tidy(
                    () -> byPlace(model.encode(tensor(drawn(pictures, some)))).toFloats());
        }
        int length = IntStream.range(0, parts.length).map(p -> parts[p].length).sum();
        float[] all = new float[length];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** (N, width, h, w) → (N·h·w, width). */
    private Tensor byPlace(Tensor map) {
        return map.permute(0, 2, 3, 1).reshape(-1, model.config().width());
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor x = tensor(batch.pictures);
        Tensor map = model.encode(x); // (N, width, h, w)
        if (!model.average().hasBegun()) {
            return new Loss(Losses.mse(model.decode(map), x), x.dim(0));
        }
        VqModel vq = model.vq();
        Tensor chosen = vq.nearest(map); // (N, h, w)
        Tensor codes = vq.map(chosen).detached();
        Tensor through = Codebook.straightThrough(map, codes);
        Tensor error = Losses.mse(model.decode(through), x);
        Tensor commitment = Losses.mse(map, codes);
        model.average().update(vq.codebook(), byPlace(map.detached()), chosen.reshape(-1));
        return new Loss(error.plus(commitment.times(COMMITMENT)), x.dim(0));
    }

    /**
     * On pictures that were not trained on: {@code psnr} of the mean error and {@code ssim}, the share of codes {@code used}, and their
     * {@code perplexity}.
     */
    @Override
    public Map<String, Double> evaluate() {
        return measure(model, heldOut);
    }

    /** As {@link #evaluate}. */
    public static Map<String, Double> measure(PictureTokenizer model, LabelledPictures pictures) {
        var c = model.config();
        int length = c.channels() * c.side() * c.side();
        long[] used = new long[c.codes()];
        var quality = new PictureQuality(c.channels(), c.side());
        for (int from = 0; from < pictures.size(); from += MEASURED) {
            int n = Math.min(MEASURED, pictures.size() - from);
            float[] real = new float[n * length];
            for (int i = 0; i < n; i++) {
                pictures.draw(from + i, real, i * length);
            }
            Scope.tidyRun(() -> {
                Tensor tokens = model.tokens(Tensor.of(real, n, c.channels(), c.side(), c.side()));
                for (long t : tokens.toLongs()) {
                    used[(int) t]++;
                }
                quality.add(real, model.picture(tokens).clamp(-1, 1).toFloats());
            });
        }
        Map<String, Double> measures = new HashMap<>(quality.measures());
        long all = 0;
        int distinct = 0;
        for (long n : used) {
            all += n;
            distinct += n > 0 ? 1 : 0;
        }
        double entropy = 0;
        for (long n : used) {
            double p = (double) n / all;
            entropy -= n == 0 ? 0 : p * Math.log(p);
        }
        measures.put("used", (double) distinct / used.length);
        measures.put("perplexity", Math.exp(entropy));
        return measures;
    }
}
