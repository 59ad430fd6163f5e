package sensorium.kernels.opencl;

import sensorium.op.Fused;
import sensorium.op.Primitive.Window;
import sensorium.tensor.Shape;

/** Launches the maximum over windows: {@code pool.cl}. */
final class Pools {
    private Pools() {}

    static void max(Fused.MaxPool2d op, Call c) {
        int[] extents = extents(op.window(), op.kernelH(), op.kernelW(), c.shape(0));
        c.launch(c.kernel("pool.cl", "max_pool", c.type(0)), c.size(), extents, c.packed(0), c.y(0));
    }

    /** (x, dy) → dx. */
    static void maxGrad(Fused.MaxPool2dGrad op, Call c) {
        int[] extents = extents(op.window(), op.kernelH(), op.kernelW(), c.shape(0));
        c.launch(c.kernel("pool.cl", "max_pool_grad", c.type(0)), c.size(), extents, c.packed(0), c.packed(1), c.y(0));
    }

    /** The struct {@code Pool} of {@code pool.cl}, for x (N, C, H, W). */
    private static int[] extents(Window window, int kernelH, int kernelW, Shape x) {
        return new int[] {
            x.dim(0) * x.dim(1),
            x.dim(2),
            x.dim(3),
            kernelH,
            kernelW,
            window.outH(x.dim(2), kernelH),
            window.outW(x.dim(3), kernelW),
            window.strideH(),
            window.strideW(),
            window.padH(),
            window.padW(),
            window.dilationH(),
            window.dilationW()
        };
    }
}
