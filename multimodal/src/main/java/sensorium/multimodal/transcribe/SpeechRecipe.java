package sensorium.multimodal.transcribe;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import sensorium.audio.AudioAugment;
import sensorium.audio.Spectrogram;
import sensorium.audio.speech.SpeechModel;
import sensorium.audio.whisper.Whisper;
import sensorium.nn.Losses;
import sensorium.nn.Losses.CrossEntropy;
import sensorium.nn.Module;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.training.Buckets;
import sensorium.nn.training.Descent;
import sensorium.nn.training.Length;
import sensorium.nn.training.Loss;
import sensorium.nn.training.Plan;
import sensorium.nn.training.Recipe;
import sensorium.nn.training.Schedule;
import sensorium.nn.training.Step;
import sensorium.nn.training.UpdateRule;
import sensorium.tensor.Tensor;

/**
 * How speech is learnt: the head by connectionist temporal classification, which finds out by itself when each unit is said, the decoder by
 * foretelling the next unit; both through one encoder (Watanabe et al., 2017).
 */
public final class SpeechRecipe implements Recipe<SpeechBatch> {
    /** Weight of the decoder's loss; the head has the rest. */
    private static final double WRITING = 0.25;

    private static final CrossEntropy SMOOTHED = CrossEntropy.smoothed(0.1);
    /** Seconds of sound of a batch, padding included. */
    private static final double BATCH_SECONDS = 20;

    private static final int MOST_SOUNDS = 16;

    /** A little of everything; masks of up to an eighth of the bands and a sixth of a second. */
    private static final AudioAugment.Config VARIED = new AudioAugment.Config(0, 0.06, 0, 0, 4, 8, 40, 2, 8, 2, 10);

    private final SpeechModel model;
    private final SpeechMaterial material;
    private final Supplier<Map<String, Double>> measure;
    private final AudioAugment augment;
    private final Buckets buckets;
    private final long seed;

    /** @param measure what is said of the model at the end */
    public SpeechRecipe(SpeechModel model, SpeechMaterial material, Supplier<Map<String, Double>> measure, long seed) {
        this.model = model;
        this.material = material;
        this.measure = measure;
        this.augment = new AudioAugment(VARIED, material.bank().logMel());
        this.seed = seed;
        int[] lengths = IntStream.range(0, material.bank().size())
                .map(material.bank()::mostFrames)
                .toArray();
        var hearing = model.config().hearing();
        long room = (long)
                (BATCH_SECONDS * hearing.mel().sampleRate() / hearing.stft().hop());
        this.buckets = new Buckets(lengths, room, MOST_SOUNDS, seed);
    }

    /** AdamW at 2e-3, an eighth of the run to rise, then a cosine down to nothing. */
    public static Plan plan(long seed, Length length) {
        var descent = Descent.adamW(2e-3)
                .withRule(new UpdateRule.AdamW(0.9, 0.98, 0.05))
                .withSchedule(new Schedule.Cosine(0.12, 0.01))
                .withClip(1);
        return Plan.of(seed, length, descent);
    }

    /** Updates that show every sound so many times. */
    public long steps(double times) {
        return buckets.steps(times);
    }

    @Override
    public Module model() {
        return model;
    }

    @Override
    public SpeechBatch batch(Step step) {
        int[] chosen = buckets.batch(step.batch());
        List<Spectrogram> sounds = Arrays.stream(chosen)
                .mapToObj(i -> material.bank().draw(i, augment, seed, step.batch()))
                .toList();
        return SpeechBatch.of(
                sounds, Arrays.stream(chosen).mapToObj(material::units).toList());
    }

    @Override
    public Loss loss(SpeechBatch batch, Step step) {
        int n = batch.size();
        int bands = model.config().whisper().bands();
        Tensor mels = Tensor.of(batch.mels(), n, bands, batch.mels().length / n / bands);
        Tensor frames = Tensor.of(batch.frames(), n);
        Tensor heard = model.whisper().encode(mels, frames); // (N, T, D)
        Tensor tokens =
                Tensor.of(Arrays.stream(batch.frames()).map(f -> (f + 1) / 2).toArray(), n);
        Tensor ctc = Losses.ctc(
                model.logits(heard),
                Tensor.of(batch.units(), n, batch.longest()),
                tokens,
                Tensor.of(batch.lengths(), n),
                model.blank());
        Inputs inputs = Inputs.attendingTo(heard, Whisper.heard(frames, heard.dim(1)));
        Tensor logits = model.whisper().decode(Tensor.of(batch.read(model.start()), n, batch.longest() + 1), inputs);
        Tensor targets = Tensor.of(batch.toWrite(model.end(), SMOOTHED.ignored()), n, batch.longest() + 1);
        Tensor writing = Losses.crossEntropy(logits, targets, SMOOTHED);
        return new Loss(
                ctc.times(1 - WRITING).plus(writing.times(WRITING)),
                n,
                Map.of("ctc", ctc.item(), "writing", writing.item()));
    }

    @Override
    public Map<String, Double> evaluate() {
        return measure.get();
    }
}
