package sensorium.nn.unet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Blocks on maps of one size, on the way up.
 *
 * @param mixers one after each residual block, or none
 * @param upsample to the next size, or null
 */
public record UpStage(List<ResidualBlock> residuals, List<Mixer> mixers, Upsample upsample) implements Module {
    /**
     * @param in channels of what comes from below
     * @param skips channels of what each block is shown again of the way down, behind those; a block for each, 0 for nothing
     */
    public static UpStage of(
            Weights w, int in, int out, List<Integer> skips, Mixer.Kind kind, boolean upsample, BlockConfig c) {
        List<ResidualBlock> residuals = new ArrayList<>();
        for (int i = 0; i < skips.size(); i++) {
            residuals.add(ResidualBlock.of(w.at("residuals").at(i), (i == 0 ? in : out) + skips.get(i), out, c));
        }
        return new UpStage(
                List.copyOf(residuals),
                DownStage.mixers(w.at("mixers"), out, skips.size(), kind, c),
                upsample ? Upsample.of(w.at("upsample"), out) : null);
    }

    /**
     * (N, in, H, W) → (N, out, 2·H, 2·W), or of the same height and width where it ends without upsampling.
     *
     * @param skips gives each block what it is shown again, the last first; null for nothing
     */
    public Tensor forward(Tensor x, Tensor embedding, Tensor context, Supplier<Tensor> skips) {
        Tensor y = x;
        for (int i = 0; i < residuals.size(); i++) {
            y = skips == null ? y : Tensor.concat(1, List.of(y, skips.get()));
            y = residuals.get(i).forward(y, embedding);
            y = mixers.isEmpty() ? y : mixers.get(i).forward(y, context);
        }
        return Trace.note(this, upsample == null ? y : upsample.forward(y));
    }
}
