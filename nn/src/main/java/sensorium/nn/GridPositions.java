package sensorium.nn;

import java.util.List;
import sensorium.tensor.Resampling;
import sensorium.tensor.Tensor;

/** Where tokens stand on a grid of rows and columns, added to them; tokens in front of the grid may have a place too. */
public sealed interface GridPositions extends Module {
    enum Kind {
        /** A learned vector for each place. */
        LEARNED,
        /** Sines and cosines of row and column. */
        SINUSOIDAL,
        /** The same, with the column's before the row's, as DiT has them. */
        SINUSOIDAL_COLUMNS_FIRST
    }

    static GridPositions of(Weights w, Kind kind, int front, int rows, int columns, int width) {
        return switch (kind) {
            case LEARNED ->
                new Learned(
                        w.parameter("table", new Init.Normal(0.02), 1, front + rows * columns, width),
                        front,
                        rows,
                        columns);
            case SINUSOIDAL -> Sinusoidal.of(front, rows, columns, width, false);
            case SINUSOIDAL_COLUMNS_FIRST -> Sinusoidal.of(front, rows, columns, width, true);
        };
    }

    /** Tokens (B, front + rows·columns, width), row by row, to the same with their places added. */
    Tensor add(Tensor tokens, int rows, int columns);

    /**
     * On another grid than the table's the table is resized as a picture, bicubic, as DINOv2 and newer ViTs do.
     *
     * @param table (1, front + rows·columns, width)
     */
    record Learned(Parameter table, int front, int rows, int columns) implements GridPositions {
        @Override
        public Tensor add(Tensor tokens, int toRows, int toColumns) {
            return tokens.plus(resized(toRows, toColumns));
        }

        private Tensor resized(int toRows, int toColumns) {
            Tensor all = table.value();
            if (toRows == rows && toColumns == columns) {
                return all;
            }
            int width = all.dim(2);
            Tensor grid = all.slice(1, front, all.dim(1))
                    .reshape(1, rows, columns, width)
                    .permute(0, 3, 1, 2) // (1, D, h, w)
                    .interpolate(toRows, toColumns, Resampling.BICUBIC)
                    .permute(0, 2, 3, 1)
                    .reshape(1, toRows * toColumns, width);
            return front == 0 ? grid : Tensor.concat(1, List.of(all.slice(1, 0, front), grid));
        }
    }

    /**
     * One half of the width tells the row, the other the column; tokens in front get zeros (MAE, arXiv 2111.06377).
     *
     * @param table (1, front + rows·columns, width)
     * @param columnsFirst whether the first half tells the column
     */
    record Sinusoidal(Tensor table, int front, int rows, int columns, boolean columnsFirst) implements GridPositions {
        private static Sinusoidal of(int front, int rows, int columns, int width, boolean columnsFirst) {
            Tensor table = sinusoids(front, rows, columns, width, columnsFirst).keep();
            return new Sinusoidal(table, front, rows, columns, columnsFirst);
        }

        @Override
        public Tensor add(Tensor tokens, int toRows, int toColumns) {
            boolean same = toRows == rows && toColumns == columns;
            return tokens.plus(same ? table : sinusoids(front, toRows, toColumns, table.dim(2), columnsFirst));
        }
    }

    private static Tensor sinusoids(int front, int rows, int columns, int width, boolean columnsFirst) {
        int half = width / 2;
        float[] values = new float[(front + rows * columns) * width];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int at = (front + r * columns + c) * width;
                Sinusoids.write(values, at, half, columnsFirst ? c : r, 10_000);
                Sinusoids.write(values, at + half, width - half, columnsFirst ? r : c, 10_000);
            }
        }
        return Tensor.of(values, 1, front + rows * columns, width);
    }
}
