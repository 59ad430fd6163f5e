package sensorium.audio.clap;

import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.LayerNorm;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Blocks on a grid of one size, after which four neighbours become one token of twice the width.
 *
 * @param downsample null after the last stage
 */
record SwinStage(List<SwinBlock> blocks, Merging downsample) implements Module {

    /** Tokens of a grid, row by row, (B, rows·columns, D) → (B, rows/2·columns/2, 2·D), or as they are without merging. */
    Tensor forward(Tensor x, int rows, int columns) {
        return Scope.tidy("a swin stage", () -> {
            Tensor y = x;
            for (SwinBlock block : blocks) {
                y = block.forward(y, rows, columns);
            }
            return Trace.note(this, downsample == null ? y : downsample.forward(y, rows, columns));
        });
    }

    /**
     * Four neighbours into one.
     *
     * @param norm of the four side by side, 4·D
     * @param reduction (4·D → 2·D)
     */
    record Merging(LayerNorm norm, Linear reduction) implements Module {
        static Merging of(Weights w, int width, double eps) {
            return new Merging(
                    LayerNorm.of(w.at("norm"), 4 * width, eps),
                    Linear.of(w.at("reduction"), 4 * width, 2 * width, false));
        }

        Tensor forward(Tensor x, int rows, int columns) {
            Tensor grid = x.reshape(x.dim(0), rows, columns, x.dim(2));
            Tensor four = Tensor.concat(
                    3,
                    List.of(
                            corner(grid, 0, 0),
                            corner(grid, 1, 0),
                            corner(grid, 0, 1),
                            corner(grid, 1, 1))); // (B, h/2, w/2, 4·D)
            return Trace.note(this, reduction.forward(norm.forward(four.flatten(1, 3))));
        }

        private static Tensor corner(Tensor grid, int row, int column) {
            return grid.slice(1, row, grid.dim(1), 2).slice(2, column, grid.dim(2), 2);
        }
    }
}
