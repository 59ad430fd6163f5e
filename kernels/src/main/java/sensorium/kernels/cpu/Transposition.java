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
 * rows apart exchange the lanes in which bit d of the lane's number differs, for d = W/2, …, 2, 1 (Eklundh 1972). Four
 * vectors are in registers at a time, so a square passes twice through memory where W is above 4.
 */
final class Transposition {
    private static final VectorMask<Float> BIT8 = bit(8);
    private static final VectorMask<Float> BIT4 = bit(4);
    private static final VectorMask<Float> BIT2 = bit(2);
    private static final VectorMask<Float> BIT1 = bit(1);
    private static final VectorShuffle<Float> SWAP8 = swap(8);
    private static final VectorShuffle<Float> SWAP4 = swap(4);
    private static final VectorShuffle<Float> SWAP2 = swap(2);
    private static final VectorShuffle<Float> SWAP1 = swap(1);

    private Transposition() {}

    private static VectorMask<Float> bit(int d) {
        return VectorMask.fromLong(
                F, (0xFF00_F0F0_CCCC_AAAAL >>> (d == 1 ? 0 : d == 2 ? 16 : d == 4 ? 32 : 48)) & 0xFFFF);
    }

    private static VectorShuffle<Float> swap(int d) {
        return VectorShuffle.fromOp(F, lane -> lane ^ d & W - 1);
    }

    /**
     * {@code to[i] = from[·, i] · scale[i]} for i below {@code columns}: vector i holds column i of W rows.
     *
     * @param stride bytes from one row to the next
     * @param rows rows that are there, 1 to W; the last stands for those that are not
     */
    static void gather(long from, long stride, int rows, int columns, long scale, long to) {
        if (columns < W) {
            for (int i = 0; i < columns; i++) {
                for (int r = 0; r < W; r++) {
                    Lanes.set(
                            to + i * VB + 4L * r,
                            Lanes.get(from + Math.min(r, rows - 1) * stride + 4L * i) * Lanes.get(scale + 4L * i));
                }
            }
            return;
        }
        long square = Scratch.floats(Slot.SQUARE, (long) W * W);
        for (int i = 0; i < columns; i += W) {
            int at = Math.min(i, columns - W); // the last square overlaps the one before
            far(from + 4L * at, stride, rows - 1, scale + 4L * at, square);
            near(square, to + at * VB, VB);
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
            far(from + at * VB, VB, W - 1, ones, square);
            near(square, to + 4L * at, stride);
        }
    }

    /** The exchanges between rows 4 or more apart. */
    private static void far(long from, long stride, int last, long scale, long square) {
        switch (W) {
            case 16 -> far16(from, stride, last, scale, square);
            case 8 -> far8(from, stride, last, scale, square);
            default -> {
                var s = load(scale);
                for (int i = 0; i < W; i++) {
                    store(load(from + Math.min(i, last) * stride).mul(s), square + i * VB);
                }
            }
        }
    }

    private static void far16(long from, long stride, int last, long scale, long square) {
        var s = load(scale);
        for (int i = 0; i < 4; i++) {
            var a = load(from + Math.min(i, last) * stride).mul(s);
            var b = load(from + Math.min(i + 4, last) * stride).mul(s);
            var c = load(from + Math.min(i + 8, last) * stride).mul(s);
            var d = load(from + Math.min(i + 12, last) * stride).mul(s);
            var ac = traded(a, c, BIT8, SWAP8);
            var bd = traded(b, d, BIT8, SWAP8);
            a = a.blend(ac, BIT8);
            c = ac.blend(c, BIT8);
            b = b.blend(bd, BIT8);
            d = bd.blend(d, BIT8);
            var ab = traded(a, b, BIT4, SWAP4);
            var cd = traded(c, d, BIT4, SWAP4);
            store(a.blend(ab, BIT4), square + i * VB);
            store(ab.blend(b, BIT4), square + (i + 4) * VB);
            store(c.blend(cd, BIT4), square + (i + 8) * VB);
            store(cd.blend(d, BIT4), square + (i + 12) * VB);
        }
    }

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
