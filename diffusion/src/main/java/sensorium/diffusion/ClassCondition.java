package sensorium.diffusion;

import sensorium.nn.Embedding;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.tensor.Tensor;

/** What a denoiser is told besides the picture: how much noise there is, and of which class it shall be. */
public record ClassCondition(TimestepEmbedding time, Embedding labels) implements Module {
    /** @param classes labels that there are vectors for, that of no class included where there is one */
    public static ClassCondition of(Weights w, TimestepEmbedding.Config c, int classes, int width) {
        return new ClassCondition(
                TimestepEmbedding.of(w.at("time"), c, width), Embedding.of(w.at("labels"), classes, width));
    }

    /** (N) and (N), I64 → (N, width). */
    public Tensor forward(Tensor timesteps, Tensor classes) {
        return Trace.note(this, time.forward(timesteps).plus(labels.forward(classes)));
    }
}
