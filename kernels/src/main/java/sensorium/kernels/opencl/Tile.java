package sensorium.kernels.opencl;

import java.util.List;
import java.util.Map;
import sensorium.tensor.DType;

/**
 * How {@code matmul_tiled} divides a product: a group computes {@code rows} × {@code columns} of it, each item {@code
 * itemRows} × {@code itemColumns}; slices are {@code depth} deep. The order of the sums is the same for all.
 */
record Tile(int rows, int columns, int depth, int itemRows, int itemColumns) {
    /** The largest first: they move the least memory for each product, and leave the most items idle at edges. */
    private static final List<Tile> ALL = List.of(
            new Tile(128, 128, 16, 16, 8),
            new Tile(128, 128, 16, 8, 8),
            new Tile(128, 64, 16, 8, 4),
            new Tile(64, 64, 16, 4, 4),
            new Tile(32, 32, 16, 4, 4));

    private static final int PADDING = 4; // PAD of matmul.cl

    int items() {
        return rows / itemRows * (columns / itemColumns);
    }

    /** Groups of a batch of products. */
    long groups(int m, int n, int batch) {
        return (long) batch * Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns);
    }

    /** Bytes of local memory: two slices of either operand. */
    private long bytes(DType type) {
        return 2L * depth * (rows + PADDING + columns + PADDING) * type.bytes();
    }

    /** Those that a device has the local memory for. */
    static List<Tile> fitting(DType type, long localBytes) {
        return ALL.stream().filter(t -> t.bytes(type) <= localBytes).toList();
    }

    /** The largest of the usual ones that still gives every compute unit a group, else the smallest. */
    static Tile usual(List<Tile> tiles, int m, int n, int batch, int units) {
        return tiles.stream()
                .filter(t -> t.itemRows <= 8 && t.groups(m, n, batch) >= units)
                .findFirst()
                .orElse(tiles.getLast());
    }

    /** The macros of the kernel. */
    Map<String, Object> defines(DType type) {
        return Map.of("T", type, "BM", rows, "BN", columns, "BK", depth, "RM", itemRows, "RN", itemColumns);
    }
}
