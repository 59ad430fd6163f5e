package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Turns rows of floats into vectors of one float a row, and back: W rows at a time, in squares of W × W. Two vectors d
 * rows apart exchange the lanes in which bit d of the lane's number differs, for d = W/2, …, 2, 1 (Eklundh 1972). For
 * squares of 16 see {@link Square16}.
 */
final class Transposition {
    private static final VectorMask<Float> BIT4 = bit(4);
    private static final VectorMask<Float> BIT2 = bit(2);
    private static final VectorMask<Float> BIT1 = bit(1);
    private static final VectorShuffle<Float> SWAP4 = swap(4);
    private static final VectorShuffle<Float> SWAP2 = swap(2);
    private static final VectorShuffle<Float> SWAP1 = swap(1);

    private Transposition() {}

    private static VectorMask<Float> bit(int d) {
        return VectorMask.fromLong(F, d == 1 ? 0xAA : d == 2 ? 0xCC : 0xF0);
    }

    private static VectorShuffle<Float> swap(int d) {
        return VectorShuffle.fromOp(F, lane -> lane ^ d & W - 1);
    }

    /** {@code to[j, i] = from[i, j]} for floats; rows of both are so many bytes apart. */
    static void transpose(int rows, int columns, long from, long fromRow, long to, long toRow) {
        int wholeRows = Lanes.whole(rows);
        int wholeColumns = Lanes.whole(columns);
        if (wholeRows > 0 && wholeColumns > 0) {
            long square = Scratch.floats(Slot.SQUARE, (long) W * W + W);
            long ones = square + W * VB;
            Lanes.fill(ones, W, 1f);
            for (int i = 0; i < wholeRows; i += W) {
                for (int j = 0; j < wholeColumns; j += W) {
                    square(from + i * fromRow + 4L * j, fromRow, W - 1, ones, to + j * toRow + 4L * i, toRow, square);
                }
            }
        }
        scalar(0, wholeRows, wholeColumns, columns, from, fromRow, to, toRow);
        scalar(wholeRows, rows, 0, columns, from, fromRow, to, toRow);
    }

    private static void scalar(
            int row, int endRow, int column, int endColumn, long from, long fromRow, long to, long toRow) {
        for (int j = column; j < endColumn; j++) {
            for (int i = row; i < endRow; i++) {
                Lanes.set(to + j * toRow + 4L * i, Lanes.get(from + i * fromRow + 4L * j));
            }
        }
    }

    /**
     * {@code to[i] = from[·, i] · scale[i]} for i below {@code columns}: vector i holds column i of W rows.
     *
     * @param stride bytes from one row to the next
     * @param rows rows that are there, 1 to W; the last stands for those that are not
     */
    static void gather(long from, long stride, int rows, int columns, long scale, long to) {
        gather(from, stride, rows, columns, scale, to, VB);
    }

    /**
     * The same to vectors that are {@code toStride} bytes apart. Where that is less than a vector, each overwrites what the one before has
     * there, and the last reaches beyond.
     */
    static void gather(long from, long stride, int rows, int columns, long scale, long to, long toStride) {
        if (columns < W) {
            for (int i = 0; i < columns; i++) {
                for (int r = 0; r < W; r++) {
                    Lanes.set(
                            to + i * toStride + 4L * r,
                            Lanes.get(from + Math.min(r, rows - 1) * stride + 4L * i) * Lanes.get(scale + 4L * i));
                }
            }
            return;
        }
        long square = Scratch.floats(Slot.SQUARE, (long) W * W);
        for (int i = 0; i < columns; i += W) {
            int at = Math.min(i, columns - W); // the last square overlaps the one before
            square(from + 4L * at, stride, rows - 1, scale + 4L * at, to + at * toStride, toStride, square);
        }
    }

    /**
     * {@code to[r, i] = from[i][r]} for r below {@code rows} and i below {@code columns}.
     *
     * @param stride bytes from one row to the next
     */
    static void scatter(long from, int columns, long to, long stride, int rows) {
        if (columns < W || rows < W) {
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < columns; i++) {
                    Lanes.set(to + r * stride + 4L * i, Lanes.get(from + i * VB + 4L * r));
                }
            }
            return;
        }
        long square = Scratch.floats(Slot.SQUARE, (long) W * W + W);
        long ones = square + W * VB;
        Lanes.fill(ones, W, 1f);
        for (int i = 0; i < columns; i += W) {
            int at = Math.min(i, columns - W);
            square(from + at * VB, VB, W - 1, ones, to + 4L * at, stride, square);
        }
    }

    private static void square(long from, long stride, int last, long scale, long to, long toStride, long between) {
        switch (W) {
            case 16 -> Square16.transpose(from, stride, last, scale, to, toStride, between);
            case 8 -> {
                far8(from, stride, last, scale, between);
                near(between, to, toStride);
            }
            default -> {
                var s = load(scale);
                for (int i = 0; i < W; i++) {
                    store(load(from + Math.min(i, last) * stride).mul(s), between + i * VB);
                }
                near(between, to, toStride);
            }
        }
    }

    /** The exchanges between rows 4 apart. */
    private static void far8(long from, long stride, int last, long scale, long square) {
        var s = load(scale);
        for (int i = 0; i < 4; i++) {
            var a = load(from + Math.min(i, last) * stride).mul(s);
            var b = load(from + Math.min(i + 4, last) * stride).mul(s);
            var ab = traded(a, b, BIT4, SWAP4);
            store(a.blend(ab, BIT4), square + i * VB);
            store(ab.blend(b, BIT4), square + (i + 4) * VB);
        }
    }

    /** The upper lanes of a and the lower ones of b, each where the other's were: what the two exchange. */
    private static FloatVector traded(
            FloatVector a, FloatVector b, VectorMask<Float> upper, VectorShuffle<Float> swap) {
        return b.blend(a, upper).rearrange(swap);
    }

    /** The exchanges between rows 1 and 2 apart. */
    private static void near(long square, long to, long stride) {
        for (int i = 0; i < W; i += 4) {
            var a = load(square + i * VB);
            var b = load(square + (i + 1) * VB);
            var c = load(square + (i + 2) * VB);
            var d = load(square + (i + 3) * VB);
            var ac = traded(a, c, BIT2, SWAP2);
            var bd = traded(b, d, BIT2, SWAP2);
            a = a.blend(ac, BIT2);
            c = ac.blend(c, BIT2);
            b = b.blend(bd, BIT2);
            d = bd.blend(d, BIT2);
            var ab = traded(a, b, BIT1, SWAP1);
            var cd = traded(c, d, BIT1, SWAP1);
            store(a.blend(ab, BIT1), to + i * stride);
            store(ab.blend(b, BIT1), to + (i + 1) * stride);
            store(c.blend(cd, BIT1), to + (i + 2) * stride);
            store(cd.blend(d, BIT1), to + (i + 3) * stride);
        }
    }
}
