package sensorium.nn.unet;

import java.util.ArrayList;
import java.util.List;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Residual blocks on the smallest map.
 *
 * @param mixers one after the first of two, or none
 */
public record MidStage(List<ResidualBlock> residuals, List<Mixer> mixers) implements Module {
    public static MidStage of(Weights w, int channels, StageConfig.Middle c) {
        List<ResidualBlock> residuals = new ArrayList<>();
        for (int i = 0; i < c.layers(); i++) {
            residuals.add(ResidualBlock.of(w.at("residuals").at(i), channels, channels, c.blocks()));
        }
        return new MidStage(List.copyOf(residuals), DownStage.mixers(w.at("mixers"), channels, 1, c.mixer()));
    }

    /** (N, C, H, W) → (N, C, H, W). */
    public Tensor forward(Tensor x, Tensor embedding, Tensor context) {
        Tensor y = x;
        for (int i = 0; i < residuals.size(); i++) {
            y = residuals.get(i).forward(y, embedding);
            y = i < mixers.size() ? mixers.get(i).forward(y, context) : y;
        }
        return Trace.note(this, y);
    }
}
