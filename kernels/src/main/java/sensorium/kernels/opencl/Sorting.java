package sensorium.kernels.opencl;

import java.util.stream.IntStream;
import sensorium.backend.Operand;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.op.Primitive;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;

/** Launches the merge sort of {@code sort.cl}. */
final class Sorting {
    private Sorting() {}

    static void argSort(Primitive.ArgSort op, Call c) {
        DeviceStorage order = order(c, c.in(0), op.axis(), op.descending());
        Layout y = c.out(0).layout();
        Layout lines = Movement.without(y, op.axis());
        Grid grid = Grid.of(lines.shape(), lines);
        c.launch(
                c.kernel("sort.cl", "widen", c.type(0)),
                c.size(),
                grid,
                y.shape().dim(op.axis()),
                Math.toIntExact(y.stride(op.axis())),
                order,
                c.y(0));
    }

    /** The indices (I32) that sort an axis, (lines, n) with the axis last; stable. Ends with the call. */
    static DeviceStorage order(Call c, Operand keys, int axis, boolean descending) {
        int n = keys.shape().dim(axis);
        int all = Math.toIntExact(keys.shape().size());
        Layout lines = Movement.without(keys.layout(), axis);
        Grid grid = Grid.of(lines.shape(), lines);
        DeviceStorage order = c.temporary(DType.I32, all);
        if (n <= 1) {
            c.launch(c.kernel("sort.cl", "identity", keys.dtype()), all, Math.max(1, n), all, order);
            return order;
        }
        DeviceStorage other = c.temporary(DType.I32, all);
        var merge = c.kernel("sort.cl", "merge_runs", keys.dtype());
        int step = Math.toIntExact(keys.layout().stride(axis));
        for (long width = 1; width < n; width *= 2) {
            DeviceStorage from = order;
            order = other;
            other = from;
            c.launch(merge, all, grid, n, step, (int) width, descending ? 1 : 0, keys.storage(), from, order);
        }
        return order;
    }

    /** The axes with one of them turned last. */
    static int[] last(int rank, int axis) {
        return IntStream.concat(IntStream.range(0, rank).filter(i -> i != axis), IntStream.of(axis))
                .toArray();
    }
}
