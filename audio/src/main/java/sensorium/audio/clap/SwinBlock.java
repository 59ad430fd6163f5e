package sensorium.audio.clap;

import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.Activation;
import sensorium.nn.Attention;
import sensorium.nn.Init;
import sensorium.nn.LayerNorm;
import sensorium.nn.Mlp;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * A block of a Swin transformer (Liu et al., arXiv 2103.14030): tokens on a grid attend to those in the same window; in every other
 * block the windows lie half a window further, across the borders of those before.
 *
 * @param bias ((2·W − 1)², heads): added to the score of two tokens of a window by how far apart they stand
 */
record SwinBlock(LayerNorm norm1, Attention attention, Parameter bias, LayerNorm norm2, Mlp mlp, Config config)
        implements Module {
    /** Added to the score of two tokens whose places only meet because the grid was rolled. */
    private static final float APART = -100;

    /**
     * @param window W, tokens in a row of a window and in a column
     * @param shift by how many tokens the windows lie further, 0 for none
     * @param hidden width inside the MLP
     * @param eps of the norms
     */
    record Config(
            int width,
            int heads,
            int window,
            int shift,
            int hidden,
            Activation activation,
            boolean queryBias,
            double eps) {}

    static SwinBlock of(Weights w, Config c) {
        int reach = 2 * c.window - 1;
        boolean biased = c.queryBias;
        return new SwinBlock(
                LayerNorm.of(w.at("norm1"), c.width, c.eps),
                Attention.of(
                        w.at("attention"),
                        c.width,
                        Attention.Config.of(c.width, c.heads).with(new Attention.Biases(biased, biased, biased, true))),
                w.parameter("bias", new Init.Normal(0.02), reach * reach, c.heads),
                LayerNorm.of(w.at("norm2"), c.width, c.eps),
                Mlp.of(w.at("mlp"), c.width, Mlp.Config.of(c.hidden, c.activation)),
                c);
    }

    /** Tokens of a grid, row by row, (B, rows·columns, D) → the same. */
    Tensor forward(Tensor x, int rows, int columns) {
        return Scope.tidy("a swin block", () -> {
            Tensor grid = norm1.forward(x).reshape(x.dim(0), rows, columns, config.width);
            Tensor y = x.plus(attended(grid).reshape(x.shape()));
            return Trace.note(this, y.plus(mlp.forward(norm2.forward(y))));
        });
    }

    /** (B, h, w, D) → (B, h, w, D). */
    private Tensor attended(Tensor grid) {
        int w = config.window;
        int rows = grid.dim(1);
        int columns = grid.dim(2);
        // Zeros fill the last windows, and are attended to like other tokens, as published.
        Tensor full = grid.pad(1, 0, Math.floorMod(-rows, w), 0).pad(2, 0, Math.floorMod(-columns, w), 0);
        int down = full.dim(1) / w;
        int across = full.dim(2) / w;
        Tensor windows = rolled(full, config.shift)
                .reshape(grid.dim(0), down, w, across, w, config.width)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(grid.dim(0) * down * across, w * w, config.width); // (B·n, W², D)
        Tensor mixed = attention.forward(windows, Attention.Options.NONE.withMask(scores(grid.dim(0), down, across)));
        Tensor back = mixed.reshape(grid.dim(0), down, across, w, w, config.width)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(full.shape());
        return rolled(back, -config.shift).slice(1, 0, rows).slice(2, 0, columns);
    }

    /** Element i of rows and columns is element i + by of x. */
    private static Tensor rolled(Tensor x, int by) {
        Tensor y = x;
        for (int axis = 1; axis <= 2 && by != 0; axis++) {
            int n = y.dim(axis);
            int at = Math.floorMod(by, n);
            y = Tensor.concat(axis, List.of(y.slice(axis, at, n), y.slice(axis, 0, at)));
        }
        return y;
    }

    /** What is added to the scores: (1, heads, W², W²) or, of shifted windows, (B·n, heads, W², W²). */
    private Tensor scores(int batch, int down, int across) {
        int tokens = config.window * config.window;
        Tensor near = bias.value()
                .indexSelect(0, Tensor.of(bias.value(), distances()))
                .reshape(1, tokens, tokens, config.heads)
                .permute(0, 3, 1, 2);
        if (config.shift == 0) {
            return near;
        }
        int windows = down * across;
        Tensor apart = Tensor.of(bias.value(), apart(down, across)).to(near.dtype());
        return near.plus(apart.reshape(windows, 1, tokens, tokens)) // (n, heads, W², W²)
                .unsqueeze(0)
                .expand(batch, windows, config.heads, tokens, tokens)
                .reshape(batch * windows, config.heads, tokens, tokens);
    }

    /** The row of the bias for each pair of tokens of a window, W²·W². */
    private long[] distances() {
        int w = config.window;
        long[] rows = new long[w * w * w * w];
        for (int i = 0; i < w * w; i++) {
            for (int j = 0; j < w * w; j++) {
                int dy = i / w - j / w + w - 1;
                int dx = i % w - j % w + w - 1;
                rows[i * w * w + j] = (long) dy * (2 * w - 1) + dx;
            }
        }
        return rows;
    }

    /** Zero for pairs that belong together, else {@link #APART}: (windows, W², W²). */
    private double[] apart(int down, int across) {
        int w = config.window;
        int tokens = w * w;
        double[] mask = new double[down * across * tokens * tokens];
        int[] region = new int[tokens];
        for (int window = 0; window < down * across; window++) {
            for (int i = 0; i < tokens; i++) {
                int y = window / across * w + i / w;
                int x = window % across * w + i % w;
                region[i] = 3 * region(y, down * w) + region(x, across * w);
            }
            for (int i = 0; i < tokens; i++) {
                for (int j = 0; j < tokens; j++) {
                    mask[(window * tokens + i) * tokens + j] = region[i] == region[j] ? 0 : APART;
                }
            }
        }
        return mask;
    }

    /** Along an axis: before the last window, in it, or in the part of it that was rolled over. */
    private int region(int at, int extent) {
        return at < extent - config.window ? 0 : at < extent - config.shift ? 1 : 2;
    }
}
