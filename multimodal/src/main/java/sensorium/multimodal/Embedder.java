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
import sensorium.vision.FilmAugment;
import sensorium.vision.FilmBank;
import sensorium.vision.Picture;

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

    /** Frames of the films that the space sees; 1 where it sees still pictures. */
    public int frames() {
        return space.config().frames();
    }

    public float[][] pictures(List<Picture> pictures) {
        return films(stills(pictures));
    }

    /** Films of any number of frames; a space that sees still pictures sees the middle one of each. */
    public float[][] films(List<List<Picture>> films) {
        return pictures(FilmBank.of(films, Material.BANK_SIDE, frames()), PLAIN, 0);
    }

    private static List<List<Picture>> stills(List<Picture> pictures) {
        return pictures.stream().map(List::of).toList();
    }

    /** Pictures that fill their canvas, background included, seen to their edges. */
    public float[][] whole(List<Picture> pictures) {
        return pictures(FilmBank.of(stills(pictures), Material.BANK_SIDE, frames()), Augmentation.NONE, 0);
    }

    public float[][] sounds(List<Waveform> sounds) {
        var bank = new SoundBank(hearing);
        sounds.forEach(s -> bank.add(bank.prepare(s)));
        return sounds(bank, null, 0);
    }

    /** The pictures of a bank, each drawn once as {@code how} says. */
    float[][] pictures(FilmBank bank, Augmentation how, long seed) {
        FilmAugment augment = augment(bank, how, seed);
        return batches(bank.size(), (from, to) -> space.ofPictures(pixels(augment, from, to)));
    }

    private FilmAugment augment(FilmBank bank, Augmentation how, long seed) {
        return new FilmAugment(bank, space.config().side(), space.config().deep(), how, seed);
    }

    /** Of a bank's pictures those from {@code from} to before {@code to}. */
    private Tensor pixels(FilmAugment augment, int from, int to) {
        var patches = space.config().picture().patches();
        float[] pixels = new float[(to - from) * augment.length()];
        for (int i = from; i < to; i++) {
            augment.draw(i, 0, pixels, (i - from) * augment.length());
        }
        return Tensor.of(pixels, to - from, patches.channels(), patches.height(), patches.width());
    }

    /** What the space is fed of a picture: (1, C, H, W). */
    public Tensor input(Picture picture) {
        FilmBank bank = FilmBank.of(stills(List.of(picture)), Material.BANK_SIDE, frames());
        return pixels(augment(bank, PLAIN, 0), 0, 1);
    }

    /** What the space is fed of a sound: (1, 1, frames, bands). */
    public Tensor input(Waveform sound) {
        var bank = new SoundBank(hearing);
        bank.add(bank.prepare(sound));
        return mels(bank, null, 0, 0, 1);
    }

    /** The sounds of a bank; plain where {@code how} is null, else each varied once. */
    float[][] sounds(SoundBank bank, AudioAugment.Config how, long seed) {
        var augment = how == null ? null : new AudioAugment(how, bank.logMel());
        return batches(bank.size(), (from, to) -> space.ofSounds(mels(bank, augment, seed, from, to)));
    }

    /** Of a bank's sounds those from {@code from} to before {@code to}; plain where {@code augment} is null. */
    private static Tensor mels(SoundBank bank, AudioAugment augment, long seed, int from, int to) {
        float[] mels = new float[(to - from) * bank.length()];
        for (int i = from; i < to; i++) {
            if (augment == null) {
                bank.draw(i, mels, (i - from) * bank.length());
            } else {
                bank.draw(i, augment, seed, 0, mels, (i - from) * bank.length());
            }
        }
        return Tensor.of(mels, to - from, 1, bank.frames(), bank.length() / bank.frames());
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
