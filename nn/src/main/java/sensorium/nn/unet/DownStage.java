package sensorium.nn.unet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Blocks on maps of one size, on the way down.
 *
 * @param mixers one after each residual block, or none
 * @param downsample to the next size by a convolution, or null
 * @param shrinking to the next size by a residual block, or null
 */
public record DownStage(
        List<ResidualBlock> residuals, List<Mixer> mixers, Downsample downsample, ResidualBlock shrinking)
        implements Module {

    /** @param last whether it ends at its own size */
    public static DownStage of(Weights w, int in, int out, StageConfig c, boolean last) {
        List<ResidualBlock> residuals = new ArrayList<>();
        for (int i = 0; i < c.layers(); i++) {
            residuals.add(ResidualBlock.of(w.at("residuals").at(i), i == 0 ? in : out, out, c.blocks()));
        }
        boolean residual = c.resizing() == StageConfig.Resizing.RESIDUAL;
        boolean symmetric = c.resizing() == StageConfig.Resizing.CONVOLUTION;
        return new DownStage(
                List.copyOf(residuals),
                mixers(w.at("mixers"), out, c.layers(), c.mixer()),
                last || residual ? null : Downsample.of(w.at("downsample"), out, symmetric),
                last || !residual
                        ? null
                        : ResidualBlock.of(w.at("shrinking"), out, out, c.blocks(), ResidualBlock.Size.HALF));
    }

    static List<Mixer> mixers(Weights w, int channels, int count, Mixer.Config c) {
        List<Mixer> mixers = new ArrayList<>();
        for (int i = 0; i < count && c.kind() != Mixer.Kind.NONE; i++) {
            mixers.add(
                    c.kind() == Mixer.Kind.ATTENTION
                            ? PixelAttention.of(w.at(i), channels, c)
                            : SpatialTransformer.of(
                                    w.at(i), channels, c.depths().get(i), c));
        }
        return List.copyOf(mixers);
    }

    /**
     * (N, in, H, W) → (N, out, H/2, W/2), or of the same height and width where it ends without downsampling.
     *
     * @param each is shown what the way up will be shown again: the map after each block and after downsampling
     */
    public Tensor forward(Tensor x, Tensor embedding, Tensor context, Consumer<Tensor> each) {
        Tensor y = x;
        for (int i = 0; i < residuals.size(); i++) {
            y = residuals.get(i).forward(y, embedding);
            y = mixers.isEmpty() ? y : mixers.get(i).forward(y, context);
            each.accept(y);
        }
        if (downsample != null) {
            y = downsample.forward(y);
            each.accept(y);
        }
        if (shrinking != null) {
            y = shrinking.forward(y, embedding);
            each.accept(y);
        }
        return Trace.note(this, y);
    }
}
