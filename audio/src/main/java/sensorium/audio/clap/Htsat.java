package sensorium.audio.clap;

import java.util.ArrayList;
import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Activation;
import sensorium.nn.BatchNorm;
import sensorium.nn.LayerNorm;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.tensor.Resampling;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * HTS-AT (Chen et al., arXiv 2202.00874), as CLAP hears with it: a Swin transformer looks at a log-mel spectrogram that is cut in time
 * and stacked into a square.
 *
 * @param bandNorm normalises each mel band
 * @param norm after the last stage
 */
public record Htsat(
        BatchNorm bandNorm, SpectrogramPatches patches, List<SwinStage> stages, LayerNorm norm, Config config)
        implements Module {
    /** Of the norms that no setting tells of. */
    private static final double EPS = 1e-5;

    private static final Resampling STRETCH = new Resampling(Resampling.Mode.BICUBIC, true, false);

    /**
     * @param bands of the spectrogram
     * @param side of the square, a multiple of the bands
     * @param window tokens in a row of an attention window
     * @param depths blocks of each stage
     * @param heads of each stage
     * @param widening of the MLPs
     * @param queryBias whether queries, keys and values have one
     * @param eps of the norms in blocks
     */
    public record Config(
            int bands,
            int side,
            SpectrogramPatches.Config patches,
            int window,
            List<Integer> depths,
            List<Integer> heads,
            double widening,
            Activation activation,
            boolean queryBias,
            double eps) {
        public Config {
            depths = List.copyOf(depths);
            heads = List.copyOf(heads);
        }

        /** How many pieces of the spectrogram are stacked. */
        int stacked() {
            return side / bands;
        }

        /** Frames of a spectrogram that fills the square. */
        public int frames() {
            return side * stacked();
        }

        /** Spectrograms of a sound: the whole and three parts with fusion, else one. */
        public int channels() {
            return patches.inner() > 0 ? 4 : patches.channels();
        }

        int rows(int stage) {
            return patches.rows(side) >> stage;
        }

        int columns(int stage) {
            return patches.columns(side) >> stage;
        }

        int width(int stage) {
            return patches.width() << stage;
        }

        /** Length of the vector of a sound. */
        public int features() {
            return width(depths.size() - 1);
        }
    }

    public static Htsat of(Weights w, Config c) {
        List<SwinStage> stages = new ArrayList<>();
        for (int s = 0; s < c.depths.size(); s++) {
            Weights at = w.at("stages").at(s);
            List<SwinBlock> blocks = new ArrayList<>();
            for (int b = 0; b < c.depths.get(s); b++) {
                blocks.add(SwinBlock.of(at.at("blocks").at(b), block(c, s, b)));
            }
            boolean last = s == c.depths.size() - 1;
            stages.add(new SwinStage(
                    List.copyOf(blocks), last ? null : SwinStage.Merging.of(at.at("downsample"), c.width(s), EPS)));
        }
        return new Htsat(
                BatchNorm.of(w.at("bandNorm"), c.bands),
                SpectrogramPatches.of(w.at("patches"), c.patches, EPS),
                List.copyOf(stages),
                LayerNorm.of(w.at("norm"), c.features(), EPS),
                c);
    }

    private static SwinBlock.Config block(Config c, int stage, int index) {
        // A window that is the whole grid has no borders to look across.
        boolean whole = Math.min(c.rows(stage), c.columns(stage)) <= c.window;
        int width = c.width(stage);
        return new SwinBlock.Config(
                width,
                c.heads.get(stage),
                c.window,
                whole || index % 2 == 0 ? 0 : c.window / 2,
                (int) (c.widening * width),
                c.activation,
                c.queryBias,
                c.eps);
    }

    /** Of {@link #tokens}: one vector each (B, features). */
    public Tensor pooled(Tensor tokens) {
        return tokens.mean(1);
    }

    /**
     * @param mels (B, channels, frames, bands), in decibels
     * @param longer (B) BOOL, see {@link SpectrogramPatches}
     * @return (B, rows·columns, features) of the last stage, after the norm
     */
    public Tensor tokens(Tensor mels, Tensor longer) {
        return Scope.tidy("htsat", () -> {
            Tensor even = bandNorm.forward(mels.transpose(1, 3)).transpose(1, 3);
            Tensor x = patches.forward(square(even), longer);
            for (int s = 0; s < stages.size(); s++) {
                x = stages.get(s).forward(x, config.rows(s), config.columns(s));
            }
            return norm.forward(x);
        });
    }

    /** Stretched in time to fill the square, cut, and stacked: (B, C, frames, bands) → (B, C, side, side), bands downwards. */
    private Tensor square(Tensor mels) {
        int pieces = config.stacked();
        if (mels.dim(1) != config.channels() || mels.dim(2) > config.frames() || mels.dim(3) != config.bands) {
            throw new ShapeException("[htsat] " + mels + " are no " + config.channels() + " spectrograms of "
                    + config.bands + " bands and at most " + config.frames() + " frames");
        }
        Tensor full = mels.dim(2) == config.frames() ? mels : mels.interpolate(config.frames(), config.bands, STRETCH);
        return full.reshape(mels.dim(0), mels.dim(1), pieces, config.side, config.bands)
                .permute(0, 1, 2, 4, 3)
                .reshape(mels.dim(0), mels.dim(1), config.side, config.side);
    }

    /** As the reference lays tokens out, by band: (B, N, D) → (B, D, rows of a piece, pieces·columns). */
    Tensor byBand(Tensor tokens) {
        int last = stages.size() - 1;
        int rows = config.rows(last) / config.stacked();
        return tokens.t()
                .reshape(tokens.dim(0), tokens.dim(2), config.rows(last) / rows, rows, config.columns(last))
                .permute(0, 1, 3, 2, 4)
                .reshape(tokens.dim(0), tokens.dim(2), rows, -1);
    }
}
