package sensorium.multimodal.dual;

import sensorium.audio.clap.Htsat;
import sensorium.nn.Activation;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.ProjectionHead;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.Roberta;

/**
 * CLAP (Wu et al., arXiv 2211.06687): sounds and texts in one space.
 *
 * @param audioScale logarithm of what cosines are multiplied with where a sound chooses among texts
 * @param textScale the same where a text chooses among sounds
 */
public record Clap(
        Htsat audio,
        ProjectionHead audioProjection,
        Roberta text,
        ProjectionHead textProjection,
        Parameter audioScale,
        Parameter textScale,
        Config config)
        implements Module {

    /**
     * @param width of the space
     * @param activation inside the projections
     */
    public record Config(Htsat.Config audio, Roberta.Config text, int width, Activation activation) {}

    public static Clap of(Weights w, Config c) {
        Init scale = new Init.Constant(Math.log(1 / 0.07));
        int textWidth = c.text.transformer().width();
        return new Clap(
                Htsat.of(w.at("audio"), c.audio),
                ProjectionHead.of(w.at("audioProjection"), c.audio.features(), c.width, c.activation),
                Roberta.of(w.at("text"), c.text),
                ProjectionHead.of(w.at("textProjection"), textWidth, c.width, c.activation),
                w.parameter("audioScale", scale),
                w.parameter("textScale", scale),
                c);
    }

    /** The tower's vectors of sounds (B, D) → unit vectors (B, width). */
    public Tensor ofAudio(Tensor pooled) {
        return audioProjection.forward(pooled).normalize(-1, 1e-12);
    }

    /** The tower's vectors of texts (B, D) → unit vectors (B, width). */
    public Tensor ofText(Tensor pooled) {
        return textProjection.forward(pooled).normalize(-1, 1e-12);
    }

    /** Unit vectors of sounds (S, width) and texts (T, width) → scores (S, T): which text is it? */
    public Tensor scores(Tensor sounds, Tensor texts) {
        return sounds.matmul(texts.t()).times(audioScale.value().exp());
    }
}
