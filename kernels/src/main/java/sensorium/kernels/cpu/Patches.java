package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.W;

import jdk.incubator.vector.VectorMask;

/**
 * What the taps of a kernel see at each of a grid of pixels, as a matrix (channels · taps, pixels) that is made a block at a
 * time. Pixels are numbered through all images, row by row.
 *
 * <p>A vector of pixels lies in one piece unless it goes over the end of a row. Where it does, each piece is loaded so that
 * its lanes are in place, and masks choose among them; both are the same for all channels and taps.
 */
final class Patches {
    final Planes planes;
    /** Bytes from a pixel to what each tap sees. */
    final long[] offsets;

    final int start;
    final int rows;
    final int columns;

    /**
     * @param offsets of each tap, in floats from a pixel
     * @param start floats from the begin of a channel to the first pixel
     * @param rows of the grid of pixels
     */
    Patches(Planes planes, int[] offsets, int start, int rows, int columns) {
        this.planes = planes;
        this.offsets = new long[offsets.length];
        for (int t = 0; t < offsets.length; t++) {
            this.offsets[t] = 4L * offsets[t];
        }
        this.start = start;
        this.rows = rows;
        this.columns = columns;
    }

    int taps() {
        return offsets.length;
    }

    /** Pixels of an image. */
    int pixels() {
        return rows * columns;
    }

    /**
     * Writes rows (channel, tap) of what {@code count} pixels see of {@code channels} channels; rubbish up to a whole vector
     * behind the last.
     *
     * @param row bytes from one row to the next
     * @param panel bytes from one panel of {@link GemmTiles#COLUMNS} pixels to the next
     */
    void copy(int pixel, int count, int channel, int channels, long to, long row, long panel) {
        long[] from = new long[W];
        long[] lanes = new long[W];
        for (int i = 0; i < count; i += W) {
            int pieces = pieces(pixel + i, Math.min(W, count - i), from, lanes);
            long base = planes.address() + 4L * channel * planes.channel();
            for (int p = 0; p < pieces; p++) {
                from[p] += base;
            }
            long step = 4L * planes.channel();
            long target = to + i / GemmTiles.COLUMNS * panel + i % GemmTiles.COLUMNS * 4L;
            switch (pieces) {
                case 1 -> one(channels, step, offsets, from[0], target, row);
                case 2 -> two(channels, step, offsets, from[0], from[1], lanes[1], target, row);
                default -> {
                    // A piece that is not there has no lanes.
                    int last = pieces - 1;
                    long fourth = pieces > 3 ? lanes[3] : 0;
                    long d = from[Math.min(3, last)];
                    four(channels, step, offsets, from[0], from[1], from[2], d, lanes, fourth, target, row);
                    for (int p = 4; p < pieces; p++) {
                        over(channels, step, offsets, from[p], lanes[p], target, row);
                    }
                }
            }
        }
    }

    /** Bytes from the planes' begin to each piece of a vector of pixels, less the lanes before it; the lanes from it on. */
    private int pieces(int pixel, int count, long[] from, long[] lanes) {
        int image = pixel / pixels();
        int y = pixel % pixels() / columns;
        int x = pixel % columns;
        int pieces = 0;
        for (int lane = 0; lane < count; ) {
            long at = 4 * (image * planes.image() + start + (long) y * planes.columns() + x - lane);
            if (pieces == 0 || at != from[pieces - 1]) {
                from[pieces] = at;
                lanes[pieces++] = -1L << lane & -1L >>> 64 - W;
            }
            lane += columns - x;
            x = 0;
            if (++y == rows) {
                y = 0;
                image++;
            }
        }
        return pieces;
    }

    private static void one(int channels, long step, long[] offsets, long a, long to, long row) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < offsets.length; t++) {
                fromMemorySegment(F, ALL, a + offsets[t], ORDER).intoMemorySegment(ALL, to, ORDER);
                to += row;
            }
            a += step;
        }
    }

    private static void two(int channels, long step, long[] offsets, long a, long b, long lanesB, long to, long row) {
        var second = VectorMask.fromLong(F, lanesB);
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < offsets.length; t++) {
                long o = offsets[t];
                fromMemorySegment(F, ALL, a + o, ORDER)
                        .blend(fromMemorySegment(F, ALL, b + o, ORDER), second)
                        .intoMemorySegment(ALL, to, ORDER);
                to += row;
            }
            a += step;
            b += step;
        }
    }

    private static void four(
            int channels,
            long step,
            long[] offsets,
            long a,
            long b,
            long c,
            long d,
            long[] lanes,
            long lanesD,
            long to,
            long row) {
        var second = VectorMask.fromLong(F, lanes[1]);
        var third = VectorMask.fromLong(F, lanes[2]);
        var fourth = VectorMask.fromLong(F, lanesD);
        for (int i = 0; i < channels; i++) {
            for (int t = 0; t < offsets.length; t++) {
                long o = offsets[t] + i * step;
                fromMemorySegment(F, ALL, a + o, ORDER)
                        .blend(fromMemorySegment(F, ALL, b + o, ORDER), second)
                        .blend(fromMemorySegment(F, ALL, c + o, ORDER), third)
                        .blend(fromMemorySegment(F, ALL, d + o, ORDER), fourth)
                        .intoMemorySegment(ALL, to, ORDER);
                to += row;
            }
        }
    }

    /** Replaces some lanes of what is there. */
    private static void over(int channels, long step, long[] offsets, long a, long lanes, long to, long row) {
        var mask = VectorMask.fromLong(F, lanes);
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < offsets.length; t++) {
                fromMemorySegment(F, ALL, to, ORDER)
                        .blend(fromMemorySegment(F, ALL, a + offsets[t], ORDER), mask)
                        .intoMemorySegment(ALL, to, ORDER);
                to += row;
            }
            a += step;
        }
    }
}
