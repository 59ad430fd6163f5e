package sensorium.nn.unet;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Blocks on maps of one size, on the way up.
 *
 * @param mixers one after each residual block, or none
 * @param upsample to the next size by a convolution, or null
 * @param growing to the next size by a residual block, or null
 */
public record UpStage(List<ResidualBlock> residuals, List<Mixer> mixers, Upsample upsample, ResidualBlock growing)
        implements Module {

    /**
     * @param in channels of what comes from below
     * @param skips channels of what each block is shown again of the way down, behind those; a block for each, 0 for nothing
     * @param last whether it ends at its own size
     */
    public static UpStage of(Weights w, int in, int out, List<Integer> skips, StageConfig c, boolean last) {
        List<ResidualBlock> residuals = new ArrayList<>();
        for (int i = 0; i < skips.size(); i++) {
            residuals.add(
                    ResidualBlock.of(w.at("residuals").at(i), (i == 0 ? in : out) + skips.get(i), out, c.blocks()));
        }
        boolean residual = c.resizing() == StageConfig.Resizing.RESIDUAL;
        return new UpStage(
                List.copyOf(residuals),
                DownStage.mixers(w.at("mixers"), out, skips.size(), c.mixer()),
                last || residual ? null : Upsample.of(w.at("upsample"), out),
                last || !residual
                        ? null
                        : ResidualBlock.of(w.at("growing"), out, out, c.blocks(), ResidualBlock.Size.DOUBLE));
    }

    /**
     * (N, in, H, W) → (N, out, 2·H, 2·W), or of the same height and width where it ends without upsampling. A convolution upsamples to
     * the size of what the next stage is shown first, which is a pixel less where a map could not be halved.
     *
     * @param skips gives each block what it is shown again, the last first; null for nothing
     */
    public Tensor forward(Tensor x, Tensor embedding, Tensor context, Deque<Tensor> skips) {
        Tensor y = x;
        for (int i = 0; i < residuals.size(); i++) {
            y = skips == null ? y : Tensor.concat(1, List.of(y, skips.pop()));
            y = residuals.get(i).forward(y, embedding);
            y = mixers.isEmpty() ? y : mixers.get(i).forward(y, context);
        }
        Tensor next = skips == null ? null : skips.peek();
        if (upsample != null) {
            y = next == null ? upsample.forward(y) : upsample.forward(y, next.dim(2), next.dim(3));
        }
        return Trace.note(this, growing == null ? y : growing.forward(y, embedding));
    }
}
