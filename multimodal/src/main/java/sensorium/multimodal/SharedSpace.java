package sensorium.multimodal;

import java.util.Optional;
import sensorium.nn.Init;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.TextEncoder;
import sensorium.text.TextTower;

/**
 * One space for words, pictures and sounds: three encoders, each a transformer, whose unit vectors lie near each other where
 * they mean the same.
 *
 * @param pictureHead into the space
 * @param soundHead into the space
 * @param pictureScale (1) logarithm of the inverse temperature between pictures and words
 * @param soundScale (1) the same between sounds and words
 */
public record SharedSpace(
        TextTower text,
        PatchEncoder picture,
        Linear pictureHead,
        PatchEncoder sound,
        Linear soundHead,
        Parameter pictureScale,
        Parameter soundScale,
        SharedSpaceConfig config)
        implements Module {

    /** One that reads texts as n-grams. */
    public static SharedSpace of(Weights w, SharedSpaceConfig c) {
        if (!(c.text() instanceof TextEncoder.Config grams)) {
            throw new IllegalArgumentException("not a tower of n-grams: " + c.text());
        }
        return of(w, c, TextEncoder.of(w.at("text"), grams));
    }

    /** @param text as {@code c} describes it */
    public static SharedSpace of(Weights w, SharedSpaceConfig c, TextTower text) {
        var scale = new Init.Constant(Math.log(16));
        return new SharedSpace(
                text,
                PatchEncoder.of(w.at("picture"), c.picture()),
                Linear.of(w.at("pictureHead"), c.picture().features(), c.width(), false),
                PatchEncoder.of(w.at("sound"), c.sound()),
                Linear.of(w.at("soundHead"), c.sound().features(), c.width(), false),
                w.parameter("pictureScale", scale, 1),
                w.parameter("soundScale", scale, 1),
                c);
    }

    /** What reads texts as n-grams, where that is how they are read. */
    public Optional<TextEncoder> grams() {
        return text instanceof TextEncoder encoder ? Optional.of(encoder) : Optional.empty();
    }

    /** Texts → unit vectors (B, D). */
    public Tensor ofTexts(TextEncoder.Batch texts) {
        return unit(text.forward(texts));
    }

    /** Pictures (B, 3, side, side), or films as {@link sensorium.vision.FilmAugment} lays them out, of values 0…1 → unit vectors (B, D). */
    public Tensor ofPictures(Tensor pixels) {
        return unit(pictureHead.forward(picture.forward(centred(pixels))));
    }

    /** Values 0…1 → what the encoder of pictures is given. */
    public static Tensor centred(Tensor pixels) {
        return pixels.minus(0.5).times(4);
    }

    /** Log-mels (B, 1, frames, bands) → unit vectors (B, D). */
    public Tensor ofSounds(Tensor mels) {
        return unit(soundHead.forward(sound.forward(mels)));
    }

    /** Each vector of the last axis made of length one. */
    public static Tensor unit(Tensor x) {
        return x.normalize(-1, 1e-6);
    }
}
