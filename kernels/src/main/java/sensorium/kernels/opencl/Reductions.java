package sensorium.kernels.opencl;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.op.Primitive;
import sensorium.op.Primitive.Reduce.Kind;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Launches {@code reduce.cl}: sums, extremes, running sums. */
final class Reductions {
    /** Elements that one work-item combines where there are more than enough. */
    private static final int RUN = 32;

    /** Work-items that fill any device. */
    private static final int ITEMS = 1 << 16;

    private Reductions() {}

    static void reduce(Primitive.Reduce op, Call c) {
        DType type = c.type(0);
        Layout x = c.layout(0);
        int rank = x.shape().rank();
        List<Integer> axes = op.axes();
        Layout keep =
                part(x, IntStream.range(0, rank).filter(i -> !axes.contains(i)).toArray(), x.offset());
        Layout over = part(x, axes.stream().mapToInt(i -> i).toArray(), 0);
        reduce(c, op.kind(), type, c.x(0), keep, over, c.y(0));
    }

    /** {@code y[o] = Σ x} over a layout, for each element of another; y is contiguous. */
    static void sum(Call c, DType type, DeviceStorage x, Layout keep, Layout over, DeviceStorage y) {
        reduce(c, Kind.SUM, type, x, keep, over, y);
    }

    private static void reduce(
            Call c, Kind kind, DType type, DeviceStorage x, Layout kept, Layout reduced, DeviceStorage y) {
        Layout keep = kept;
        Layout over = reduced;
        int outputs = Math.toIntExact(keep.shape().size());
        int n = Math.toIntExact(over.shape().size());
        boolean inner = stride(over) <= stride(keep);
        Object divisor = Elementwise.constant(type, kind == Kind.MEAN ? n : 1);
        Object one = Elementwise.constant(type, 1);
        Object neutral = neutral(kind, type);
        String name = "reduce_" + (kind == Kind.MEAN ? "sum" : kind.name().toLowerCase(Locale.ROOT));

        // Narrow integers add up as I64 until the end, which keeps what a later part needs of them.
        DType partial = type.isFloat() ? type : DType.I64;
        DeviceStorage from = x;
        DType fromType = type;
        int parts = parts(outputs, n);
        while (parts > 1) {
            DeviceStorage to = c.temporary(partial, (long) outputs * parts);
            c.launch(
                    c.kernel("reduce.cl", name, fromType, partial),
                    (long) outputs * parts,
                    Grid.of(keep.shape(), keep),
                    Grid.of(over.shape(), over),
                    parts,
                    inner ? 1 : 0,
                    neutral,
                    one,
                    from,
                    to);
            keep = Layout.of(Shape.of(outputs), new long[] {inner ? parts : 1}, 0);
            over = Layout.of(Shape.of(parts), new long[] {inner ? 1 : outputs}, 0);
            from = to;
            fromType = partial;
            parts = parts(outputs, parts);
        }
        c.launch(
                c.kernel("reduce.cl", name, fromType, type),
                outputs,
                Grid.of(keep.shape(), keep),
                Grid.of(over.shape(), over),
                1,
                1,
                neutral,
                divisor,
                from,
                y);
    }

    /** Into how many parts the n elements of each output are split; depends on the shape alone. */
    private static int parts(int outputs, int n) {
        int most = Math.max(1, ITEMS / Math.max(1, outputs));
        return n <= 2 * RUN ? 1 : Math.min((n + RUN - 1) / RUN, most);
    }

    private static Layout part(Layout x, int[] axes, long offset) {
        int[] dims = IntStream.of(axes).map(x.shape()::dim).toArray();
        long[] strides = IntStream.of(axes).mapToLong(x::stride).toArray();
        return Layout.of(Shape.of(dims), strides, offset);
    }

    /** The smallest step that leads to another element. */
    private static long stride(Layout layout) {
        return IntStream.range(0, layout.shape().rank())
                .filter(i -> layout.shape().dim(i) > 1)
                .mapToLong(i -> Math.abs(layout.stride(i)))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** What combines with every element to that element. */
    private static Object neutral(Kind kind, DType type) {
        boolean max = kind == Kind.MAX;
        return switch (kind) {
            case SUM, MEAN -> Elementwise.constant(type, 0);
            case PROD -> Elementwise.constant(type, 1);
            case MAX, MIN ->
                switch (type) {
                    case I64 -> max ? Long.MIN_VALUE : Long.MAX_VALUE;
                    case I32 -> (long) (max ? Integer.MIN_VALUE : Integer.MAX_VALUE);
                    case U8 -> max ? 0L : 255L;
                    case BOOL -> max ? 0L : 1L;
                    default -> Elementwise.constant(type, max ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
                };
        };
    }

    static void argReduce(Primitive.ArgReduce op, Call c) {
        Layout x = c.layout(0);
        Layout lines = Movement.without(x, op.axis());
        Grid grid = Grid.of(lines.shape(), lines);
        c.launch(
                c.kernel("reduce.cl", "arg_extreme", c.type(0)),
                grid.size(),
                grid,
                x.shape().dim(op.axis()),
                Math.toIntExact(x.stride(op.axis())),
                op.max() ? 1 : -1,
                c.x(0),
                c.y(0));
    }

    static void cumSum(Primitive.CumSum op, Call c) {
        Layout x = c.layout(0);
        Layout y = c.out(0).layout();
        Layout lines = Movement.without(x, op.axis());
        Grid grid = Grid.of(lines.shape(), lines, Movement.without(y, op.axis()));
        c.launch(
                c.kernel("reduce.cl", "running_sum", c.type(0)),
                grid.size(),
                grid,
                x.shape().dim(op.axis()),
                Math.toIntExact(x.stride(op.axis())),
                Math.toIntExact(y.stride(op.axis())),
                op.reverse() ? 1 : 0,
                c.x(0),
                c.y(0));
    }
}
