package sensorium.kernels.opencl;

import sensorium.op.Primitive.Window;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Launches matrix products and convolutions: {@code matmul.cl}, {@code conv.cl}. */
final class Products {
    private static final int ROWS = 4;

    private Products() {}

    static void matMul(Call c) {
        Layout x = c.layout(0);
        Layout w = c.layout(1);
        int rx = x.shape().rank();
        int rw = w.shape().rank();
        int m = x.shape().dim(-2);
        int n = w.shape().dim(-1);
        Shape y = c.out(0).shape();
        Shape batch = y.range(0, y.rank() - 2);
        Grid grid = Grid.of(batch, leading(x).expand(batch), leading(w).expand(batch));
        c.launch(
                c.kernel("matmul.cl", "matmul_columns", c.type(0)),
                (long) grid.size() * ((m + ROWS - 1) / ROWS) * n,
                grid,
                m,
                n,
                x.shape().dim(-1),
                Math.toIntExact(x.stride(rx - 2)),
                Math.toIntExact(x.stride(rx - 1)),
                Math.toIntExact(w.stride(rw - 2)),
                Math.toIntExact(w.stride(rw - 1)),
                c.x(0),
                c.x(1),
                c.y(0));
    }

    /** All axes but the last two. */
    private static Layout leading(Layout layout) {
        int rank = layout.shape().rank();
        return Movement.without(Movement.without(layout, rank - 1), rank - 2);
    }

    static void conv2d(Window window, Call c) {
        int[] d = extents(window, c.shape(0), c.shape(1), c.out(0).shape());
        c.launch(c.kernel("conv.cl", "forward", c.type(0)), c.size(), d, c.packed(0), c.packed(1), c.y(0));
    }

    static void conv2dInputGrad(Window window, Call c) {
        int[] d = extents(window, c.out(0).shape(), c.shape(1), c.shape(0));
        c.launch(c.kernel("conv.cl", "input_grad", c.type(0)), c.size(), d, c.packed(0), c.packed(1), c.y(0));
    }

    static void conv2dWeightGrad(Window window, Call c) {
        int[] d = extents(window, c.shape(0), c.out(0).shape(), c.shape(1));
        c.launch(c.kernel("conv.cl", "weight_grad", c.type(0)), c.size(), d, c.packed(0), c.packed(1), c.y(0));
    }

    /** The struct {@code Conv} of {@code conv.cl}, for x (N,C,H,W), w (O,C/groups,kH,kW) and y (N,O,H',W'). */
    private static int[] extents(Window window, Shape x, Shape w, Shape y) {
        return new int[] {
            x.dim(0),
            window.groups(),
            w.dim(1),
            w.dim(0) / window.groups(),
            x.dim(2),
            x.dim(3),
            w.dim(2),
            w.dim(3),
            y.dim(2),
            y.dim(3),
            window.strideH(),
            window.strideW(),
            window.padH(),
            window.padW(),
            window.dilationH(),
            window.dilationW()
        };
    }
}
