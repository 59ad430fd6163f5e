package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Reductions of the middle axis of (outer, extent, inner). Sums go by blocks of fixed size, each from zero, so that
 * rounding errors stay small and nothing depends on the threads.
 */
final class Reductions {
    enum Kind {
        SUM,
        MAX,
        MIN;

        float identity() {
            return switch (this) {
                case SUM -> 0f;
                case MAX -> Float.NEGATIVE_INFINITY;
                case MIN -> Float.POSITIVE_INFINITY;
            };
        }

        FloatVector apply(FloatVector a, FloatVector b) {
            return switch (this) {
                case SUM -> a.add(b);
                case MAX -> a.max(b);
                case MIN -> a.min(b);
            };
        }
    }

    /** Rows summed from zero before they join the total. */
    private static final int BLOCK = 64;
    /** Rows that make a task of their own where there are few columns. */
    private static final int TALL = 2048;

    private Reductions() {}

    /** {@code y[o, i] = kind over e of x[o, e, i]}. */
    static void middle(WorkPool pool, Kind kind, long x, long y, int outer, int extent, int inner) {
        if (inner == 1) {
            pool.parallelFor(outer, Math.max(1, Nest.CHUNK / Math.max(1, extent)), (from, to) -> {
                for (int o = from; o < to; o++) {
                    set(y + 4L * o, row(kind, x + 4L * o * extent, extent));
                }
            });
            return;
        }
        if (extent >= 2 * TALL && (long) outer * inner < Nest.CHUNK) {
            int parts = Math.ceilDiv(extent, TALL);
            long partial = Scratch.floats(Slot.PARTIAL, (long) outer * parts * inner);
            pool.parallelFor(outer * parts, 1, (from, to) -> {
                for (int task = from; task < to; task++) {
                    int start = task % parts * TALL;
                    long at = x + 4L * inner * ((long) (task / parts) * extent + start);
                    columns(kind, at, partial + 4L * task * inner, Math.min(TALL, extent - start), inner);
                }
            });
            for (int o = 0; o < outer; o++) {
                columns(kind, partial + 4L * o * parts * inner, y + 4L * o * inner, parts, inner);
            }
            return;
        }
        pool.parallelFor(outer, (int) Math.max(1, Nest.CHUNK / Math.max(1, (long) extent * inner)), (from, to) -> {
            for (int o = from; o < to; o++) {
                columns(kind, x + 4L * o * extent * inner, y + 4L * o * inner, extent, inner);
            }
        });
    }

    private static float row(Kind kind, long x, int n) {
        return switch (kind) {
            case SUM -> Reduce.sum(x, n);
            case MAX -> Reduce.max(x, n);
            case MIN -> Reduce.min(x, n);
        };
    }

    private static void columns(Kind kind, long x, long y, int rows, int inner) {
        Lanes.fill(y, inner, kind.identity());
        for (int r = 0; r < rows; r += BLOCK) {
            int n = Math.min(BLOCK, rows - r);
            long block = x + 4L * r * inner;
            switch (kind) {
                case SUM -> sumBlock(block, y, n, inner);
                case MAX, MIN -> extremeBlock(kind, block, y, n, inner);
            }
        }
    }

    private static void sumBlock(long x, long y, int rows, int inner) {
        long row = 4L * inner;
        int i = 0;
        for (; i <= inner - 2 * W; i += 2 * W) {
            FloatVector s = splat(0f);
            FloatVector t = s;
            long at = x + 4L * i;
            for (int r = 0; r < rows; r++) {
                s = s.add(load(at + r * row));
                t = t.add(load(at + r * row + VB));
            }
            store(load(y + 4L * i).add(s), y + 4L * i);
            store(load(y + 4L * i + VB).add(t), y + 4L * i + VB);
        }
        for (; i < inner; i += W) {
            var mask = first(Math.min(W, inner - i));
            FloatVector s = splat(0f);
            for (int r = 0; r < rows; r++) {
                s = s.add(load(x + 4L * i + r * row, mask));
            }
            store(load(y + 4L * i, mask).add(s), y + 4L * i, mask);
        }
    }

    private static void extremeBlock(Kind kind, long x, long y, int rows, int inner) {
        for (int r = 0; r < rows; r++) {
            long at = x + 4L * r * inner;
            int i = 0;
            for (; i <= inner - W; i += W) {
                store(kind.apply(load(y + 4L * i), load(at + 4L * i)), y + 4L * i);
            }
            for (; i < inner; i++) {
                float a = get(y + 4L * i);
                float b = get(at + 4L * i);
                set(y + 4L * i, kind == Kind.MAX ? Math.max(a, b) : Math.min(a, b));
            }
        }
    }
}
