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
            case LEARNED -> Learned.of(w, front, rows, columns, width);
            case SINUSOIDAL -> Sinusoidal.of(front, rows, columns, width, false);
            case SINUSOIDAL_COLUMNS_FIRST -> Sinusoidal.of(front, rows, columns, width, true);
        };
    }

    /** Tokens (B, front + rows·columns, width), row by row, to the same with their places added. */
    Tensor add(Tensor tokens, int rows, int columns);

    /** How a table of places is resized, as a picture and bicubic, to another grid. */
    enum Resizing {
        /** To the grid's extents, as newer ViTs and DINOv2 have it. */
        PLAIN,
        /** The same with a kernel that widens where the grid is smaller, as DINOv2 with registers has it. */
        ANTIALIASED,
        /** By the factor (extent + 0.1)/(extent of the table), as DINOv2 was published: places lie a little closer. */
        OFFSET;

        private Tensor apply(Tensor grid, int rows, int columns) {
            return switch (this) {
                case PLAIN -> grid.interpolate(rows, columns, Resampling.BICUBIC);
                case ANTIALIASED ->
                    grid.interpolate(rows, columns, new Resampling(Resampling.Mode.BICUBIC, false, true));
                case OFFSET ->
                    grid.interpolate((rows + 0.1) / grid.dim(2), (columns + 0.1) / grid.dim(3), Resampling.BICUBIC);
            };
        }
    }

    /**
     * On another grid than the table's the table is resized.
     *
     * @param table (1, front + rows·columns, width)
     */
    record Learned(Parameter table, int front, int rows, int columns) implements GridPositions {
        public static Learned of(Weights w, int front, int rows, int columns, int width) {
            return new Learned(
                    w.parameter("table", new Init.Normal(0.02), 1, front + rows * columns, width),
                    front,
                    rows,
                    columns);
        }

        @Override
        public Tensor add(Tensor tokens, int toRows, int toColumns) {
            return add(tokens, toRows, toColumns, Resizing.PLAIN);
        }

        /** {@link #add(Tensor, int, int)} with another way of resizing. */
        public Tensor add(Tensor tokens, int toRows, int toColumns, Resizing resizing) {
            return tokens.plus(resized(toRows, toColumns, resizing));
        }

        private Tensor resized(int toRows, int toColumns, Resizing resizing) {
            Tensor all = table.value();
            if (toRows == rows && toColumns == columns) {
                return all;
            }
            int width = all.dim(2);
            Tensor places = all.slice(1, front, all.dim(1))
                    .reshape(1, rows, columns, width)
                    .permute(0, 3, 1, 2); // (1, D, h, w)
            Tensor grid = resizing.apply(places, toRows, toColumns)
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
