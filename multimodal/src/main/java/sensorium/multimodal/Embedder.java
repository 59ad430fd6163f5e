package sensorium.multimodal;

import java.util.Arrays;
import java.util.List;
import sensorium.audio.AudioAugment;
import sensorium.audio.SoundBank;
import sensorium.audio.Waveform;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import sensorium.text.TextEncoder;
import sensorium.vision.Augmentation;
import sensorium.vision.Picture;
import sensorium.vision.PictureAugment;
import sensorium.vision.PictureBank;

/**
 * Texts, pictures and sounds → unit vectors of a shared space, prepared as in training but not varied. The results do not
 * depend on what else is embedded in the same call.
 */
public final class Embedder {
    private static final int BATCH = 64;

    /** On white, with a little room around: the middle of what training draws. */
    public static final Augmentation PLAIN = new Augmentation(
            new Augmentation.Place(0.85, 0.85, 0, 0, 0, 0),
            Augmentation.NONE.colour(),
            Augmentation.NONE.background(),
            Augmentation.NONE.damage(),
            0);

    private final SharedSpace space;
    private final SoundBank.Config hearing;

    public Embedder(SharedSpace space) {
        this.space = space;
        this.hearing = space.config().hearing().plain();
    }

    /** Width of the vectors. */
    public int width() {
        return space.config().width();
    }

    public float[][] texts(List<String> texts) {
        List<int[][]> read = texts.stream().map(space.text()::read).toList();
        return batches(texts.size(), (from, to) -> space.ofTexts(TextEncoder.Batch.of(read.subList(from, to))));
    }

    public float[][] pictures(List<Picture> pictures) {
        return pictures(PictureBank.of(pictures, Material.BANK_SIDE), PLAIN, 0);
    }

    /** Pictures that fill their canvas, background included, seen to their edges. */
    public float[][] whole(List<Picture> pictures) {
        return pictures(PictureBank.of(pictures, Material.BANK_SIDE), Augmentation.NONE, 0);
    }

    public float[][] sounds(List<Waveform> sounds) {
        var bank = new SoundBank(hearing);
        sounds.forEach(s -> bank.add(bank.prepare(s)));
        return sounds(bank, null, 0);
    }

    /** The pictures of a bank, each drawn once as {@code how} says. */
    float[][] pictures(PictureBank bank, Augmentation how, long seed) {
        int side = space.config().side();
        var augment = new PictureAugment(bank, side, how, seed);
        return batches(bank.size(), (from, to) -> {
            float[] pixels = new float[(to - from) * augment.length()];
            for (int i = from; i < to; i++) {
                augment.draw(i, 0, pixels, (i - from) * augment.length());
            }
            return space.ofPictures(Tensor.of(pixels, to - from, 3, side, side));
        });
    }

    /** The sounds of a bank; plain where {@code how} is null, else each varied once. */
    float[][] sounds(SoundBank bank, AudioAugment.Config how, long seed) {
        var augment = how == null ? null : new AudioAugment(how, bank.logMel());
        return batches(bank.size(), (from, to) -> {
            float[] mels = new float[(to - from) * bank.length()];
            for (int i = from; i < to; i++) {
                if (augment == null) {
                    bank.draw(i, mels, (i - from) * bank.length());
                } else {
                    bank.draw(i, augment, seed, 0, mels, (i - from) * bank.length());
                }
            }
            return space.ofSounds(Tensor.of(mels, to - from, 1, bank.frames(), bank.length() / bank.frames()));
        });
    }

    @FunctionalInterface
    private interface Batch {
        Tensor embed(int from, int to);
    }

    private float[][] batches(int n, Batch batch) {
        float[][] rows = new float[n][];
        for (int from = 0; from < n; from += BATCH) {
            int start = from;
            int end = Math.min(n, from + BATCH);
            float[] flat = Scope.tidy(() -> batch.embed(start, end).toFloats());
            for (int i = start; i < end; i++) {
                rows[i] = Arrays.copyOfRange(flat, (i - start) * width(), (i - start + 1) * width());
            }
        }
        return rows;
    }
}
