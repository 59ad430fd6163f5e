package sensorium.multimodal.classify;

import java.nio.file.Path;
import java.util.List;
import sensorium.audio.AudioAugment;
import sensorium.audio.AudioFile;
import sensorium.audio.SoundBank;
import sensorium.audio.Spectrogram;
import sensorium.multimodal.data.ImageSource;
import sensorium.tensor.Tensor;
import sensorium.vision.Augmentation;
import sensorium.vision.ImageProcessor;
import sensorium.vision.Picture;
import sensorium.vision.PictureAugment;
import sensorium.vision.PictureBank;
import sensorium.vision.Resize;

/** Pictures or sounds, decoded and small, that become what a classifier is shown: as they are, or varied for training. */
final class Inputs {
    private static final Augmentation VARIED = new Augmentation(
            new Augmentation.Place(0.75, 1.15, 1, 8, 0.1, 0.5),
            new Augmentation.Colour(8, 0.2, 0.15, 0),
            new Augmentation.Background(0.3, 0.2, 0.1),
            new Augmentation.Damage(0.2, 0.3, 0, 0.02),
            0);

    /** What lies around a picture that is shown whole. */
    private static final double MID_GREY = 0.5;

    private static final Augmentation WHOLE = Augmentation.NONE.on(new Augmentation.Background(0, 0, 0, MID_GREY));

    /** Mostly over the grey that they are judged on, now and then cut off or mirrored: a few hundred have to stand for all. */
    private static final Augmentation WHOLE_VARIED = new Augmentation(
            new Augmentation.Place(0.6, 1.25, 1, 12, 0.15, 0.5),
            new Augmentation.Colour(40, 0.3, 0.2, 0.05),
            new Augmentation.Background(0.1, 0.1, 0.05, MID_GREY),
            new Augmentation.Damage(0, 0, 0, 0),
            0);

    private final int size;
    private final int[] shape; // (C, H, W)
    private final Drawing plain;
    private final Drawing varied;

    /** Writes one input's floats from {@code at} on; the key decides how it is varied. */
    @FunctionalInterface
    private interface Drawing {
        void draw(int i, long key, float[] out, int at);
    }

    private Inputs(int size, int[] shape, Drawing plain, Drawing varied) {
        this.size = size;
        this.shape = shape;
        this.plain = plain;
        this.varied = varied;
    }

    /** Small grey pictures are shown as they are, also in training: varying them costs accuracy in short runs. */
    static Inputs of(Input.Grey input, List<ImageSource.Grey> pictures) {
        Drawing draw = (i, _, out, at) -> {
            ImageSource.Grey g = pictures.get(i);
            for (int p = 0; p < g.width() * g.height(); p++) {
                out[at + p] = (g.data()[g.offset() + p] & 0xff) / 255f;
            }
        };
        return new Inputs(pictures.size(), new int[] {1, input.height(), input.width()}, draw, draw);
    }

    /** Coloured pictures, {@linkplain #kept made small} before. */
    static Inputs of(Input.Colour input, List<Picture> pictures, long seed) {
        var bank = PictureBank.of(pictures, keptSide(input.side()));
        var plain = new PictureAugment(bank, input.side(), Augmentation.NONE, seed);
        var varied = new PictureAugment(bank, input.side(), VARIED, seed);
        return new Inputs(pictures.size(), new int[] {3, input.side(), input.side()}, plain::draw, varied::draw);
    }

    /** Pictures of which nothing is left out, {@linkplain #whole made small} before. */
    static Inputs of(Input.Whole input, List<Picture> pictures, long seed) {
        var exact = PictureBank.whole(pictures, input.side()); // at the size of the canvas: no pixel is moved
        var detailed = PictureBank.whole(pictures, keptSide(input.side()));
        var plain = new PictureAugment(exact, input.side(), WHOLE, seed);
        var varied = new PictureAugment(detailed, input.side(), WHOLE_VARIED, seed);
        return new Inputs(pictures.size(), new int[] {3, input.side(), input.side()}, plain::draw, varied::draw);
    }

    /** Sounds, {@linkplain SoundBank#prepare prepared} by that bank. */
    static Inputs of(SoundBank bank, List<List<Spectrogram>> sounds, long seed) {
        sounds.forEach(bank::add);
        var augment = new AudioAugment(AudioAugment.Config.otherSpeakers(), bank.logMel());
        return new Inputs(
                sounds.size(),
                new int[] {1, bank.frames(), bank.logMel().bands()},
                (i, _, out, at) -> bank.draw(i, out, at),
                (i, key, out, at) -> bank.draw(i, augment, seed, key, out, at));
    }

    /** Pictures fitted to what a published model sees. */
    static Inputs of(ImageProcessor preprocessing, List<Picture> fitted) {
        Picture first = fitted.isEmpty() ? new Picture(1, 1, 3, new byte[3]) : fitted.getFirst();
        Drawing draw = (i, _, out, at) -> preprocessing.normalise(fitted.get(i), out, at);
        return new Inputs(fitted.size(), new int[] {3, first.height(), first.width()}, draw, draw);
    }

    /** Sounds as a published model hears them, each (frames, features). */
    static Inputs ofHeard(List<float[]> heard, int frames, int features) {
        Drawing draw = (i, _, out, at) -> System.arraycopy(heard.get(i), 0, out, at, frames * features);
        return new Inputs(heard.size(), new int[] {1, frames, features}, draw, draw);
    }

    /** One file, as a model is shown it. */
    static Inputs ofFile(Input input, Path file) {
        var source = new ImageSource.InFile(file);
        return switch (input) {
            case Input.Grey g -> of(g, List.of(grey(source, g)));
            case Input.Colour c -> of(c, List.of(kept(source, c)), 0);
            case Input.Whole w -> of(w, List.of(whole(source, w)), 0);
            case Input.Heard h -> {
                var bank = new SoundBank(h.hearing().plain());
                yield of(bank, List.of(bank.prepare(AudioFile.decode(file).mono())), 0);
            }
        };
    }

    /** A picture as a grey one of the size that is wanted, transparent parts on white. */
    static ImageSource.Grey grey(ImageSource source, Input.Grey input) {
        if (source instanceof ImageSource.Grey g && g.width() == input.width() && g.height() == input.height()) {
            return g;
        }
        Picture rgb =
                Resize.resize(source.decode().over(0xFFFFFF), input.width(), input.height(), Resize.Filter.BILINEAR);
        byte[] luma = new byte[input.width() * input.height()];
        for (int i = 0; i < luma.length; i++) {
            int x = i % input.width();
            int y = i / input.width();
            luma[i] = (byte) Input.Grey.luma(rgb, x, y);
        }
        return new ImageSource.Grey(luma, 0, input.width(), input.height());
    }

    /** What of a picture is kept: its visible part, little larger than it will be shown. */
    static Picture kept(ImageSource source, Input.Colour input) {
        return Resize.atMost(source.decode().cropToAlpha(), keptSide(input.side()));
    }

    /** What of a picture is kept that is shown whole. */
    static Picture whole(ImageSource source, Input.Whole input) {
        return Resize.atMost(source.decode(), keptSide(input.side()));
    }

    private static int keptSide(int side) {
        return side * 4 / 3; // what is cut into by a variation keeps its detail
    }

    /** Some of them, in that order. */
    Inputs some(int[] chosen) {
        return new Inputs(
                chosen.length,
                shape,
                (i, key, out, at) -> plain.draw(chosen[i], key, out, at),
                (i, key, out, at) -> varied.draw(chosen[i], key, out, at));
    }

    int size() {
        return size;
    }

    /** How many floats an input takes. */
    int length() {
        return shape[0] * shape[1] * shape[2];
    }

    void plain(int i, float[] out, int at) {
        plain.draw(i, 0, out, at);
    }

    void varied(int i, long key, float[] out, int at) {
        varied.draw(i, key, out, at);
    }

    /** (n, C, H, W). */
    Tensor tensor(float[] values) {
        return Tensor.of(values, values.length / length(), shape[0], shape[1], shape[2]);
    }

    /** Those from {@code from} to before {@code to} as they are: (n, C, H, W). */
    Tensor plain(int from, int to) {
        float[] values = new float[(to - from) * length()];
        for (int i = from; i < to; i++) {
            plain(i, values, (i - from) * length());
        }
        return tensor(values);
    }
}
