package sensorium.kernels.opencl;

import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Launches matrix products: {@code matmul.cl}. */
final class Products {
    /** What {@code matmul.cl} has: a tile of a group of 256, and the rows and columns of an item. */
    private static final int TILE = 64;

    private static final int TILE_ITEMS = 256;
    private static final int ROWS = 4;
    private static final int COLUMNS = 8;

    private Products() {}

    static void matMul(Call c) {
        multiply(c, c.type(0), c.x(0), c.layout(0), c.x(1), c.layout(1), null, c.y(0));
    }

    /** (x (…, in), weight (out, in), [bias]) → x·weightᵀ + bias. */
    static void linear(Call c) {
        DType type = c.type(0);
        Layout weight = c.layout(1);
        DeviceStorage w = c.x(1);
        if (c.type(1) != type) {
            Grid grid = Grid.of(weight.shape(), weight);
            w = c.temporary(type, grid.size());
            c.launch(c.kernel("cast.cl", "cast", c.type(1), type), grid.size(), grid, c.x(1), w);
            weight = Layout.contiguous(weight.shape());
        }
        DeviceStorage bias = c.inputs() > 2 ? c.packed(2) : null;
        multiply(c, type, c.x(0), c.layout(0), w, weight.permute(1, 0), bias, c.y(0));
    }

    /**
     * y (…, M, N) = x (…, M, K) · w (…, K, N) [+ bias (N)], y contiguous.
     *
     * @param bias contiguous, or null
     */
    static void multiply(
            Call c,
            DType type,
            DeviceStorage x,
            Layout layoutX,
            DeviceStorage weight,
            Layout layoutW,
            DeviceStorage bias,
            DeviceStorage y) {
        multiply(c, type, x, layoutX, weight, layoutW, bias, y, 0);
    }

    /** The same, into y from element {@code first} on. */
    static void multiply(
            Call c,
            DType type,
            DeviceStorage x,
            Layout layoutX,
            DeviceStorage weight,
            Layout layoutW,
            DeviceStorage bias,
            DeviceStorage y,
            int first) {
        DeviceStorage w = weight;
        Layout lw = layoutW;
        int rx = layoutX.shape().rank();
        int rw = lw.shape().rank();
        int m = layoutX.shape().dim(-2);
        int k = layoutX.shape().dim(-1);
        int n = lw.shape().dim(-1);
        if (!c.isGpu() && lw.stride(rw - 1) != 1) {
            // Vectors want contiguous rows, and every row of x reads them again.
            w = c.temporary(type, lw.shape().size());
            Grid grid = Grid.of(lw.shape(), lw, Layout.contiguous(lw.shape()));
            c.launch(c.move(type, "copy"), grid.size(), grid, weight, w);
            lw = Layout.contiguous(lw.shape());
        }
        Shape batch =
                Shape.broadcast(layoutX.shape().range(0, rx - 2), lw.shape().range(0, rw - 2));
        Grid grid = Grid.of(batch, leading(layoutX).expand(batch), leading(lw).expand(batch));
        Object[] arguments = {
            grid,
            m,
            n,
            k,
            Math.toIntExact(layoutX.stride(rx - 2)),
            Math.toIntExact(layoutX.stride(rx - 1)),
            Math.toIntExact(lw.stride(rw - 2)),
            Math.toIntExact(lw.stride(rw - 1)),
            bias == null ? 0 : 1,
            first,
            x,
            w,
            bias == null ? x : bias,
            y
        };
        if (c.isGpu()) {
            long tiles = (long) grid.size() * blocks(m, TILE) * blocks(n, TILE);
            c.launchGroups(c.kernel("matmul.cl", "matmul_tiled", type), tiles, TILE_ITEMS, arguments);
        } else {
            long items = (long) grid.size() * blocks(m, ROWS) * blocks(n, COLUMNS);
            c.launch(c.kernel("matmul.cl", "matmul_vectors", type), items, arguments);
        }
    }

    private static int blocks(int n, int size) {
        return (n + size - 1) / size;
    }

    /** All axes but the last two. */
    private static Layout leading(Layout layout) {
        int rank = layout.shape().rank();
        return Movement.without(Movement.without(layout, rank - 1), rank - 2);
    }
}
