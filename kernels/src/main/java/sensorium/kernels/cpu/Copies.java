package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** Copies between layouts, for elements of 1, 2, 4 or 8 bytes. */
final class Copies {
    /** Side of the squares that a transposition goes by: 32 lines of the source stay in L1 while they are read. */
    private static final int SQUARE = 32;

    private Copies() {}

    /**
     * {@code to[i₀, …] = from[i₀, …]}.
     *
     * @param toStrides strides in elements, one an axis
     * @param fromStrides strides in elements, 0 for broadcasts, negative for flips
     */
    static void copy(WorkPool pool, int bytes, int[] dims, long to, long[] toStrides, long from, long[] fromStrides) {
        var nest = Nest.of(dims, toStrides, fromStrides);
        int inner = nest.inner();
        if (inner == 0 || nest.rows() == 0) {
            return;
        }
        if (nest.rank() == 1) {
            pool.parallelFor(
                    inner,
                    Nest.CHUNK,
                    (i, end) -> row(
                            bytes,
                            end - i,
                            to + i * nest.step(0) * bytes,
                            nest.step(0),
                            from + i * nest.step(1) * bytes,
                            nest.step(1)));
            return;
        }
        // The last two axes make a plane, walked in one piece.
        int height = nest.extent(nest.rank() - 2);
        long toRow = nest.stride(0, nest.rank() - 2);
        long fromRow = nest.stride(1, nest.rank() - 2);
        int bands = Math.max(1, Math.min(height / SQUARE, (int) ((long) height * inner / Nest.CHUNK)));
        int band = Math.ceilDiv(height, bands);
        int parts = Math.ceilDiv(height, band);
        int planes = nest.rows() / height;
        int grain = (int) Math.max(1, Nest.CHUNK / ((long) band * inner));
        pool.parallelFor(Math.multiplyExact(planes, parts), grain, (begin, end) -> {
            for (int p = begin; p < end; p++) {
                int first = p % parts * band;
                int rows = Math.min(band, height - first);
                int at = p / parts * height + first;
                long t = to + nest.offset(0, at) * bytes;
                long f = from + nest.offset(1, at) * bytes;
                plane(bytes, rows, inner, t, toRow, nest.step(0), f, fromRow, nest.step(1));
            }
        });
    }

    private static void plane(
            int bytes,
            int rows,
            int columns,
            long to,
            long toRow,
            long toStep,
            long from,
            long fromRow,
            long fromStep) {
        if (fromStep == 1 || fromRow != 1) {
            for (int r = 0; r < rows; r++) {
                row(bytes, columns, to + r * toRow * bytes, toStep, from + r * fromRow * bytes, fromStep);
            }
            return;
        }
        for (int c = 0; c < columns; c += SQUARE) {
            int width = Math.min(SQUARE, columns - c);
            for (int r = 0; r < rows; r++) {
                row(
                        bytes,
                        width,
                        to + (r * toRow + c * toStep) * bytes,
                        toStep,
                        from + (r + c * fromStep) * bytes,
                        fromStep);
            }
        }
    }

    private static void row(int bytes, int n, long to, long toStep, long from, long fromStep) {
        if (toStep == 1 && fromStep == 1) {
            adjoining(to, from, (long) n * bytes);
            return;
        }
        switch (bytes) {
            case 1 -> {
                for (int i = 0; i < n; i++) {
                    ALL.set(
                            ValueLayout.JAVA_BYTE,
                            to + i * toStep,
                            ALL.get(ValueLayout.JAVA_BYTE, from + i * fromStep));
                }
            }
            case 2 -> {
                var type = ValueLayout.JAVA_SHORT_UNALIGNED;
                for (int i = 0; i < n; i++) {
                    ALL.set(type, to + 2L * i * toStep, ALL.get(type, from + 2L * i * fromStep));
                }
            }
            case 4 -> {
                var type = ValueLayout.JAVA_INT_UNALIGNED;
                for (int i = 0; i < n; i++) {
                    ALL.set(type, to + 4L * i * toStep, ALL.get(type, from + 4L * i * fromStep));
                }
            }
            default -> {
                var type = ValueLayout.JAVA_LONG_UNALIGNED;
                for (int i = 0; i < n; i++) {
                    ALL.set(type, to + 8L * i * toStep, ALL.get(type, from + 8L * i * fromStep));
                }
            }
        }
    }

    /** Copies {@code bytes} adjoining bytes; short runs of floats without the call. */
    static void adjoining(long to, long from, long bytes) {
        if (bytes > 1024 || bytes % 4 != 0) {
            MemorySegment.copy(ALL, from, ALL, to, bytes);
            return;
        }
        long i = 0;
        for (; i <= bytes - 4L * W; i += 4L * W) {
            store(load(from + i), to + i);
        }
        for (; i < bytes; i += 4) {
            ALL.set(ValueLayout.JAVA_INT_UNALIGNED, to + i, ALL.get(ValueLayout.JAVA_INT_UNALIGNED, from + i));
        }
    }

    /**
     * {@code to[j, i] = from[i, j]} for floats; rows of both are so many bytes apart.
     *
     * <p>Squares of W × W go through the registers, four vectors at a time: the first pass transposes the blocks of four
     * by four floats, the second the blocks among themselves.
     */
    static void transpose(int rows, int columns, long from, long fromRow, long to, long toRow) {
        int wholeRows = Lanes.whole(rows);
        int wholeColumns = Lanes.whole(columns);
        if (wholeRows > 0 && wholeColumns > 0) {
            long between = Scratch.floats(Scratch.Slot.TRANSPOSED, (long) W * W);
            for (int i = 0; i < wholeRows; i += W) {
                for (int j = 0; j < wholeColumns; j += W) {
                    square(from + i * fromRow + 4L * j, fromRow, to + j * toRow + 4L * i, toRow, between);
                }
            }
        }
        scalar(0, wholeRows, wholeColumns, columns, from, fromRow, to, toRow);
        scalar(wholeRows, rows, 0, columns, from, fromRow, to, toRow);
    }

    private static void scalar(
            int rows, int endRow, int columns, int endColumn, long from, long fromRow, long to, long toRow) {
        for (int j = columns; j < endColumn; j++) {
            for (int i = rows; i < endRow; i++) {
                Lanes.set(to + j * toRow + 4L * i, Lanes.get(from + i * fromRow + 4L * j));
            }
        }
    }

    private static void square(long from, long fromRow, long to, long toRow, long between) {
        if (W == 4) {
            within(from, fromRow, to, toRow);
            return;
        }
        for (int i = 0; i < W; i += 4) {
            within(from + i * fromRow, fromRow, between + i * VB, VB);
        }
        for (int q = 0; q < 4; q++) {
            if (W == 16) {
                fours(between + q * VB, to + q * toRow, toRow);
            } else {
                halves(between + q * VB, to + q * toRow, toRow);
            }
        }
    }

    // Lanes whose number differs in one bit, and those where the bit is set: what a step of a transposition exchanges.
    private static final VectorShuffle<Float> CROSS_1 = cross(1);
    private static final VectorShuffle<Float> CROSS_2 = cross(2);
    private static final VectorShuffle<Float> CROSS_4 = cross(4);
    private static final VectorShuffle<Float> CROSS_8 = cross(8);
    private static final VectorMask<Float> BIT_1 = bit(1);
    private static final VectorMask<Float> BIT_2 = bit(2);
    private static final VectorMask<Float> BIT_4 = bit(4);
    private static final VectorMask<Float> BIT_8 = bit(8);

    private static VectorShuffle<Float> cross(int bit) {
        return VectorShuffle.fromOp(F, i -> (i ^ bit) & W - 1);
    }

    private static VectorMask<Float> bit(int bit) {
        var lanes = new boolean[W];
        for (int i = 0; i < W; i++) {
            lanes[i] = (i & bit) != 0;
        }
        return VectorMask.fromArray(F, lanes, 0);
    }

    /** Of four rows: output q has element q of each block of four columns, over the rows. */
    private static void within(long from, long fromRow, long to, long toRow) {
        FloatVector a = fromMemorySegment(F, ALL, from, ORDER);
        FloatVector b = fromMemorySegment(F, ALL, from + fromRow, ORDER);
        FloatVector c = fromMemorySegment(F, ALL, from + 2 * fromRow, ORDER);
        FloatVector d = fromMemorySegment(F, ALL, from + 3 * fromRow, ORDER);
        FloatVector ab = a.blend(b.rearrange(CROSS_1), BIT_1);
        FloatVector ba = a.rearrange(CROSS_1).blend(b, BIT_1);
        FloatVector cd = c.blend(d.rearrange(CROSS_1), BIT_1);
        FloatVector dc = c.rearrange(CROSS_1).blend(d, BIT_1);
        ab.blend(cd.rearrange(CROSS_2), BIT_2).intoMemorySegment(ALL, to, ORDER);
        ba.blend(dc.rearrange(CROSS_2), BIT_2).intoMemorySegment(ALL, to + toRow, ORDER);
        ab.rearrange(CROSS_2).blend(cd, BIT_2).intoMemorySegment(ALL, to + 2 * toRow, ORDER);
        ba.rearrange(CROSS_2).blend(dc, BIT_2).intoMemorySegment(ALL, to + 3 * toRow, ORDER);
    }

    /** The same for blocks of four floats, of every fourth vector to every fourth row: 16 lanes. */
    private static void fours(long from, long to, long toRow) {
        FloatVector a = fromMemorySegment(F, ALL, from, ORDER);
        FloatVector b = fromMemorySegment(F, ALL, from + 4 * VB, ORDER);
        FloatVector c = fromMemorySegment(F, ALL, from + 8 * VB, ORDER);
        FloatVector d = fromMemorySegment(F, ALL, from + 12 * VB, ORDER);
        FloatVector ab = a.blend(b.rearrange(CROSS_4), BIT_4);
        FloatVector ba = a.rearrange(CROSS_4).blend(b, BIT_4);
        FloatVector cd = c.blend(d.rearrange(CROSS_4), BIT_4);
        FloatVector dc = c.rearrange(CROSS_4).blend(d, BIT_4);
        ab.blend(cd.rearrange(CROSS_8), BIT_8).intoMemorySegment(ALL, to, ORDER);
        ba.blend(dc.rearrange(CROSS_8), BIT_8).intoMemorySegment(ALL, to + 4 * toRow, ORDER);
        ab.rearrange(CROSS_8).blend(cd, BIT_8).intoMemorySegment(ALL, to + 8 * toRow, ORDER);
        ba.rearrange(CROSS_8).blend(dc, BIT_8).intoMemorySegment(ALL, to + 12 * toRow, ORDER);
    }

    /** The same for two vectors: 8 lanes. */
    private static void halves(long from, long to, long toRow) {
        FloatVector a = fromMemorySegment(F, ALL, from, ORDER);
        FloatVector b = fromMemorySegment(F, ALL, from + 4 * VB, ORDER);
        a.blend(b.rearrange(CROSS_4), BIT_4).intoMemorySegment(ALL, to, ORDER);
        a.rearrange(CROSS_4).blend(b, BIT_4).intoMemorySegment(ALL, to + 4 * toRow, ORDER);
    }

    /**
     * {@code to[j, i] = from[i, j]} for floats, i below {@code rows}, j below {@code columns}; rows of both and what
     * follows one another in those of {@code to} are so many bytes apart.
     */
    static void deal(int rows, int columns, long from, long fromRow, long to, long toRow, long toStep) {
        if (toStep == 4) {
            transpose(rows, columns, from, fromRow, to, toRow);
            return;
        }
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                Lanes.set(to + j * toRow + i * toStep, Lanes.get(from + i * fromRow + 4L * j));
            }
        }
    }
}
