package sensorium.kernels.opencl;

import java.util.Map;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Launches softmax, norms and cross-entropy, a work-group a row: {@code rows.cl}. */
final class Rows {
    private Rows() {}

    static void softmax(int axis, boolean logs, Call c) {
        Layout x = c.layout(0);
        Layout y = c.out(0).layout();
        Layout rows = Movement.without(x, axis);
        Grid grid = Grid.of(rows.shape(), rows, Movement.without(y, axis));
        launch(c, "softmax", grid, x.shape().dim(axis), step(x, axis), step(y, axis), logs ? 1 : 0, c.x(0), c.y(0));
    }

    static void softmaxGrad(int axis, boolean logs, Call c) {
        Layout y = c.layout(0);
        Layout dy = c.layout(1);
        Layout dx = c.out(0).layout();
        Layout rows = Movement.without(y, axis);
        Grid grid = Grid.of(rows.shape(), rows, Movement.without(dy, axis), Movement.without(dx, axis));
        launch(
                c,
                "softmax_grad",
                grid,
                y.shape().dim(axis),
                step(y, axis),
                step(dy, axis),
                step(dx, axis),
                logs ? 1 : 0,
                c.x(0),
                c.x(1),
                c.y(0));
    }

    /** x, [weight, [bias]] over the last axis; root mean square instead of the deviation where not {@code centred}. */
    static void norm(double eps, boolean centred, Call c) {
        DeviceStorage weight = c.inputs() > 1 ? c.packed(1) : c.x(0);
        DeviceStorage bias = c.inputs() > 2 ? c.packed(2) : c.x(0);
        alongLast(
                c,
                "norm",
                centred ? 1 : 0,
                c.inputs() > 1 ? 1 : 0,
                c.inputs() > 2 ? 1 : 0,
                Elementwise.constant(c.type(0), eps),
                c.x(0),
                weight,
                bias,
                c.y(0));
    }

    /** (x, [weight], dy) → dx, [dweight, [dbias]]. */
    static void normGrad(double eps, boolean centred, Call c) {
        boolean weighted = c.inputs() == 3;
        int slope = c.inputs() - 1;
        Layout x = c.layout(0);
        Layout dy = c.layout(slope);
        int last = x.shape().rank() - 1;
        int n = x.shape().dim(last);
        Layout rows = Movement.without(x, last);
        DType type = c.type(0);
        DeviceStorage product = weighted ? c.temporary(type, x.shape().size()) : c.y(0);
        launch(
                c,
                "norm_grad",
                Grid.of(rows.shape(), rows, Movement.without(dy, last)),
                n,
                step(x, last),
                step(dy, last),
                centred ? 1 : 0,
                weighted ? 1 : 0,
                Elementwise.constant(type, eps),
                c.x(0),
                weighted ? c.packed(1) : c.x(0),
                c.x(slope),
                c.y(0),
                product);
        if (weighted) {
            int count = Math.toIntExact(rows.shape().size());
            Layout columns = Layout.of(Shape.of(n), new long[] {1}, 0);
            Reductions.sum(c, type, product, columns, Layout.of(Shape.of(count), new long[] {n}, 0), c.y(1));
            if (centred) {
                Layout each = Layout.of(Shape.of(n), new long[] {dy.stride(last)}, dy.offset());
                Layout over = Movement.without(dy, last);
                over = Layout.of(over.shape(), over.strides(), 0);
                Reductions.sum(c, type, c.x(slope), each, over, c.y(2));
            }
        }
    }

    /** (logits, targets) → (cross-entropy, maximum, Σ exp(x − max)) of every row. */
    static void crossEntropy(double smoothing, Call c) {
        alongLast(
                c,
                "cross_entropy",
                Elementwise.constant(c.type(0), smoothing),
                c.x(0),
                c.packed(1),
                c.y(0),
                c.y(1),
                c.y(2),
                c.fault(Faults.Kind.INDEX),
                c.faults());
    }

    /** (logits, targets, max, sum, dloss) → dlogits. */
    static void crossEntropyGrad(double smoothing, Call c) {
        alongLast(
                c,
                "cross_entropy_grad",
                Elementwise.constant(c.type(0), smoothing),
                c.x(0),
                c.packed(1),
                c.packed(2),
                c.packed(3),
                c.packed(4),
                c.y(0));
    }

    /** A group for each row of operand 0 along its last axis; the kernel's first arguments say where they lie. */
    private static void alongLast(Call c, String name, Object... others) {
        Layout x = c.layout(0);
        int last = x.shape().rank() - 1;
        Layout rows = Movement.without(x, last);
        Object[] arguments = new Object[others.length + 2];
        arguments[0] = x.shape().dim(last);
        arguments[1] = step(x, last);
        System.arraycopy(others, 0, arguments, 2, others.length);
        launch(c, name, Grid.of(rows.shape(), rows), arguments);
    }

    /** One group for each element of the grid, which is the first argument. */
    private static void launch(Call c, String name, Grid rows, Object... others) {
        Object[] arguments = new Object[others.length + 1];
        arguments[0] = rows;
        System.arraycopy(others, 0, arguments, 1, others.length);
        int group = c.groupSize();
        var kernel = c.kernel("rows.cl", name, Map.of("T", c.type(0), "GROUP", group));
        c.launchGroups(kernel, rows.size(), group, arguments);
    }

    private static int step(Layout layout, int axis) {
        return Math.toIntExact(layout.stride(axis));
    }
}
