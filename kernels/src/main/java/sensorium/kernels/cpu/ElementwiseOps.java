package sensorium.kernels.cpu;

import sensorium.kernels.cpu.Call.Strided;
import sensorium.op.BinaryKind;
import sensorium.op.UnaryKind;
import sensorium.tensor.Shape;

/** Elementwise ops over operands of any layout: the loops around {@link Unaries} and {@link Binaries}. */
final class ElementwiseOps {
    private final WorkPool pool;

    ElementwiseOps(WorkPool pool) {
        this.pool = pool;
    }

    void unary(Call c, UnaryKind kind) {
        long y = c.y(0);
        long x = c.first(0);
        if (!c.operand(0).layout().isContiguous()) {
            c.copyTo(0, y, Call.rowMajor(c.shape(0)));
            x = y;
        }
        long from = x;
        pool.parallelFor(
                (int) c.shape(0).size(), Nest.CHUNK, (i, end) -> Unaries.run(kind, from + 4L * i, y + 4L * i, end - i));
    }

    void unaryGrad(Call c, UnaryKind kind) {
        long x = c.x(0);
        long dy = c.x(1);
        long dx = c.y(0);
        pool.parallelFor(
                (int) c.shape(0).size(),
                Nest.CHUNK,
                (i, end) -> UnaryGradients.run(kind, x + 4L * i, dy + 4L * i, dx + 4L * i, end - i));
    }

    void binary(Call c, BinaryKind kind) {
        Shape shape = c.result(0);
        if (isAll(c, 0, shape) && isAll(c, 1, shape)) {
            long a = c.first(0);
            long b = c.first(1);
            long y = c.y(0);
            int bytes = c.resultType(0).bytes();
            pool.parallelFor(
                    (int) shape.size(),
                    Nest.CHUNK,
                    (i, end) -> Binaries.run(kind, a + 4L * i, true, b + 4L * i, true, y + (long) bytes * i, end - i));
            return;
        }
        binary(c, kind, c.walkable(0, shape), c.walkable(1, shape));
    }

    /** Whether an operand lies as the result does: the usual case, for which no loops need be worked out. */
    private static boolean isAll(Call c, int i, Shape shape) {
        return c.operand(i).layout().isContiguous() && c.shape(i).equals(shape);
    }

    void scalar(Call c, BinaryKind kind, double value, boolean valueFirst) {
        Shape shape = c.result(0);
        long constant = c.room(4);
        Lanes.set(constant, (float) value);
        var one = new Strided(constant, new long[shape.rank()]);
        Strided x = c.walkable(0, shape);
        binary(c, kind, valueFirst ? one : x, valueFirst ? x : one);
    }

    private void binary(Call c, BinaryKind kind, Strided a, Strided b) {
        Shape shape = c.result(0);
        var nest = Nest.of(shape.dims(), Call.rowMajor(shape), a.strides(), b.strides());
        boolean walkA = nest.step(1) != 0;
        boolean walkB = nest.step(2) != 0;
        int bytes = c.resultType(0).bytes();
        long y = c.y(0);
        nest.forEach(
                pool,
                (row, start, count) -> Binaries.run(
                        kind,
                        a.address() + 4 * (nest.offset(1, row) + start * nest.step(1)),
                        walkA,
                        b.address() + 4 * (nest.offset(2, row) + start * nest.step(2)),
                        walkB,
                        y + bytes * (nest.offset(0, row) + start),
                        count));
    }

    void where(Call c) {
        Shape shape = c.result(0);
        Strided condition = c.walkable(0, shape);
        Strided a = c.walkable(1, shape);
        Strided b = c.walkable(2, shape);
        var nest = Nest.of(shape.dims(), Call.rowMajor(shape), condition.strides(), a.strides(), b.strides());
        long y = c.y(0);
        nest.forEach(
                pool,
                (row, start, count) -> Binaries.where(
                        condition.address() + nest.offset(1, row) + start * nest.step(1),
                        nest.step(1) != 0,
                        a.address() + 4 * (nest.offset(2, row) + start * nest.step(2)),
                        nest.step(2) != 0,
                        b.address() + 4 * (nest.offset(3, row) + start * nest.step(3)),
                        nest.step(3) != 0,
                        y + 4 * (nest.offset(0, row) + start),
                        count));
    }
}
