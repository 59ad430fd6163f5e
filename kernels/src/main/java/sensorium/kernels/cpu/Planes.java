package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Zero-padded pictures, channels first, dealt out by the phase of a stride: (images, channels, phases of rows, phases of
 * columns, rows, columns). Pixel (y, x) is in phase (y mod strideH, x mod strideW) at (y / strideH, x / strideW), so that
 * what a tap of a kernel sees of a row of output pixels adjoins, whatever the stride.
 *
 * @param address of the first float; {@link #ROOM} floats before it and behind the last can be read
 * @param rows of a phase
 * @param columns of a phase
 */
record Planes(long address, int strideH, int strideW, int rows, int columns, int channels) {
    /** Floats around planes that may be read, but mean nothing. */
    static final int ROOM = 4 * W;

    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(F, 0);
    private static final VectorShuffle<Float> LOW = VectorShuffle.makeZip(F, 0);
    private static final VectorShuffle<Float> HIGH = VectorShuffle.makeZip(F, 1);

    /**
     * Room for {@code images} pictures in this thread's working memory. Long rows are made whole vectors, and placed so that
     * those vectors of a row are aligned that begin {@code left} pixels behind its first: stores over two lines of the cache
     * take four times as long.
     */
    static Planes in(Slot slot, int images, int strideH, int strideW, int rows, int columns, int channels, int left) {
        int pitch = columns < 2 * W ? columns : Math.ceilDiv(columns, W) * W;
        var planes = new Planes(0, strideH, strideW, rows, pitch, channels);
        long start = Scratch.floats(slot, images * planes.image() + 2L * ROOM + W) + 4L * ROOM;
        return new Planes(start + 4L * Math.floorMod(-left, W), strideH, strideW, rows, pitch, channels);
    }

    /** Floats of a phase. */
    int phase() {
        return rows * columns;
    }

    /** Floats of a channel. */
    int channel() {
        return strideH * strideW * phase();
    }

    /** Floats of a picture. */
    long image() {
        return (long) channels * channel();
    }

    /** Floats from a pixel of the first phase to what lies {@code down} and {@code right} of it, padding included. */
    int at(int down, int right) {
        return (down % strideH * strideW + right % strideW) * phase() + down / strideH * columns + right / strideW;
    }

    /** Copies x (n, channels, height, width) to row {@code top}, column {@code left} of the pictures, zeros around. */
    void fill(WorkPool pool, long x, int n, int height, int width, int top, int left) {
        int grain = Math.max(1, Nest.CHUNK / Math.max(1, channel()));
        int[] places = 2 * width <= W ? places(height, width, top, left) : null;
        pool.parallelFor(Math.multiplyExact(n, channels), grain, (from, to) -> {
            for (int i = from; i < to; i++) {
                long target = address + 4L * i * channel();
                Lanes.fill(target, channel(), 0f);
                if (places != null) {
                    scatter(x + 4L * i * height * width, places, target);
                    continue;
                }
                put(x + 4L * i * height * width, target, height, width, top, left);
            }
        });
    }

    /** Where each pixel of a channel goes in the padded one: short rows are faster pixel by pixel. */
    private int[] places(int height, int width, int top, int left) {
        var places = new int[height * width];
        for (int i = 0; i < places.length; i++) {
            int y = i / width + top;
            int x = i % width + left;
            // What no kernel sees goes to where the first pixel will be put, which comes last.
            places[i] = y < rows * strideH && x < columns * strideW ? at(y, x) : at(top, left);
        }
        return places;
    }

    private static void scatter(long x, int[] places, long target) {
        for (int i = places.length - 1; i >= 0; i--) {
            set(target + 4L * places[i], get(x + 4L * i));
        }
    }

    /** Copies a channel (height, width) to where it lies in the padded one at {@code target}; leaves the padding. */
    void put(long x, long target, int height, int width, int top, int left) {
        for (int a = 0; a < strideH; a++) {
            int y = Math.floorMod(a - top, strideH);
            int row = (y + top) / strideH;
            int count = Math.min(rows - row, Math.ceilDiv(height - y, strideH));
            for (int b = 0; b < strideW; b++) {
                int begin = Math.max(0, Math.ceilDiv(left - b, strideW));
                int n = Math.min(columns, Math.ceilDiv(left + width - b, strideW)) - begin;
                long from = x + 4L * (y * width + begin * strideW + b - left);
                long to = target + 4L * ((a * strideW + b) * phase() + row * columns + begin);
                put(count, n, from, 4L * strideH * width, x + 4L * height * width, to, target + 4L * channel());
            }
        }
    }

    /**
     * Copies rows of a phase, a vector of columns at a time, the last first. What is stored behind it is overwritten by what
     * follows, or zeros where zeros are; so are the ends, where that would leave the channel, done one by one.
     */
    private void put(int count, int n, long from, long fromRow, long fromEnd, long to, long toEnd) {
        if (n <= 0) {
            return;
        }
        long toRow = 4L * columns;
        for (int i = (n - 1) / W * W; i >= 0; i -= W) {
            long source = from + 4L * i * strideW;
            long target = to + 4L * i;
            int whole = 0;
            if (strideW <= 2 && fromEnd - source >= strideW * VB && toEnd - target >= VB) {
                long inFrom = (fromEnd - source - strideW * VB) / fromRow + 1;
                long inTo = (toEnd - target - VB) / toRow + 1;
                whole = (int) Math.min(count, Math.min(inFrom, inTo));
            }
            int present = Math.min(W, n - i);
            long lanes = -1L >>> 64 - present;
            if (strideW == 1) {
                every(whole, source, fromRow, target, toRow, lanes);
            } else if (strideW == 2) {
                everySecond(whole, source, fromRow, target, toRow, lanes);
            }
            for (int r = whole; r < count; r++) {
                for (int j = 0; j < present; j++) {
                    set(target + r * toRow + 4L * j, get(source + r * fromRow + 4L * j * strideW));
                }
            }
        }
    }

    private static void every(int rows, long from, long fromRow, long to, long toRow, long lanes) {
        var present = VectorMask.fromLong(F, lanes);
        for (int r = 0; r < rows; r++) {
            FloatVector.zero(F)
                    .blend(fromMemorySegment(F, ALL, from + r * fromRow, ORDER), present)
                    .intoMemorySegment(ALL, to + r * toRow, ORDER);
        }
    }

    private static void everySecond(int rows, long from, long fromRow, long to, long toRow, long lanes) {
        var present = VectorMask.fromLong(F, lanes);
        for (int r = 0; r < rows; r++) {
            FloatVector low = fromMemorySegment(F, ALL, from + r * fromRow, ORDER);
            FloatVector high = fromMemorySegment(F, ALL, from + r * fromRow + VB, ORDER);
            FloatVector.zero(F).blend(low.rearrange(EVEN, high), present).intoMemorySegment(ALL, to + r * toRow, ORDER);
        }
    }

    /** {@code to[i] = from[i]} for i below n. */
    static void copy(int n, long from, long to) {
        if (n < W) {
            var some = first(n);
            fromMemorySegment(F, ALL, from, ORDER, some).intoMemorySegment(ALL, to, ORDER, some);
            return;
        }
        long last = 4L * (n - W);
        for (long i = 0; i < last; i += VB) {
            fromMemorySegment(F, ALL, from + i, ORDER).intoMemorySegment(ALL, to + i, ORDER);
        }
        fromMemorySegment(F, ALL, from + last, ORDER).intoMemorySegment(ALL, to + last, ORDER);
    }

    /**
     * Deals a row back: {@code to[i] = from[(i + first) mod step][i / step]} for i below n. Leaves rubbish behind it, up to
     * {@code end}: rows are to be dealt in ascending order.
     *
     * @param from where the row of each phase begins; behind it a vector can be read
     */
    static void join(int n, long[] from, int first, long to, long end) {
        int step = from.length;
        if (step == 1) {
            copy(n, from[0], to);
            return;
        }
        int i = 0;
        if (step == 2) {
            long even = from[first];
            long odd = from[1 - first];
            for (; i < n && to + 4L * i + 2 * VB <= end; i += 2 * W) {
                FloatVector a = fromMemorySegment(F, ALL, even + 2L * i, ORDER);
                FloatVector b = fromMemorySegment(F, ALL, odd + 2L * i, ORDER);
                a.rearrange(LOW, b).intoMemorySegment(ALL, to + 4L * i, ORDER);
                a.rearrange(HIGH, b).intoMemorySegment(ALL, to + 4L * i + VB, ORDER);
            }
        }
        for (int k = 0; k < step; k++) {
            long source = from[(k + first) % step] + 4L * (i / step);
            for (int j = i + k; j < n; j += step, source += 4) {
                set(to + 4L * j, get(source));
            }
        }
    }
}
