package sensorium.kernels.opencl;

import java.util.ArrayList;
import java.util.List;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Launches matrix products: {@code matmul.cl}. */
final class Products {
    /** The rows and columns of an item of {@code matmul_vectors}. */
    private static final int ROWS = 4;

    private static final int COLUMNS = 8;
    /** Launches that are timed together when tiles are compared. */
    private static final int TIMED = 3;

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
        List<Object> arguments = new ArrayList<>(List.of(
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
                y));
        if (c.isGpu()) {
            arguments.add((quads(layoutX) ? 1 : 0) | (quads(lw) ? 2 : 0) | (n % 4 == 0 && first % 4 == 0 ? 4 : 0));
            boolean deepX = layoutX.stride(rx - 2) != 1;
            boolean deepW = lw.stride(rw - 1) != 1;
            tiled(c, type, m, n, k, grid.size(), (deepX ? "r" : "c") + (deepW ? "c" : "r"), arguments.toArray());
        } else {
            long items = (long) grid.size() * blocks(m, ROWS) * blocks(n, COLUMNS);
            c.launch(c.kernel("matmul.cl", "matmul_vectors", type), items, arguments.toArray());
        }
    }

    private static void tiled(Call c, DType type, int m, int n, int k, int batch, String order, Object[] arguments) {
        if (c.tensorCores().multiply(c, type, m, n, k, batch, arguments)) {
            return;
        }
        DeviceQueue queue = c.queue();
        List<Tile> tiles = Tile.fitting(type, queue.localBytes());
        String shapes = "matmul " + type + " " + order + " 2^" + Tuner.magnitude(m) + " x 2^" + Tuner.magnitude(n)
                + " x 2^" + Tuner.magnitude(k) + ", 2^" + Tuner.magnitude(batch) + " of them";
        Tile chosen = c.tuner().choose(shapes, tiles, Tile.usual(tiles, m, n, batch, queue.units()), tile -> {
            launch(c, type, tile, m, n, batch, arguments); // the driver may finish building only now
            queue.finish();
            long began = System.nanoTime();
            for (int i = 0; i < TIMED; i++) {
                launch(c, type, tile, m, n, batch, arguments);
            }
            queue.finish();
            return System.nanoTime() - began;
        });
        launch(c, type, chosen, m, n, batch, arguments);
    }

    private static void launch(Call c, DType type, Tile tile, int m, int n, int batch, Object[] arguments) {
        var kernel = c.kernel("matmul.cl", "matmul_tiled", tile.defines(type));
        c.launchGroups(kernel, tile.groups(m, n, batch), tile.items(), arguments);
    }

    /** Whether four elements in a row begin at a multiple of four, wherever a tile begins. */
    private static boolean quads(Layout layout) {
        int rank = layout.shape().rank();
        boolean rows = layout.stride(rank - 1) == 1;
        boolean even = layout.offset() % 4 == 0 && (rows || layout.stride(rank - 2) == 1);
        for (int axis = 0; axis < rank; axis++) {
            boolean along = axis == (rows ? rank - 1 : rank - 2);
            even &= along || layout.shape().dim(axis) == 1 || layout.stride(axis) % 4 == 0;
        }
        return even;
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
