package sensorium.nn;

import java.util.ArrayList;
import java.util.List;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * Cuts a picture, or a spectrogram, into tokens: patches of pixels through one linear map (Dosovitskiy et al., arXiv
 * 2010.11929), or of what convolutions make of the pixels, which learns faster from few pictures (arXiv 2106.14881).
 *
 * @param stages of the convolutional stem, empty for none
 * @param projection (D, C, height, width): what maps a patch, kept in the shape of a convolution as checkpoints do; null where
 *     the places of the stem's map are the tokens
 */
public record Patches(List<ConvStage> stages, Conv2d projection, Config config) implements Module {
    /**
     * Extents in pixels (columns of a spectrogram are times).
     *
     * @param channels of the input
     * @param height of the inputs that learned positions are made for
     * @param width likewise
     * @param patch side lengths and steps of patches on the stem's map, or null for none
     */
    public record Config(int channels, int height, int width, List<ConvStage.Config> stages, Patch patch) {
        public Config {
            stages = List.copyOf(stages);
        }

        /** Square patches side by side, no stem. */
        public static Config of(int channels, int height, int width, int side) {
            return new Config(channels, height, width, List.of(), new Patch(side, side, side, side));
        }

        /** The places of a stem's map, as they are. */
        public static Config ofStem(int channels, int height, int width, ConvStage.Config... stages) {
            return new Config(channels, height, width, List.of(stages), null);
        }

        /** Rows of tokens for inputs of that height. */
        public int rows(int inputHeight) {
            int h = inputHeight;
            for (ConvStage.Config stage : stages) {
                h = stage.extent(h);
            }
            return patch == null ? h : Math.floorDiv(h - patch.height, patch.stepY) + 1;
        }

        /** Columns of tokens for inputs of that width. */
        public int columns(int inputWidth) {
            int w = inputWidth;
            for (ConvStage.Config stage : stages) {
                w = stage.extent(w);
            }
            return patch == null ? w : Math.floorDiv(w - patch.width, patch.stepX) + 1;
        }
    }

    /** Patches overlap where a step is below the extent. */
    public record Patch(int height, int width, int stepY, int stepX) {}

    /** @param width D of the tokens */
    public static Patches of(Weights w, int width, Config c) {
        List<ConvStage> stages = new ArrayList<>();
        int channels = c.channels;
        for (ConvStage.Config stage : c.stages) {
            stages.add(ConvStage.of(w.at("stages").at(stages.size()), channels, stage));
            channels = stage.channels();
        }
        if (c.patch == null && channels != width) {
            throw new ShapeException("[patches] a stem of " + channels + " channels makes no tokens of width " + width);
        }
        return new Patches(List.copyOf(stages), c.patch == null ? null : projection(w, channels, width, c.patch), c);
    }

    private static Conv2d projection(Weights w, int channels, int width, Patch p) {
        Init init = Init.xavier(channels * p.height * p.width, width);
        Weights at = w.at("projection");
        return new Conv2d(
                at.parameter("weight", init, width, channels, p.height, p.width),
                at.parameter("bias", Init.zeros(), width),
                null);
    }

    /** (B, C, H, W) → (B, rows·columns, D), row by row. */
    public Tensor forward(Tensor x) {
        if (x.rank() != 4 || x.dim(1) != config.channels || config.rows(x.dim(2)) < 1 || config.columns(x.dim(3)) < 1) {
            throw new ShapeException("[patches] " + x + " is no batch of inputs of " + config.channels
                    + " channels, large enough for one token");
        }
        Tensor map = x;
        for (ConvStage stage : stages) {
            map = stage.forward(map);
        }
        return Trace.note(this, projection == null ? map.flatten(2, 4).t() : project(map));
    }

    private Tensor project(Tensor map) {
        Patch p = config.patch;
        Tensor cut = map.windows(2, p.height, p.stepY, 1).windows(3, p.width, p.stepX, 1); // (B, C, h, w, P, P)
        Tensor patches =
                cut.permute(0, 2, 3, 1, 4, 5).reshape(map.dim(0), cut.dim(2) * cut.dim(3), -1); // (B, N, C·P·P)
        Tensor weight = projection.weight().value();
        return patches.linear(
                weight.reshape(weight.dim(0), -1), projection.bias().value());
    }
}
