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
            var own = VectorMask.fromLong(F, fresh);
            long slopes = dy + 4L * c;
            for (int j = 0; j < 3; j++) {
                long from = x + 4L * (c + j - padLeft);
                var present = VectorMask.fromLong(F, lanes(c, j) & fresh);
                dots(
                        end - first,
                        from + first * 4L * width,
                        present,
                        slopes + (first + padTop) * 4L * outWidth,
                        own,
                        sums + j * VB);
                for (int r = first == 0 ? end : 0; r < height; r = r + 1 == first ? end : r + 1) {
                    for (int i = 0; i < 3; i++) {
                        int o = r + padTop - i;
                        if (o >= 0 && o < outHeight) {
                            dot(
                                    from + r * 4L * width,
                                    present,
                                    slopes + o * 4L * outWidth,
                                    own,
                                    sums + (3L * i + j) * VB);
                        }
                    }
                }
            }
        }
    }

    /**
     * Rows of the input with the row of the output that the first tap of a column sees them from, and the two rows before it. Not
     * all nine sums at once: of so many masked loads the first compiler gives up on the method, and the second may never get it.
     */
    private void dots(int rows, long x, VectorMask<Float> present, long dy, VectorMask<Float> own, long sums) {
        long row = 4L * width;
        long up = 4L * outWidth;
        if (rows == 0) {
            return;
        }
        FloatVector a0 = fromMemorySegment(F, ALL, sums, ORDER);
        FloatVector a1 = fromMemorySegment(F, ALL, sums + 3 * VB, ORDER);
        FloatVector a2 = fromMemorySegment(F, ALL, sums + 6 * VB, ORDER);
        FloatVector d2 = fromMemorySegment(F, ALL, dy - 2 * up, ORDER, own);
        FloatVector d1 = fromMemorySegment(F, ALL, dy - up, ORDER, own);
        for (int r = 0; r < rows; r++) {
            FloatVector d0 = fromMemorySegment(F, ALL, dy + r * up, ORDER, own);
            FloatVector v = fromMemorySegment(F, ALL, x + r * row, ORDER, present);
            a0 = v.fma(d0, a0);
            a1 = v.fma(d1, a1);
            a2 = v.fma(d2, a2);
            d2 = d1;
            d1 = d0;
        }
        a0.intoMemorySegment(ALL, sums, ORDER);
        a1.intoMemorySegment(ALL, sums + 3 * VB, ORDER);
        a2.intoMemorySegment(ALL, sums + 6 * VB, ORDER);
    }

    private static void dot(long x, VectorMask<Float> present, long dy, VectorMask<Float> own, long sum) {
        FloatVector d = load(dy, own);
        store(load(x, present).fma(d, load(sum)), sum);
    }
}
