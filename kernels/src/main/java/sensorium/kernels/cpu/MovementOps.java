package sensorium.kernels.cpu;

import java.lang.foreign.ValueLayout;
import java.util.List;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;

/** Ops that move, convert or make elements. */
final class MovementOps {
    private static final int RANDOM_CHUNK = 1 << 12;

    private final WorkPool pool;

    MovementOps(WorkPool pool) {
        this.pool = pool;
    }

    void copy(Call c) {
        c.copyTo(0, c.y(0), Call.rowMajor(c.shape(0)));
    }

    void concat(Call c, int axis) {
        int bytes = c.resultType(0).bytes();
        long[] strides = Call.rowMajor(c.result(0));
        long to = c.y(0);
        for (int i = 0; i < c.inputs(); i++) {
            c.copyTo(i, to, strides);
            to += strides[axis] * c.shape(i).dim(axis) * bytes;
        }
    }

    void pad(Call c, List<Integer> before, double value) {
        long y = c.y(0);
        if (c.resultType(0) == DType.F32) {
            fill(y, c.result(0).size(), (float) value);
        } else {
            Lanes.ALL.asSlice(y, c.result(0).size() * c.resultType(0).bytes()).fill((byte) 0);
        }
        long[] strides = Call.rowMajor(c.result(0));
        long to = y;
        for (int i = 0; i < strides.length; i++) {
            to += strides[i] * before.get(i) * c.resultType(0).bytes();
        }
        c.copyTo(0, to, strides);
    }

    void fill(long y, long count, float value) {
        pool.parallelFor((int) count, 4 * Nest.CHUNK, (i, end) -> Lanes.fill(y + 4L * i, end - i, value));
    }

    void random(Call c, Distribution distribution, long seed, long stream) {
        var philox = new Philox(seed, stream);
        long y = c.y(0);
        pool.parallelFor((int) c.result(0).size(), RANDOM_CHUNK, (from, to) -> {
            for (int i = from; i < to; i++) {
                float value = switch (distribution) {
                    case UNIFORM -> philox.uniform(i);
                    case NORMAL -> (float) philox.normal(i);
                };
                Lanes.set(y + 4L * i, value);
            }
        });
    }

    static boolean casts(DType from, DType to) {
        return to == DType.F32
                        && (Widening.has(from)
                                || from == DType.U8
                                || from == DType.BOOL
                                || from == DType.I32
                                || from == DType.I64)
                || from == DType.F32 && to == DType.BOOL;
    }

    void cast(Call c) {
        DType from = c.type(0);
        long x = c.x(0);
        long y = c.y(0);
        pool.parallelFor((int) c.shape(0).size(), Nest.CHUNK, (i, end) -> {
            switch (from) {
                case F16, BF16 -> Widening.floats(from, x + 2L * i, y + 4L * i, end - i);
                case U8, BOOL -> {
                    for (int j = i; j < end; j++) {
                        Lanes.set(y + 4L * j, Binaries.getByte(x + j) & 0xff);
                    }
                }
                case I32 -> {
                    for (int j = i; j < end; j++) {
                        Lanes.set(y + 4L * j, (float) Lanes.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, x + 4L * j));
                    }
                }
                case I64 -> {
                    for (int j = i; j < end; j++) {
                        Lanes.set(y + 4L * j, (float) Lanes.ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, x + 8L * j));
                    }
                }
                default -> {
                    for (int j = i; j < end; j++) {
                        Binaries.setByte(y + j, (byte) (Lanes.get(x + 4L * j) != 0 ? 1 : 0));
                    }
                }
            }
        });
    }

    void indexSelect(Call c, int axis) {
        Shape x = c.shape(0);
        Selections.select(
                pool,
                c.type(0).bytes(),
                c.x(0),
                c.x(1),
                c.y(0),
                (int) x.range(0, axis).size(),
                x.dim(axis),
                (int) c.shape(1).size(),
                (int) x.range(axis + 1, x.rank()).size());
    }

    void indexAdd(Call c, int axis, int extent) {
        Shape dy = c.shape(0);
        Selections.add(
                pool,
                c.x(0),
                c.x(1),
                c.y(0),
                (int) dy.range(0, axis).size(),
                extent,
                (int) c.shape(1).size(),
                (int) dy.range(axis + c.shape(1).rank(), dy.rank()).size());
    }

    /** Whether indices differ from x in the extent of {@code axis} only, as they do wherever it matters how fast it is. */
    static boolean gathers(Shape x, Shape indices, int axis) {
        return x.with(axis, 0).equals(indices.with(axis, 0));
    }

    void gather(Call c, int axis) {
        Shape x = c.shape(0);
        Selections.gather(
                pool,
                c.x(0),
                c.x(1),
                c.y(0),
                (int) x.range(0, axis).size(),
                x.dim(axis),
                c.shape(1).dim(axis),
                (int) x.range(axis + 1, x.rank()).size());
    }

    void scatterAdd(Call c, int axis) {
        Shape y = c.result(0);
        Selections.scatterAdd(
                pool,
                c.x(0),
                c.x(1),
                c.y(0),
                (int) y.range(0, axis).size(),
                y.dim(axis),
                c.shape(1).dim(axis),
                (int) y.range(axis + 1, y.rank()).size());
    }
}
