package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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
     * {@code to[j, i] = from[i, j]} for floats, i below {@code rows}, j below {@code columns}; rows of both and what
     * follows one another in those of {@code to} are so many bytes apart.
     */
    static void deal(int rows, int columns, long from, long fromRow, long to, long toRow, long toStep) {
        if (toStep == 4) {
            Transposition.transpose(rows, columns, from, fromRow, to, toRow);
            return;
        }
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                Lanes.set(to + j * toRow + i * toStep, Lanes.get(from + i * fromRow + 4L * j));
            }
        }
    }
}
