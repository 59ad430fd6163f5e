package sensorium.diffusion;

import sensorium.nn.Embedding;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.tensor.Tensor;

/**
 * What shifts and scales in a diffusion transformer: how much noise there is, and what shall be made.
 *
 * @param labels class → what is added to the embedded timestep, or null
 * @param pooled vector of a text → what is added to it, or null
 */
public record Condition(TimestepEmbedding time, Embedding labels, Linear pooled) implements Module {
    static Condition of(Weights w, DitConfig c, int width) {
        return new Condition(
                TimestepEmbedding.of(w.at("time"), c.timesteps(), width),
                c.classes() > 0 ? Embedding.of(w.at("labels"), c.classes(), width) : null,
                c.pooled() > 0 ? Linear.of(w.at("pooled"), c.pooled(), width, true) : null);
    }

    /** (N) → (N, width). */
    public Tensor forward(Tensor timesteps, Conditioning told) {
        Tensor y = time.forward(timesteps);
        y = labels == null ? y : y.plus(labels.forward(told.classes()));
        return Trace.note(this, pooled == null ? y : y.plus(pooled.forward(told.pooled())));
    }
}
