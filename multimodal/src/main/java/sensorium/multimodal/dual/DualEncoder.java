package sensorium.multimodal.dual;

import sensorium.nn.Init;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.TextTransformer;
import sensorium.vision.ImageTransformer;

/**
 * Pictures and texts in one space: CLIP (Radford et al., arXiv 2103.00020) and SigLIP (Zhai et al., arXiv 2303.15343).
 *
 * @param imageProjection into the space, null where the tower's vectors are in it already
 * @param textProjection likewise
 * @param scale logarithm of what cosines are multiplied with
 * @param bias then added, or null
 */
public record DualEncoder(
        ImageTransformer image,
        TextTransformer text,
        Linear imageProjection,
        Linear textProjection,
        Parameter scale,
        Parameter bias,
        Config config)
        implements Module {

    /** What scores mean, and with it what the two models have besides their towers. */
    public enum Scores {
        /** CLIP's: which of the texts, by softmax. Both projections are without a bias. */
        WHICH,
        /** SigLIP's: whether it is the text, by the logistic function. Only texts are projected, with a bias. */
        WHETHER
    }

    /** @param width of the space */
    public record Config(ImageTransformer.Config image, TextTransformer.Config text, int width, Scores scores) {}

    public static DualEncoder of(Weights w, Config c) {
        boolean clip = c.scores == Scores.WHICH;
        int[] shape = clip ? new int[0] : new int[] {1}; // of the two numbers
        return new DualEncoder(
                ImageTransformer.of(w.at("image"), c.image),
                TextTransformer.of(w.at("text"), c.text),
                clip ? Linear.of(w.at("imageProjection"), c.image.transformer().width(), c.width, false) : null,
                Linear.of(w.at("textProjection"), c.text.transformer().width(), c.width, !clip),
                w.parameter("scale", new Init.Constant(Math.log(clip ? 1 / 0.07 : 10)), shape),
                clip ? null : w.parameter("bias", new Init.Constant(-10), shape),
                c);
    }

    /** A tower's vectors of pictures (B, D) → in the space, of any length (B, width). */
    public Tensor ofImage(Tensor pooled) {
        return imageProjection == null ? pooled : imageProjection.forward(pooled);
    }

    /** A tower's vectors of texts (B, D) → in the space, of any length (B, width). */
    public Tensor ofText(Tensor pooled) {
        return textProjection.forward(pooled);
    }

    /** Vectors (B, width) → the same of length one. */
    public static Tensor unit(Tensor vectors) {
        return vectors.dividedBy(vectors.norm(true, -1));
    }

    /** Unit vectors of pictures (P, width) and texts (T, width) → scores (P, T). */
    public Tensor scores(Tensor images, Tensor texts) {
        Tensor scaled = images.matmul(texts.t()).times(scale.value().exp());
        return bias == null ? scaled : scaled.plus(bias.value());
    }
}
