package sensorium.audio;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.memory.Scope;
import sensorium.nn.Losses;
import sensorium.nn.Module;
import sensorium.nn.codes.Codebook;
import sensorium.nn.codes.ResidualCodebooks;
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
 * How sounds become tokens: first a plain autoencoder, then codes in the middle of what it says, stage by stage, which from there on
 * follow it and it them.
 */
public final class SoundCodecRecipe implements Recipe<SoundCodecRecipe.Batch> {
    /** Sounds as floats. */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(float[] samples) {}

    private static final int BATCH = 8;
    /** Tokens of a crop: 1.024 s. */
    private static final int CROP = 32;
    /** Share of the run without codes. */
    private static final double PLAIN = 0.1;
    /** Share of the run after which no code is moved by hand. */
    private static final double SETTLED = 0.85;

    private static final int REVIVE_EVERY = 100;
    /** Crops that the codes begin from. */
    private static final int BEGINNING = 256;
    /** What the encoder is told to keep to its codes by. */
    private static final double COMMITMENT = 0.1;
    /** Share of the sounds of a batch that are heard by all stages; the others by the first few. */
    private static final double WHOLE = 0.5;
    /** Sounds that it is measured on in the end, and how much of each. */
    private static final int MEASURED = 16;

    private static final double MEASURED_SECONDS = 3;

    private final SoundCodec model;
    private final SoundClips sounds;
    private final SoundClips heldOut;
    private final long seed;
    private final Epochs epochs;
    private final int crop; // samples
    private final SpectralLoss spectral;

    /** @param heldOut what it is measured on in the end */
    public SoundCodecRecipe(SoundCodec model, SoundClips sounds, SoundClips heldOut, long seed) {
        this.model = model;
        this.sounds = sounds;
        this.heldOut = heldOut;
        this.seed = seed;
        this.epochs = new Epochs(sounds.size(), BATCH, seed);
        model.codebooks().freeze(); // they follow the averages
        this.crop = CROP * model.config().samplesPerToken();
        int nFft = model.config().hearing().stft().nFft();
        this.spectral = new SpectralLoss(List.of(nFft / 4, nFft / 2, nFft));
    }

    /** AdamW at 2e-3, a twentieth of the run to rise, then a cosine down. */
    public static Plan plan(long seed, Length length) {
        var descent = Descent.adamW(2e-3)
                .withRule(new UpdateRule.AdamW(0.9, 0.99, 1e-4))
                .withSchedule(new Schedule.Cosine(0.05, 0.02));
        return Plan.of(seed, length, descent);
    }

    /** Updates that show every sound so many times. */
    public long steps(double times) {
        return epochs.steps(times, 1);
    }

    @Override
    public Module model() {
        return model;
    }

    @Override
    public Batch batch(Step step) {
        return new Batch(crops(epochs.batch(step.batch()), step.batch()));
    }

    private float[] crops(int[] chosen, long key) {
        float[] all = new float[chosen.length * crop];
        for (int i = 0; i < chosen.length; i++) {
            sounds.draw(chosen[i], crop, Philox.keyed(seed, key, i), all, i * crop);
        }
        return all;
    }

    @Override
    public void begin(Step step) {
        ResidualCodebooks books = model.codebooks();
        if (step.fraction() >= PLAIN && !books.hasBegun()) {
            books.start(vectors(BEGINNING, -1), Philox.keyed(seed, -1));
        } else if (step.fraction() > PLAIN && step.fraction() < SETTLED && step.number() % REVIVE_EVERY == 0) {
            books.revive(vectors(4 * BATCH, step.batch()), Philox.keyed(seed, -2, step.number()));
        }
    }

    /** What the encoder says of crops: (n · frames, width). */
    private float[] vectors(int n, long key) {
        float[][] parts = new float[Math.ceilDiv(n, BATCH)][];
        int length = 0;
        for (int p = 0; p < parts.length; p++) {
            int[] some = IntStream.range(p * BATCH, (p + 1) * BATCH)
                    .map(i -> Philox.keyed(seed, -3, key, i).below(0, sounds.size()))
                    .toArray();
            float[] crops = crops(some, key);
            parts[p] = Scope.tidy(() ->
                    model.encode(model.mel(Tensor.of(crops, some.length, crop))).toFloats());
            length += parts[p].length;
        }
        float[] all = new float[length];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        int n = batch.samples.length / crop;
        Tensor x = Tensor.of(batch.samples, n, crop);
        Tensor mel = model.mel(x); // (N, 2T, bands)
        Tensor vectors = model.encode(mel); // (N, T, width)
        if (!model.codebooks().hasBegun()) {
            return new Loss(far(model.decode(vectors), x, mel), n);
        }
        ResidualCodebooks.Quantised q = model.codebooks().quantise(vectors);
        Tensor sum = null;
        Tensor commitment = null;
        for (int s = 0; s < q.codes().size(); s++) {
            Tensor said = q.standIns().get(s);
            Tensor heard = said.times(Tensor.of(heard(n, s, step), n, 1, 1));
            sum = sum == null ? heard : sum.plus(heard);
            Tensor left = Losses.mse(q.residuals().get(s), said);
            commitment = commitment == null ? left : commitment.plus(left);
        }
        model.codebooks().update(q);
        Tensor error = far(model.decode(Codebook.straightThrough(vectors, sum)), x, mel);
        return new Loss(error.plus(commitment.times(COMMITMENT / q.codes().size())), n);
    }

    /** Of what was made: its spectra at several resolutions, its mel frames, and the mel frames that the decoder says. */
    private Tensor far(SoundCodec.Made made, Tensor x, Tensor mel) {
        return spectral.of(made.samples(), x)
                .plus(model.mel(made.samples()).minus(mel).abs().mean())
                .plus(made.mel().minus(mel).abs().mean());
    }

    /** 1 for the sounds of a batch that are told by stage s too, else 0: so the first stages alone can be decoded (quantiser dropout). */
    private float[] heard(int n, int s, Step step) {
        int stages = model.config().stages();
        float[] heard = new float[n];
        for (int i = 0; i < n; i++) {
            Philox random = Philox.keyed(seed, -4, step.batch(), i);
            int first = random.uniform(0) < WHOLE ? stages : 1 + random.below(1, stages);
            heard[i] = s < first ? 1 : 0;
        }
        return heard;
    }

    /** On sounds that were not trained on, see {@link SoundQuality}. */
    @Override
    public Map<String, Double> evaluate() {
        return SoundQuality.measure(model, heldOut.some(MEASURED, MEASURED_SECONDS));
    }
}
