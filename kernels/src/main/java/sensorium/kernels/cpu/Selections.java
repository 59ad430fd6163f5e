package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.store;

import java.lang.foreign.ValueLayout;

/** Rows picked and added by index, and positions of extremes. Operands adjoin. */
final class Selections {
    /** Columns of a task: rows that share an index must be added by one thread, in order. */
    private static final int COLUMNS = 64;

    /** Rows of fewer elements are moved element by element: a copy of so few bytes is nothing but its own overhead. */
    private static final int SHORT = 8;

    private Selections() {}

    /** Index k of {@code indices}, checked. */
    static int index(long indices, int k, int extent) {
        long i = Lanes.ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, indices + 8L * k);
        if (i < 0 || i >= extent) {
            throw new IndexOutOfBoundsException("index " + i + " at position " + k + ", the axis has " + extent);
        }
        return (int) i;
    }

    /** {@code y[o, k, :] = x[o, indices[k], :]} where x is (outer, extent, inner) and elements have {@code bytes} bytes. */
    static void select(
            WorkPool pool, int bytes, long x, long indices, long y, int outer, int extent, int count, int inner) {
        long row = (long) bytes * inner;
        int rows = Math.multiplyExact(outer, count);
        if (bytes == 4 && inner < SHORT && rows > 0) {
            selectShort(pool, x, checked(indices, count, extent), y, rows, extent, inner);
            return;
        }
        pool.parallelFor(rows, Math.max(1, Nest.CHUNK / Math.max(1, inner)), (from, to) -> {
            for (int i = from; i < to; i++) {
                long at = x + row * ((long) (i / count) * extent + index(indices, i % count, extent));
                Copies.adjoining(y + row * i, at, row);
            }
        });
    }

    private static int[] checked(long indices, int count, int extent) {
        int[] all = new int[count];
        for (int k = 0; k < count; k++) {
            all[k] = index(indices, k, extent);
        }
        return all;
    }

    private static void selectShort(WorkPool pool, long x, int[] indices, long y, int rows, int extent, int inner) {
        int count = indices.length;
        pool.parallelFor(rows, Math.max(1, Nest.CHUNK / Math.max(1, inner)), (from, to) -> {
            for (int i = from; i < to; ) {
                int o = i / count;
                int end = Math.min(to, (o + 1) * count);
                long table = x + 4L * o * extent * inner;
                for (; i < end; i++) {
                    long at = table + 4L * indices[i - o * count] * inner;
                    for (int j = 0; j < inner; j++) {
                        int bits = Lanes.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, at + 4L * j); // integers as well
                        Lanes.ALL.set(ValueLayout.JAVA_INT_UNALIGNED, y + 4 * ((long) i * inner + j), bits);
                    }
                }
            }
        });
    }

    /** {@code y = 0; y[o, indices[k], :] += dy[o, k, :]} in the order of k. */
    static void add(WorkPool pool, long dy, long indices, long y, int outer, int extent, int count, int inner) {
        Lanes.fill(y, (long) outer * extent * inner, 0f);
        if (inner == 1 && outer > 0) {
            addSingle(pool, dy, checked(indices, count, extent), y, outer, extent);
            return;
        }
        int parts = Math.ceilDiv(inner, COLUMNS);
        pool.parallelFor(
                Math.multiplyExact(outer, parts),
                Math.max(1, Nest.CHUNK / Math.max(1, count * COLUMNS)),
                (from, to) -> {
                    for (int task = from; task < to; task++) {
                        int start = task % parts * COLUMNS;
                        int n = Math.min(COLUMNS, inner - start);
                        long o = task / parts;
                        for (int k = 0; k < count; k++) {
                            long target = y + 4 * ((o * extent + index(indices, k, extent)) * inner + start);
                            accumulate(dy + 4 * ((o * count + k) * inner + start), target, n);
                        }
                    }
                });
    }

    private static void addSingle(WorkPool pool, long dy, int[] indices, long y, int outer, int extent) {
        int count = indices.length;
        pool.parallelFor(outer, Math.max(1, Nest.CHUNK / Math.max(1, count)), (from, to) -> {
            for (int o = from; o < to; o++) {
                long target = y + 4L * o * extent;
                long source = dy + 4L * o * count;
                for (int k = 0; k < count; k++) {
                    set(target + 4L * indices[k], get(target + 4L * indices[k]) + get(source + 4L * k));
                }
            }
        });
    }

    private static void accumulate(long x, long y, int n) {
        int i = 0;
        for (; i <= n - W; i += W) {
            store(load(y + 4L * i).add(load(x + 4L * i)), y + 4L * i);
        }
        if (i < n) {
            var mask = first(n - i);
            store(load(y + 4L * i, mask).add(load(x + 4L * i, mask)), y + 4L * i, mask);
        }
    }

    /** {@code y[o, k, i] = x[o, indices[o, k, i], i]} where x is (outer, extent, inner) and indices (outer, count, inner). */
    static void gather(WorkPool pool, long x, long indices, long y, int outer, int extent, int count, int inner) {
        pool.parallelFor(outer, Math.max(1, Nest.CHUNK / Math.max(1, count * inner)), (from, to) -> {
            for (int p = from * count * inner; p < to * count * inner; p++) {
                long o = p / (count * inner);
                set(y + 4L * p, get(x + 4 * ((o * extent + index(indices, p, extent)) * inner + p % inner)));
            }
        });
    }

    /** {@code y = 0; y[o, indices[o, k, i], i] += dy[o, k, i]} in the order of k. */
    static void scatterAdd(WorkPool pool, long dy, long indices, long y, int outer, int extent, int count, int inner) {
        Lanes.fill(y, (long) outer * extent * inner, 0f);
        pool.parallelFor(outer, Math.max(1, Nest.CHUNK / Math.max(1, count * inner)), (from, to) -> {
            for (int p = from * count * inner; p < to * count * inner; p++) {
                long o = p / (count * inner);
                long at = y + 4 * ((o * extent + index(indices, p, extent)) * inner + p % inner);
                set(at, get(at) + get(dy + 4L * p));
            }
        });
    }

    /** The index (I64) of the first greatest or least of every row of n; NaN wins. */
    static void argExtreme(WorkPool pool, boolean max, long x, long y, int rows, int n) {
        pool.parallelFor(rows, Math.max(1, Nest.CHUNK / n), (from, to) -> {
            for (int r = from; r < to; r++) {
                long row = x + 4L * r * n;
                float best = max ? Reduce.max(row, n) : Reduce.min(row, n);
                int i = 0;
                while (Float.isNaN(best) ? !Float.isNaN(get(row + 4L * i)) : get(row + 4L * i) != best) {
                    i++;
                }
                Lanes.ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, y + 8L * r, (long) i);
            }
        });
    }
}
