package sensorium.multimodal.caption;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sensorium.nn.Losses;
import sensorium.nn.Losses.CrossEntropy;
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
import sensorium.text.Units;
import sensorium.vision.Augmentation;
import sensorium.vision.PictureAugment;

/** How captions are learnt: pictures are varied, and the next unit of one of their texts is foretold. */
public final class CaptionRecipe implements Recipe<CaptionRecipe.Batch> {
    /**
     * @param pixels (N, 3, side, side)
     * @param read (N, S + 1) the beginning and the units
     * @param toWrite (N, S + 1) the units and the end, then what is ignored
     */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(float[] pixels, long[] read, long[] toWrite, int size) {}

    private static final int BATCH = 64;
    /** Where there are few pictures, a batch shows each so often. */
    private static final int TIMES = 4;

    private static final CrossEntropy SMOOTHED = CrossEntropy.smoothed(0.1);

    private final Captioner model;
    private final List<List<int[]>> texts = new ArrayList<>();
    private final PictureAugment augment;
    private final Epochs epochs;
    private final long seed;

    /** @param units of texts; what is longer than the model can write is cut off */
    public CaptionRecipe(Captioner model, PictureNames pictures, Units units, long seed) {
        this.model = model;
        this.seed = seed;
        this.augment = new PictureAugment(pictures.bank(), model.config().side(), Augmentation.TRAINING, seed);
        int most = model.config().length() - 1;
        for (List<String> of : pictures.texts()) {
            texts.add(of.stream()
                    .map(units::encode)
                    .map(t -> t.length > most ? Arrays.copyOf(t, most) : t)
                    .toList());
        }
        int size = pictures.bank().size();
        this.epochs = new Epochs(size, Math.min(BATCH, TIMES * size), seed);
    }

    /** AdamW at 3e-3, a twentieth of the run to rise, then a cosine down to nothing. */
    public static Plan plan(long seed, Length length) {
        var descent = Descent.adamW(3e-3)
                .withRule(new UpdateRule.AdamW(0.9, 0.99, 0.05))
                .withSchedule(new Schedule.Cosine(0.05, 0));
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
        int[] chosen = epochs.batch(step.batch());
        int n = chosen.length;
        float[] pixels = new float[n * augment.length()];
        List<int[]> said = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            augment.draw(chosen[i], step.batch() * n + i, pixels, i * augment.length());
            List<int[]> known = texts.get(chosen[i]);
            said.add(known.get(Philox.keyed(seed, step.batch(), i).below(0, known.size())));
        }
        int longest = said.stream().mapToInt(t -> t.length).max().orElseThrow() + 1;
        long[] read = new long[n * longest];
        long[] toWrite = new long[n * longest];
        Arrays.fill(toWrite, SMOOTHED.ignored());
        for (int i = 0; i < n; i++) {
            int[] text = said.get(i);
            read[i * longest] = model.start();
            for (int j = 0; j < text.length; j++) {
                read[i * longest + j + 1] = text[j];
                toWrite[i * longest + j] = text[j];
            }
            toWrite[i * longest + text.length] = model.end();
        }
        return new Batch(pixels, read, toWrite, n);
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        int n = batch.size;
        int side = model.config().side();
        Tensor seen = model.see(Tensor.of(batch.pixels, n, 3, side, side));
        Tensor logits = model.forward(seen, Tensor.of(batch.read, n, batch.read.length / n));
        Tensor targets = Tensor.of(batch.toWrite, n, batch.toWrite.length / n);
        return new Loss(Losses.crossEntropy(logits, targets, SMOOTHED), n);
    }
}
