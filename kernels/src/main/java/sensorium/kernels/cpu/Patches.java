package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * What the taps of a kernel see at each of a grid of pixels: some long runs of floats in planes with channels last.
 *
 * <p>Pixels are numbered through all images, row by row; a patch's elements are ordered by tap, then channel.
 */
final class Patches {
    /**
     * Pictures with channels last, (images, rows, columns, channels).
     *
     * @param address of the first; a vector's worth of floats behind the last can be read
     */
    record Planes(long address, int rows, int columns, int channels) {
        /** Floats of a picture. */
        long floats() {
            return (long) rows * columns * channels;
        }

        /** Floats from the first pixel to that one. */
        int at(int row, int column) {
            return (row * columns + column) * channels;
        }

        /** Copies x (n, channels, height, width) to row {@code top}, column {@code left} of the pictures, zeros around. */
        void fill(WorkPool pool, long x, int n, int height, int width, int top, int left) {
            int shown = Math.clamp(columns - left, 0, width);
            int grain = Math.max(1, Nest.CHUNK / Math.max(1, columns * channels));
            pool.parallelFor(Math.multiplyExact(n, rows), grain, (from, to) -> {
                for (int i = from; i < to; i++) {
                    long target = address + 4L * i * columns * channels;
                    int y = i % rows - top;
                    if (y < 0 || y >= height || shown == 0) {
                        Lanes.fill(target, (long) columns * channels, 0f);
                        continue;
                    }
                    Lanes.fill(target, (long) left * channels, 0f);
                    Lanes.fill(target + 4L * (left + shown) * channels, (long) (columns - left - shown) * channels, 0f);
                    long source = x + 4 * ((long) i / rows * channels * height + y) * width;
                    Transposition.transpose(
                            channels, shown, source, 4L * height * width, target + 4L * left * channels, 4L * channels);
                }
            });
        }
    }

    private final Planes planes;
    private final int rows;
    private final int columns;
    private final long start;
    private final int stepY;
    private final int stepX;
    private final int depth;
    /** Runs in ascending order: floats from a pixel, and the first element of the patch. The last one only ends the patch. */
    private final int[] runs;

    private final int[] firsts;

    /**
     * @param offsets of each tap, in floats from the pixel
     * @param channels seen of each
     * @param row of the planes where the first pixel lies
     * @param stepY from one row of pixels to the next, in rows of the planes
     */
    Patches(
            Planes planes,
            int channels,
            int[] offsets,
            int row,
            int column,
            int rows,
            int columns,
            int stepY,
            int stepX) {
        this.planes = planes;
        this.rows = rows;
        this.columns = columns;
        this.start = planes.at(row, column);
        this.stepY = planes.at(stepY, 0);
        this.stepX = planes.at(0, stepX);
        this.depth = offsets.length * channels;
        int[] at = new int[offsets.length];
        int[] first = new int[offsets.length + 1];
        int count = 0;
        for (int t = 0; t < offsets.length; t++) {
            if (t == 0 || offsets[t] != offsets[t - 1] + channels) {
                at[count] = offsets[t];
                first[count++] = t * channels;
            }
        }
        first[count] = depth;
        this.runs = Arrays.copyOf(at, count);
        this.firsts = Arrays.copyOf(first, count + 1);
    }

    /** Elements of a patch. */
    int depth() {
        return depth;
    }

    /** Pixels of an image. */
    int pixels() {
        return rows * columns;
    }

    int columns() {
        return columns;
    }

    /**
     * Copies elements {@code [from, from + width)} of the patches of some pixels to rows of {@code width} floats. Writes a
     * vector's worth of rubbish behind the last.
     *
     * @param group of channels, by the number of floats before it
     */
    void copy(int pixel, int count, int group, int from, int width, long to) {
        int image = pixel / pixels();
        int y = pixel % pixels() / columns;
        int x = pixel % columns;
        int run = 0;
        while (run < runs.length && firsts[run + 1] <= from) {
            run++;
        }
        int end = from + width;
        long target = to;
        for (int i = 0; i < count; i++) {
            long at = planes.address
                    + 4 * (image * planes.floats() + start + group + (long) y * stepY + (long) x * stepX);
            int k = from;
            for (int r = run; k < end; r++) {
                int stop = Math.min(end, firsts[r + 1]);
                long source = at + 4L * (runs[r] + k - firsts[r]);
                long bytes = 4L * (stop - k);
                for (long b = 0; b < bytes; b += VB) {
                    fromMemorySegment(F, ALL, source + b, ORDER).intoMemorySegment(ALL, target + b, ORDER);
                }
                target += bytes;
                k = stop;
            }
            if (++x == columns) {
                x = 0;
                if (++y == rows) {
                    y = 0;
                    image++;
                }
            }
        }
    }

    /** Where pixel 0 of row {@code line}, counted through all images, lies. */
    private long line(int line) {
        return planes.address + 4 * (line / rows * planes.floats() + start + (long) (line % rows) * stepY);
    }

    /**
     * Where a patch has one channel: {@code to[pixel, c] = Σ filter[tap, c] · pixel seen through the tap [c]}, rows of
     * {@code width} floats.
     */
    void weigh(int pixel, int count, long filters, int width, long to) {
        for (int done = 0; done < count; ) {
            int x = (pixel + done) % columns;
            int n = Math.min(columns - x, count - done);
            long from = line((pixel + done) / columns) + 4L * x * stepX;
            for (int c = 0; c < width; c += W) {
                weigh(n, from + 4L * c, filters + 4L * c, width, to + 4L * (done * width + c));
            }
            done += n;
        }
    }

    /** One vector of channels of n pixels, four at a time: taps are then loaded once for four. */
    private void weigh(int n, long from, long filters, int width, long to) {
        long step = 4L * stepX;
        long row = 4L * width;
        int i = 0;
        for (; i <= n - 4; i += 4) {
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            FloatVector c = FloatVector.zero(F);
            FloatVector d = FloatVector.zero(F);
            long at = from + i * step;
            for (int t = 0; t < runs.length; t++) {
                FloatVector w = fromMemorySegment(F, ALL, filters + t * row, ORDER);
                long p = at + 4L * runs[t];
                a = fromMemorySegment(F, ALL, p, ORDER).fma(w, a);
                b = fromMemorySegment(F, ALL, p + step, ORDER).fma(w, b);
                c = fromMemorySegment(F, ALL, p + 2 * step, ORDER).fma(w, c);
                d = fromMemorySegment(F, ALL, p + 3 * step, ORDER).fma(w, d);
            }
            a.intoMemorySegment(ALL, to + i * row, ORDER);
            b.intoMemorySegment(ALL, to + (i + 1) * row, ORDER);
            c.intoMemorySegment(ALL, to + (i + 2) * row, ORDER);
            d.intoMemorySegment(ALL, to + (i + 3) * row, ORDER);
        }
        for (; i < n; i++) {
            FloatVector a = FloatVector.zero(F);
            for (int t = 0; t < runs.length; t++) {
                a = fromMemorySegment(F, ALL, from + i * step + 4L * runs[t], ORDER)
                        .fma(fromMemorySegment(F, ALL, filters + t * row, ORDER), a);
            }
            a.intoMemorySegment(ALL, to + i * row, ORDER);
        }
    }

    /**
     * Where a patch has one channel: adds to a vector at {@code to} what channels from c on of that tap see, times the
     * slopes at the pixels, over {@code lines} rows of pixels.
     */
    void sum(int tap, int lines, long slopes, int c, long to) {
        long step = 4L * stepX;
        long row = 4L * planes.channels;
        FloatVector sum = fromMemorySegment(F, ALL, to, ORDER);
        for (int line = 0; line < lines; line++) {
            long x = line(line) + 4L * (runs[tap] + c);
            long dy = slopes + (long) line * columns * row;
            FloatVector even = FloatVector.zero(F);
            FloatVector odd = FloatVector.zero(F);
            int i = 0;
            for (; i <= columns - 2; i += 2) {
                even = fromMemorySegment(F, ALL, x + i * step, ORDER)
                        .fma(fromMemorySegment(F, ALL, dy + i * row, ORDER), even);
                odd = fromMemorySegment(F, ALL, x + (i + 1) * step, ORDER)
                        .fma(fromMemorySegment(F, ALL, dy + (i + 1) * row, ORDER), odd);
            }
            for (; i < columns; i++) {
                even = fromMemorySegment(F, ALL, x + i * step, ORDER)
                        .fma(fromMemorySegment(F, ALL, dy + i * row, ORDER), even);
            }
            sum = sum.add(even.add(odd));
        }
        sum.intoMemorySegment(ALL, to, ORDER);
    }
}
