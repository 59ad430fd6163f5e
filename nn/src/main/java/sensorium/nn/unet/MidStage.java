package sensorium.nn.unet;

import java.util.List;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Two residual blocks on the smallest map.
 *
 * @param mixers one between them, or none
 */
public record MidStage(List<ResidualBlock> residuals, List<Mixer> mixers) implements Module {
    public static MidStage of(Weights w, int channels, Mixer.Kind kind, BlockConfig c) {
        return new MidStage(
                List.of(
                        ResidualBlock.of(w.at("residuals").at(0), channels, channels, c),
                        ResidualBlock.of(w.at("residuals").at(1), channels, channels, c)),
                DownStage.mixers(w.at("mixers"), channels, 1, kind, c));
    }

    /** (N, C, H, W) → (N, C, H, W). */
    public Tensor forward(Tensor x, Tensor embedding, Tensor context) {
        Tensor y = residuals.get(0).forward(x, embedding);
        for (Mixer mixer : mixers) {
            y = mixer.forward(y, context);
        }
        return Trace.note(this, residuals.get(1).forward(y, embedding));
    }
}
