package sensorium.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.set;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Convolutions of which each channel has one filter of its own, and their gradients, a channel at a time: 3 × 3 filters by
 * {@link Filter3x3}, others from a padded copy that stays in L1. There output pixels are walked as if their rows went on over
 * the padding, so that vectors are full whatever the width; what lies behind the end of a row is left out when the rows are
 * put down.
 */
final class Depthwise {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Conv conv;
    private final Conv.Axis h;
    private final Conv.Axis w;

    Depthwise(Conv conv) {
        this.conv = conv;
        h = conv.h;
        w = conv.w;
    }

    /** Channels of all images, a task's share at a time. */
    private void each(WorkPool.Range body) {
        int work = 1 + h.seen() * w.seen() * conv.taps() / 4;
        conv.pool.parallelFor(Math.multiplyExact(conv.images, conv.groups), 1 + Nest.CHUNK / work, body);
    }

    /** y (N, C, H', W') from x (N, C, H, W) and weight (C, 1, kH, kW). */
    void forward(long x, long weight, long y) {
        if (Filter3x3.fits(h, w)) {
            plain(Filter3x3.forward(h, w), false, x, weight, y);
            return;
        }
        each((from, to) -> {
            var plane = empty(conv.inputPlanes(1, 1));
            var patches = conv.patchesOf(plane);
            for (int i = from; i < to; i++) {
                plane.put(x + 4L * i * h.in() * w.in(), plane.address(), h.in(), w.in(), h.pad(), w.pad());
                weigh(patches, weight + 4L * (i % conv.groups) * conv.taps(), y + 4L * i * patches.pixels());
            }
        });
    }

    /** Planes as they lie, each by its channel's filter. */
    private void plain(Filter3x3 filter, boolean turned, long from, long weight, long to) {
        long in = 4L * filter.height() * filter.width();
        long out = 4L * filter.outHeight() * filter.outWidth();
        each((i, end) -> {
            for (; i < end; i++) {
                filter.run(from + i * in, weight + 36L * (i % conv.groups), turned, to + i * out);
            }
        });
    }

    /** The padding stays zero: pixels are put to the same places again and again. */
    private static Planes empty(Planes plane) {
        Lanes.fill(plane.address(), plane.image(), 0f);
        return plane;
    }

    /** dx (N, C, H, W) from dy (N, C, H', W'): phase by phase of the stride. */
    void inputGrad(long dy, long weight, long dx) {
        if (Filter3x3.fits(h, w)) {
            plain(Filter3x3.back(h, w), true, dy, weight, dx);
            return;
        }
        each((from, to) -> {
            var plane = empty(Planes.in(Slot.PLANES, 1, 1, 1, h.slopes(), w.slopes(), 1, w.reach()));
            var phases = conv.phases(plane);
            long[] parts = new long[phases.length];
            long filter = Scratch.floats(Slot.WEIGHTS, conv.taps());
            for (int i = from; i < to; i++) {
                plane.put(dy + 4L * i * h.out() * w.out(), plane.address(), h.out(), w.out(), h.reach(), w.reach());
                long target = dx + 4L * i * h.in() * w.in();
                long part = phases.length == 1 ? target : Scratch.floats(Slot.PARTIAL, (long) h.in() * w.in() + W);
                for (int p = 0; p < phases.length; p++) {
                    int[] taps = phases[p].taps();
                    for (int t = 0; t < taps.length; t++) {
                        set(filter + 4L * t, get(weight + 4L * (i % conv.groups * conv.taps() + taps[t])));
                    }
                    parts[p] = part;
                    weigh(phases[p].patches(), filter, part);
                    part += 4L * phases[p].patches().pixels();
                }
                if (phases.length > 1) {
                    conv.join(phases, parts, 0, target);
                }
            }
        });
    }

    /** {@code to[pixel] = Σ filter[tap] · patch[tap, pixel]} for all pixels of the first channel. */
    static void weigh(Patches patches, long filter, long to) {
        int pitch = patches.planes.columns();
        long from = patches.planes.address() + 4L * patches.start;
        int n = (patches.rows - 1) * pitch + patches.columns;
        if (patches.pixels() == 0) {
            return;
        }
        long sums = Scratch.floats(Slot.ROWS, n + 4L * W);
        weigh(n, from, patches.offsets, filter, sums);
        for (int r = 0; r < patches.rows; r++) {
            Planes.copy(patches.columns, sums + 4L * r * pitch, to + 4L * r * patches.columns);
        }
    }

    /** {@code to[i] = Σ filter[t] · from[i + offset[t]]} for i below n and up to four vectors more. */
    private static void weigh(int n, long from, long[] offsets, long filter, long to) {
        for (long i = 0; i < 4L * n; i += 4 * VB) {
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            FloatVector c = FloatVector.zero(F);
            FloatVector d = FloatVector.zero(F);
            for (int t = 0; t < offsets.length; t++) {
                FloatVector f = broadcast(F, ALL.get(FLOAT, filter + 4L * t));
                long p = from + offsets[t] + i;
                a = fromMemorySegment(F, ALL, p, ORDER).fma(f, a);
                b = fromMemorySegment(F, ALL, p + VB, ORDER).fma(f, b);
                c = fromMemorySegment(F, ALL, p + 2 * VB, ORDER).fma(f, c);
                d = fromMemorySegment(F, ALL, p + 3 * VB, ORDER).fma(f, d);
            }
            a.intoMemorySegment(ALL, to + i, ORDER);
            b.intoMemorySegment(ALL, to + i + VB, ORDER);
            c.intoMemorySegment(ALL, to + i + 2 * VB, ORDER);
            d.intoMemorySegment(ALL, to + i + 3 * VB, ORDER);
        }
    }

    /** dweight (C, 1, kH, kW) from x (N, C, H, W) and dy (N, C, H', W'): the images of a channel one after another. */
    void weightGrad(long x, long dy, long dweight) {
        int taps = conv.taps();
        // Rounded up to whole triples.
        int sums = taps + 2;
        int work = 1 + conv.images * h.seen() * w.seen() * taps / 4;
        boolean plain = Filter3x3.fits(h, w);
        var filter = Filter3x3.forward(h, w);
        conv.pool.parallelFor(conv.groups, 1 + Nest.CHUNK / work, (from, to) -> {
            var plane = plain ? null : empty(conv.inputPlanes(1, 1));
            var patches = plain ? null : conv.patchesOf(plane);
            long sum = Scratch.floats(Slot.ROWS, (long) sums * W);
            for (int c = from; c < to; c++) {
                Lanes.fill(sum, (long) sums * W, 0f);
                for (int n = 0; n < conv.images; n++) {
                    long i = (long) n * conv.groups + c;
                    long own = x + 4 * i * h.in() * w.in();
                    long slopes = dy + 4 * i * h.out() * w.out();
                    if (plain) {
                        filter.addDots(own, slopes, sum);
                        continue;
                    }
                    plane.put(own, plane.address(), h.in(), w.in(), h.pad(), w.pad());
                    for (int t = 0; t < taps; t += 3) {
                        addDots(patches, t, slopes, sum + t * VB);
                    }
                }
                for (int t = 0; t < taps; t++) {
                    set(dweight + 4L * (c * taps + t), Reduce.sum(fromMemorySegment(F, ALL, sum + t * VB, ORDER)));
                }
            }
        });
    }

    /**
     * Adds {@code Σ patch[t, pixel] · slope[pixel]}, a vector of partial sums each, for tap t and the next two, so that
     * slopes are loaded once for them; the last tap stands for those that are not there.
     */
    static void addDots(Patches patches, int t, long slopes, long sums) {
        int last = patches.taps() - 1;
        long from = patches.planes.address();
        long x = from + patches.offsets[t];
        long y = from + patches.offsets[Math.min(t + 1, last)];
        long z = from + patches.offsets[Math.min(t + 2, last)];
        long row = 4L * patches.planes.columns();
        long up = 4L * patches.columns;
        for (int i = 0; i < patches.columns; i += W) {
            long lanes = -1L >>> 64 - Math.min(W, patches.columns - i);
            long at = 4L * i;
            addDots(patches.rows, slopes + at, up, x + at, y + at, z + at, row, lanes, sums);
        }
    }

    /** Products of a vector of columns; both factors are masked, for nothing times infinity would not be nothing. */
    private static void addDots(
            int rows, long slopes, long slopeRow, long x, long y, long z, long row, long lanes, long sums) {
        VectorMask<Float> mask = VectorMask.fromLong(F, lanes);
        FloatVector a = fromMemorySegment(F, ALL, sums, ORDER);
        FloatVector b = fromMemorySegment(F, ALL, sums + VB, ORDER);
        FloatVector c = fromMemorySegment(F, ALL, sums + 2 * VB, ORDER);
        for (int r = 0; r < rows; r++) {
            FloatVector s = fromMemorySegment(F, ALL, slopes + r * slopeRow, ORDER, mask);
            a = fromMemorySegment(F, ALL, x + r * row, ORDER, mask).fma(s, a);
            b = fromMemorySegment(F, ALL, y + r * row, ORDER, mask).fma(s, b);
            c = fromMemorySegment(F, ALL, z + r * row, ORDER, mask).fma(s, c);
        }
        a.intoMemorySegment(ALL, sums, ORDER);
        b.intoMemorySegment(ALL, sums + VB, ORDER);
        c.intoMemorySegment(ALL, sums + 2 * VB, ORDER);
    }
}
