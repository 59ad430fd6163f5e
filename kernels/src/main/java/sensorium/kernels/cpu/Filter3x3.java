package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.store;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * One filter of 3 × 3 over one plane, and the gradient of the filter, from the planes as they lie: a column of vectors is
 * walked from top to bottom, and each row of the input is loaded once for the three rows of the output that see it. What lies
 * beside the plane is masked, what lies above and below is left out.
 *
 * @param height of the input
 * @param width of the input
 * @param outHeight of the output
 * @param outWidth of the output, at least a vector
 * @param padTop rows of zeros above
 * @param padLeft columns of zeros on the left
 */
record Filter3x3(int height, int width, int outHeight, int outWidth, int padTop, int padLeft) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Whether a convolution's planes can be walked so, forward and back. */
    static boolean fits(Conv.Axis h, Conv.Axis w) {
        return isPlain(h) && isPlain(w) && Math.min(w.in(), w.out()) >= W && h.out() > 0;
    }

    private static boolean isPlain(Conv.Axis a) {
        return a.kernel() == 3 && a.stride() == 1 && a.dilation() == 1 && a.pad() <= 2;
    }

    /** The output of a convolution from its input. */
    static Filter3x3 forward(Conv.Axis h, Conv.Axis w) {
        return new Filter3x3(h.in(), w.in(), h.out(), w.out(), h.pad(), w.pad());
    }

    /** The gradient of the input from that of the output, by the filter turned around. */
    static Filter3x3 back(Conv.Axis h, Conv.Axis w) {
        return new Filter3x3(h.out(), w.out(), h.in(), w.in(), 2 - h.pad(), 2 - w.pad());
    }

    /** {@code y[r, c] = Σ filter[i, j] · x[r + i − padTop, c + j − padLeft]}, or with the filter turned around. */
    void run(long x, long filter, boolean turned, long y) {
        long f = turned ? filter + 4 * 8 : filter;
        long step = turned ? -4 : 4;
        // Row r of the input ends row r + padTop − 2 of the output.
        int rows = Math.min(height, outHeight - padTop + 2);
        for (int at = 0; at < outWidth; at += W) {
            int c = Math.min(at, outWidth - W);
            column(rows, x + 4L * (c - padLeft), lanes(c, 0), lanes(c, 1), lanes(c, 2), f, step, y + 4L * c);
        }
    }

    /** Lanes of a vector at column {@code c} of the output that tap {@code j} finds within the input. */
    private long lanes(int c, int j) {
        int first = Math.clamp(padLeft - j - c, 0, W);
        int end = Math.clamp(width + padLeft - j - c, first, W);
        return end == first ? 0 : -1L >>> 64 - (end - first) << first;
    }

    private void column(int rows, long x, long left, long middle, long right, long filter, long step, long y) {
        long row = 4L * width;
        long toRow = 4L * outWidth;
        VectorMask<Float> present0 = VectorMask.fromLong(F, left);
        VectorMask<Float> present1 = VectorMask.fromLong(F, middle);
        VectorMask<Float> present2 = VectorMask.fromLong(F, right);
        FloatVector f00 = broadcast(F, ALL.get(FLOAT, filter));
        FloatVector f01 = broadcast(F, ALL.get(FLOAT, filter + step));
        FloatVector f02 = broadcast(F, ALL.get(FLOAT, filter + 2 * step));
        FloatVector f10 = broadcast(F, ALL.get(FLOAT, filter + 3 * step));
        FloatVector f11 = broadcast(F, ALL.get(FLOAT, filter + 4 * step));
        FloatVector f12 = broadcast(F, ALL.get(FLOAT, filter + 5 * step));
        FloatVector f20 = broadcast(F, ALL.get(FLOAT, filter + 6 * step));
        FloatVector f21 = broadcast(F, ALL.get(FLOAT, filter + 7 * step));
        FloatVector f22 = broadcast(F, ALL.get(FLOAT, filter + 8 * step));
        FloatVector a = FloatVector.zero(F); // what the next row to be written has from the two rows before
        FloatVector b = FloatVector.zero(F); // and the one after it from the row before
        for (int r = 0; r < rows; r++) {
            FloatVector x0 = fromMemorySegment(F, ALL, x + r * row, ORDER, present0);
            FloatVector x1 = fromMemorySegment(F, ALL, x + r * row + 4, ORDER, present1);
            FloatVector x2 = fromMemorySegment(F, ALL, x + r * row + 8, ORDER, present2);
            // Sums of each row of taps apart, so that rows of the input need not wait for each other.
            FloatVector t = x2.fma(f22, x1.fma(f21, x0.mul(f20))).add(a);
            a = x2.fma(f12, x1.fma(f11, x0.mul(f10))).add(b);
            b = x2.fma(f02, x1.fma(f01, x0.mul(f00)));
            // What is above the first row is written there too, before that.
            t.intoMemorySegment(ALL, y + Math.max(0, r + padTop - 2) * toRow, ORDER);
        }
        int next = rows + padTop - 2;
        if (next < outHeight) {
            a.intoMemorySegment(ALL, y + next * toRow, ORDER);
        }
        if (next + 1 < outHeight) {
            b.intoMemorySegment(ALL, y + (next + 1) * toRow, ORDER);
        }
    }

    /** Adds {@code Σ dy[r, c] · x[r + i − padTop, c + j − padLeft]} to vector 3·i + j of {@code sums}, lane by lane. */
    void addDots(long x, long dy, long sums) {
        // Rows of the input that meet every row of taps.
        int first = Math.clamp(2L - padTop, 0, height);
        int end = Math.clamp((long) outHeight - padTop, first, height);
        for (int c = 0; c < outWidth; c += W) {
            long fresh = -1L >>> 64 - Math.min(W, outWidth - c);
            long from = x + 4L * (c - padLeft);
            long left = lanes(c, 0) & fresh;
            long middle = lanes(c, 1) & fresh;
            long right = lanes(c, 2) & fresh;
            long slopes = dy + 4L * c;
            if (first < end) {
                long own = slopes + (first + padTop) * 4L * outWidth;
                dots(end - first, from + first * 4L * width, left, middle, right, own, fresh, sums);
            }
            for (int r = first == 0 ? end : 0; r < height; r = r + 1 == first ? end : r + 1) {
                for (int i = 0; i < 3; i++) {
                    int o = r + padTop - i;
                    if (o >= 0 && o < outHeight) {
                        long own = slopes + o * 4L * outWidth;
                        dot(from + r * 4L * width, left, middle, right, own, fresh, sums + 3L * i * VB);
                    }
                }
            }
        }
    }

    private void dots(int rows, long x, long left, long middle, long right, long dy, long fresh, long sums) {
        long row = 4L * width;
        long up = 4L * outWidth;
        VectorMask<Float> present0 = VectorMask.fromLong(F, left);
        VectorMask<Float> present1 = VectorMask.fromLong(F, middle);
        VectorMask<Float> present2 = VectorMask.fromLong(F, right);
        VectorMask<Float> present = VectorMask.fromLong(F, fresh);
        FloatVector s00 = fromMemorySegment(F, ALL, sums, ORDER);
        FloatVector s01 = fromMemorySegment(F, ALL, sums + VB, ORDER);
        FloatVector s02 = fromMemorySegment(F, ALL, sums + 2 * VB, ORDER);
        FloatVector s10 = fromMemorySegment(F, ALL, sums + 3 * VB, ORDER);
        FloatVector s11 = fromMemorySegment(F, ALL, sums + 4 * VB, ORDER);
        FloatVector s12 = fromMemorySegment(F, ALL, sums + 5 * VB, ORDER);
        FloatVector s20 = fromMemorySegment(F, ALL, sums + 6 * VB, ORDER);
        FloatVector s21 = fromMemorySegment(F, ALL, sums + 7 * VB, ORDER);
        FloatVector s22 = fromMemorySegment(F, ALL, sums + 8 * VB, ORDER);
        FloatVector d2 = fromMemorySegment(F, ALL, dy - 2 * up, ORDER, present);
        FloatVector d1 = fromMemorySegment(F, ALL, dy - up, ORDER, present);
        for (int r = 0; r < rows; r++) {
            FloatVector d0 = fromMemorySegment(F, ALL, dy + r * up, ORDER, present);
            FloatVector x0 = fromMemorySegment(F, ALL, x + r * row, ORDER, present0);
            s00 = x0.fma(d0, s00);
            s10 = x0.fma(d1, s10);
            s20 = x0.fma(d2, s20);
            FloatVector x1 = fromMemorySegment(F, ALL, x + r * row + 4, ORDER, present1);
            s01 = x1.fma(d0, s01);
            s11 = x1.fma(d1, s11);
            s21 = x1.fma(d2, s21);
            FloatVector x2 = fromMemorySegment(F, ALL, x + r * row + 8, ORDER, present2);
            s02 = x2.fma(d0, s02);
            s12 = x2.fma(d1, s12);
            s22 = x2.fma(d2, s22);
            d2 = d1;
            d1 = d0;
        }
        s00.intoMemorySegment(ALL, sums, ORDER);
        s01.intoMemorySegment(ALL, sums + VB, ORDER);
        s02.intoMemorySegment(ALL, sums + 2 * VB, ORDER);
        s10.intoMemorySegment(ALL, sums + 3 * VB, ORDER);
        s11.intoMemorySegment(ALL, sums + 4 * VB, ORDER);
        s12.intoMemorySegment(ALL, sums + 5 * VB, ORDER);
        s20.intoMemorySegment(ALL, sums + 6 * VB, ORDER);
        s21.intoMemorySegment(ALL, sums + 7 * VB, ORDER);
        s22.intoMemorySegment(ALL, sums + 8 * VB, ORDER);
    }

    /** One row of the input with one row of the output. */
    private static void dot(long x, long left, long middle, long right, long dy, long fresh, long sums) {
        FloatVector d = load(dy, VectorMask.fromLong(F, fresh));
        store(load(x, VectorMask.fromLong(F, left)).fma(d, load(sums)), sums);
        store(load(x + 4, VectorMask.fromLong(F, middle)).fma(d, load(sums + VB)), sums + VB);
        store(load(x + 8, VectorMask.fromLong(F, right)).fma(d, load(sums + 2 * VB)), sums + 2 * VB);
    }
}
