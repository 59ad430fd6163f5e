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
 * @param downsample to the next size, or null
 */
public record DownStage(List<ResidualBlock> residuals, List<Mixer> mixers, Downsample downsample) implements Module {
    /** @param downsample where that is not null: whether it pads symmetrically */
    public static DownStage of(
            Weights w, int in, int out, int layers, Mixer.Kind kind, Boolean downsample, BlockConfig c) {
        List<ResidualBlock> residuals = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            residuals.add(ResidualBlock.of(w.at("residuals").at(i), i == 0 ? in : out, out, c));
        }
        return new DownStage(
                List.copyOf(residuals),
                mixers(w.at("mixers"), out, layers, kind, c),
                downsample == null ? null : Downsample.of(w.at("downsample"), out, downsample));
    }

    static List<Mixer> mixers(Weights w, int channels, int count, Mixer.Kind kind, BlockConfig c) {
        List<Mixer> mixers = new ArrayList<>();
        for (int i = 0; i < count && kind != Mixer.Kind.NONE; i++) {
            mixers.add(
                    kind == Mixer.Kind.ATTENTION
                            ? PixelAttention.of(w.at(i), channels, c)
                            : SpatialTransformer.of(w.at(i), channels, c));
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
        return Trace.note(this, y);
    }
}
