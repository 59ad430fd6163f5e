package sensorium.kernels.opencl;

import java.util.Arrays;
import sensorium.backend.Operand;
import sensorium.op.Primitive;
import sensorium.op.View;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/** Launches what moves elements, and the adjoints, which add: {@code move.cl}, {@code scatter.cl}. */
final class Movement {
    private Movement() {}

    static void copy(Call c) {
        c.copy(c.in(0), c.layout(0), c.y(0), c.out(0).layout());
    }

    static void where(Call c) {
        Shape shape = c.out(0).shape();
        Grid grid = Grid.of(
                shape,
                c.layout(0).expand(shape),
                c.layout(1).expand(shape),
                c.layout(2).expand(shape));
        c.launch(c.move(c.type(1), "where"), grid.size(), grid, c.x(0), c.x(1), c.x(2), c.y(0));
    }

    static void fill(double value, Call c) {
        c.launch(
                c.move(c.out(0).dtype(), "fill"),
                c.size(),
                c.size(),
                bits(c.out(0).dtype(), value),
                c.y(0));
    }

    /** The bits of a number, rounded to an element type as a cast does. */
    private static Object bits(DType type, double value) {
        float f = (float) value;
        return switch (type) {
            case F32 -> f;
            case F64 -> value;
            case F16 -> Float.floatToFloat16(f);
            case BF16 -> {
                int bits = Float.floatToIntBits(f);
                yield Float.isNaN(f) ? (short) 0x7FC0 : (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
            }
            case I32 -> (int) value;
            case I64 -> (long) value;
            case U8 -> (byte) Math.clamp((long) value, 0, 255);
            case BOOL -> (byte) (value != 0 ? 1 : 0);
        };
    }

    static void pad(Primitive.Pad op, Call c) {
        fill(op.value(), c);
        Layout inner = c.out(0).layout();
        for (int axis = 0; axis < c.shape(0).rank(); axis++) {
            inner = inner.slice(axis, op.before().get(axis), c.shape(0).dim(axis), 1);
        }
        c.copy(c.in(0), c.layout(0), c.y(0), inner);
    }

    static void concat(int axis, Call c) {
        int at = 0;
        for (int i = 0; i < c.inputs(); i++) {
            int extent = c.shape(i).dim(axis);
            c.copy(c.in(i), c.layout(i), c.y(0), c.out(0).layout().slice(axis, at, extent, 1));
            at += extent;
        }
    }

    static void indexSelect(int axis, Call c) {
        // The result's axes are x's, with those of the indices in place of one.
        Shape chosen = c.shape(1);
        Layout x = spread(c.layout(0), axis, chosen);
        long[] steps = new long[x.shape().rank()];
        for (int i = 0; i < chosen.rank(); i++) {
            steps[axis + i] = c.layout(1).stride(i);
        }
        take(c, axis, x, Layout.of(x.shape(), steps, c.layout(1).offset()));
    }

    static void gather(int axis, Call c) {
        long[] steps = c.layout(0).strides();
        steps[axis] = 0;
        take(c, axis, Layout.of(c.shape(1), steps, c.layout(0).offset()), c.layout(1));
    }

    private static void take(Call c, int axis, Layout x, Layout indices) {
        Grid grid = Grid.of(x.shape(), x, indices);
        c.launch(
                c.move(c.type(0), "take"),
                grid.size(),
                grid,
                c.x(0),
                c.x(1),
                c.shape(0).dim(axis),
                Math.toIntExact(c.layout(0).stride(axis)),
                c.y(0),
                c.fault(Faults.Kind.INDEX),
                c.faults());
    }

    /** The layout with axes of extents {@code many} in place of {@code axis}, along which it stands still. */
    private static Layout spread(Layout layout, int axis, Shape many) {
        Shape shape = layout.shape();
        long[] steps = new long[shape.rank() - 1 + many.rank()];
        long[] old = layout.strides();
        System.arraycopy(old, 0, steps, 0, axis);
        System.arraycopy(old, axis + 1, steps, axis + many.rank(), old.length - axis - 1);
        Shape spread = shape.range(0, axis).concat(many).concat(shape.range(axis + 1, shape.rank()));
        return Layout.of(spread, steps, layout.offset());
    }

    static void indexAdd(Primitive.IndexAdd op, Call c) {
        Shape chosen = c.shape(1);
        int axis = op.axis();
        // dy's axes without those of the indices, and those alone
        Layout lines = c.layout(0);
        for (int i = 0; i < chosen.rank(); i++) {
            lines = without(lines, axis);
        }
        long[] steps = Arrays.copyOfRange(c.layout(0).strides(), axis, axis + chosen.rank());
        int n = Math.toIntExact(chosen.size());
        Operand keys = new Operand(c.packed(1), DType.I64, Layout.contiguous(Shape.of(n)));
        addChosen(c, axis, op.extent(), lines, without(c.out(0).layout(), axis), Layout.of(chosen, steps, 0), keys);
    }

    static void scatterAdd(Primitive.ScatterAdd op, Call c) {
        int axis = op.axis();
        Shape shape = c.shape(0);
        // Lines of y beyond the extents of dy get nothing.
        fill(0, c);
        Layout lines = without(c.layout(0), axis);
        Layout target = without(c.out(0).layout(), axis);
        target = Layout.of(lines.shape(), target.strides(), target.offset());
        int[] order = Sorting.last(shape.rank(), axis);
        Layout turned = c.layout(1).permute(order); // (lines…, n)
        Operand keys = new Operand(c.packed(c.in(1), turned), DType.I64, Layout.contiguous(turned.shape()));
        Layout over =
                Layout.of(Shape.of(shape.dim(axis)), new long[] {c.layout(0).stride(axis)}, 0);
        addChosen(c, axis, op.shape().dim(axis), lines, target, over, keys);
    }

    /** @param keys contiguous, (n) or (lines…, n) */
    private static void addChosen(
            Call c, int axis, int extent, Layout lines, Layout target, Layout over, Operand keys) {
        int all = Math.toIntExact(keys.shape().size());
        c.launch(
                c.kernel("scatter.cl", "check", c.type(0)),
                all,
                all,
                extent,
                keys.storage(),
                c.fault(Faults.Kind.INDEX),
                c.faults());
        var order = Sorting.order(c, keys, keys.shape().rank() - 1, false);
        Grid grid = Grid.of(lines.shape(), lines, target);
        c.launch(
                c.kernel("scatter.cl", "add_chosen", c.type(0)),
                (long) grid.size() * extent,
                grid,
                Grid.of(over.shape(), over),
                extent,
                Math.toIntExact(c.out(0).layout().stride(axis)),
                keys.shape().rank() == 1 && lines.shape().rank() > 0 ? 1 : 0,
                keys.storage(),
                order,
                c.x(0),
                c.y(0));
    }

    static void fold(View.Windows windows, Call c) {
        int axis = windows.axis();
        Layout dy = c.layout(0);
        int last = dy.shape().rank() - 1;
        Layout lines = without(without(dy, last), axis);
        Layout y = c.out(0).layout();
        int extent = y.shape().dim(axis);
        Grid grid = Grid.of(lines.shape(), lines, without(y, axis));
        c.launch(
                c.kernel("scatter.cl", "fold", c.type(0)),
                (long) grid.size() * extent,
                grid,
                extent,
                Math.toIntExact(y.stride(axis)),
                dy.shape().dim(axis),
                windows.size(),
                windows.step(),
                windows.dilation(),
                Math.toIntExact(dy.stride(axis)),
                Math.toIntExact(dy.stride(last)),
                c.x(0),
                c.y(0));
    }

    /** The layout without an axis, at that axis's first element. */
    static Layout without(Layout layout, int axis) {
        long[] old = layout.strides();
        long[] steps = new long[old.length - 1];
        System.arraycopy(old, 0, steps, 0, axis);
        System.arraycopy(old, axis + 1, steps, axis, steps.length - axis);
        return Layout.of(layout.shape().without(axis), steps, layout.offset());
    }
}
