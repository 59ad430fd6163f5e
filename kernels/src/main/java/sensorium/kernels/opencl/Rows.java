package sensorium.kernels.opencl;

import java.util.Map;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
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

    /**
     * Where the weights of a norm lie: rows are {@code groups} in turn, of {@code channels} weights each, each weight for a
     * run of elements.
     */
    private record Weighting(int groups, int channels, int run) {
        /** A weight for each element of a row. */
        static final Weighting EACH = new Weighting(1, 0, 1);

        /** Of a picture (N, C, …) in groups of its channels. */
        static Weighting of(Shape x, int groups) {
            return new Weighting(groups, x.dim(1) / groups, Math.max(1, area(x)));
        }
    }

    /** Elements of one channel of a picture (N, C, …). */
    private static int area(Shape x) {
        long channels = (long) x.dim(0) * x.dim(1);
        return channels == 0 ? 0 : Math.toIntExact(x.size() / channels);
    }

    /** x, [weight, [bias]] over the last axis; root mean square instead of the deviation where not {@code centred}. */
    static void norm(double eps, boolean centred, Call c) {
        norm(eps, centred, Weighting.EACH, c.layout(0), c.x(0), c);
    }

    /** x (N, C, …), [weight (C), bias (C)] over the elements of each group of channels. */
    static void groupNorm(double eps, int groups, Call c) {
        norm(eps, true, Weighting.of(c.shape(0), groups), groups(c.shape(0), groups), c.packed(0), c);
    }

    /** A picture's elements, a group of channels a row. */
    private static Layout groups(Shape x, int groups) {
        int rows = Math.multiplyExact(x.dim(0), groups);
        return Layout.contiguous(Shape.of(rows, rows == 0 ? 0 : Math.toIntExact(x.size() / rows)));
    }

    private static void norm(double eps, boolean centred, Weighting w, Layout x, DeviceStorage from, Call c) {
        int last = x.shape().rank() - 1;
        Layout rows = Movement.without(x, last);
        launch(
                c,
                "norm",
                Grid.of(rows.shape(), rows),
                x.shape().dim(last),
                step(x, last),
                w.groups,
                w.channels,
                w.run,
                centred ? 1 : 0,
                c.inputs() > 1 ? 1 : 0,
                c.inputs() > 2 ? 1 : 0,
                Elementwise.constant(c.type(0), eps),
                from,
                c.inputs() > 1 ? c.packed(1) : from,
                c.inputs() > 2 ? c.packed(2) : from,
                c.y(0));
    }

    /** (x, [weight], dy) → dx, [dweight, [dbias]]. */
    static void normGrad(double eps, boolean centred, Call c) {
        int slope = c.inputs() - 1;
        Layout dy = c.layout(slope);
        int last = dy.shape().rank() - 1;
        int n = dy.shape().dim(last);
        DeviceStorage product = normGrad(eps, centred, Weighting.EACH, c.layout(0), c.x(0), dy, c.x(slope), c);
        if (c.inputs() == 3) {
            int count = Math.toIntExact(Movement.without(dy, last).shape().size());
            Layout columns = Layout.of(Shape.of(n), new long[] {1}, 0);
            Reductions.sum(c, c.type(0), product, columns, Layout.of(Shape.of(count), new long[] {n}, 0), c.y(1));
            if (centred) {
                Layout each = Layout.of(Shape.of(n), new long[] {dy.stride(last)}, dy.offset());
                Layout over = Movement.without(dy, last);
                over = Layout.of(over.shape(), over.strides(), 0);
                Reductions.sum(c, c.type(0), c.x(slope), each, over, c.y(2));
            }
        }
    }

    /** (x (N, C, …), [weight (C)], dy) → dx, [dweight, dbias]. */
    static void groupNormGrad(double eps, int groups, Call c) {
        int slope = c.inputs() - 1;
        Shape x = c.shape(0);
        Weighting w = Weighting.of(x, groups);
        Layout rows = groups(x, groups);
        DeviceStorage dy = c.packed(slope);
        DeviceStorage product = normGrad(eps, true, w, rows, c.packed(0), rows, dy, c);
        if (c.inputs() == 3) {
            int channels = x.dim(1);
            int area = area(x);
            Layout each = Layout.of(Shape.of(channels), new long[] {area}, 0);
            Layout over = Layout.of(Shape.of(x.dim(0), area), new long[] {(long) channels * area, 1}, 0);
            Reductions.sum(c, c.type(0), product, each, over, c.y(1));
            Reductions.sum(c, c.type(0), dy, each, over, c.y(2));
        }
    }

    /** Writes dx, and gives dy·x̂ (contiguous) where there are weights. */
    private static DeviceStorage normGrad(
            double eps,
            boolean centred,
            Weighting w,
            Layout x,
            DeviceStorage from,
            Layout dy,
            DeviceStorage slope,
            Call c) {
        boolean weighted = c.inputs() == 3;
        int last = x.shape().rank() - 1;
        Layout rows = Movement.without(x, last);
        DeviceStorage product = weighted ? c.temporary(c.type(0), x.shape().size()) : c.y(0);
        launch(
                c,
                "norm_grad",
                Grid.of(rows.shape(), rows, Movement.without(dy, last)),
                x.shape().dim(last),
                step(x, last),
                step(dy, last),
                w.groups,
                w.channels,
                w.run,
                centred ? 1 : 0,
                weighted ? 1 : 0,
                Elementwise.constant(c.type(0), eps),
                from,
                weighted ? c.packed(1) : from,
                slope,
                c.y(0),
                product);
        return product;
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
