package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.fill;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.UnaryKind;

/**
 * Connectionist temporal classification: the forward and the backward recursion over the places of a target, a vector of places at a
 * time, one item a task. Logarithms are taken relative to the likeliest place of each frame, so that their errors don't grow with the
 * number of frames; the offsets add up in double precision.
 */
final class Alignments {
    /** As in the op's definition: the logarithm of what is impossible, and the least loss of it. */
    private static final float NEVER = -1e30f;

    private static final double IMPOSSIBLE = 1e29;
    /** Places before and behind the first and last, from which none comes. */
    private static final int MARGIN = 2;

    private final WorkPool pool;
    private final long logp;
    private final long targets;
    private final long lengths;
    private final long counts;
    private final int items;
    private final int frames;
    private final int classes;
    private final int most; // targets of an item
    private final int blank;

    Alignments(WorkPool pool, Call c, int blank) {
        this.pool = pool;
        this.logp = c.x(0);
        this.targets = c.x(1);
        this.lengths = c.x(2);
        this.counts = c.x(3);
        this.items = c.shape(0).dim(0);
        this.frames = c.shape(0).dim(1);
        this.classes = c.shape(0).dim(2);
        this.most = c.shape(1).dim(1);
        this.blank = blank;
    }

    /** Writes the loss of every item. */
    void loss(long out, boolean zeroInfinity) {
        pool.parallelFor(items, 1, (from, to) -> {
            for (int item = from; item < to; item++) {
                var path = new Path(item, 2);
                double loss = path.forward(false);
                boolean possible = loss < IMPOSSIBLE;
                set(out + 4L * item, possible ? (float) loss : zeroInfinity ? 0 : Float.POSITIVE_INFINITY);
            }
        });
    }

    /** Writes {@code dlogp}, {@code −dloss} times the probability that a frame spells a class, given the target. */
    void gradient(long dloss, long dlogp) {
        pool.parallelFor(items, 1, (from, to) -> {
            for (int item = from; item < to; item++) {
                long out = dlogp + 4L * item * frames * classes;
                fill(out, (long) frames * classes, 0);
                var path = new Path(item, frames + 1);
                if (path.forward(true) < IMPOSSIBLE) {
                    path.backward(get(dloss + 4L * item), out);
                }
            }
        });
    }

    private static int bounded(long address, int k, int most) {
        long value = Lanes.ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address + 8L * k);
        return (int) Math.max(0, Math.min(most, value));
    }

    /** One item: its labels, and rows of logarithms for its places. */
    private final class Path {
        final int item;
        final int length;
        final int places; // 2S + 1, whatever counts
        final int width; // of a row: whole vectors, of which what is beyond the places stays impossible
        final int last; // the blank behind the last target
        final int[] labels;
        final long skips; // 0 where a place is reached from two before, else NEVER
        final long emitted;
        final long rows;
        final long stride; // bytes from row to row
        final long work;

        /** @param count rows that are kept */
        Path(int item, int count) {
            this.item = item;
            length = bounded(lengths, item, frames);
            last = 2 * bounded(counts, item, most);
            places = 2 * most + 1;
            width = Math.ceilDiv(places, W) * W;
            labels = new int[places];
            for (int i = 0; i < places; i++) {
                labels[i] = i % 2 == 0 ? blank : Selections.index(targets, item * most + i / 2, classes);
            }
            int padded = width + 2 * MARGIN;
            stride = 4L * padded;
            long room = Scratch.floats(Slot.ALIGNMENT, (long) padded * (count + 5L));
            skips = row(room, 0);
            emitted = row(room, 1);
            work = row(room, 2); // three of them
            rows = row(room, 5);
            clear(skips);
            clear(emitted);
            for (int i = MARGIN; i < places; i++) {
                if (labels[i] != labels[i - 2]) {
                    set(skips + 4L * i, 0);
                }
            }
        }

        private long row(long from, long index) {
            return from + stride * index + 4L * MARGIN;
        }

        private void clear(long row) {
            fill(row - 4L * MARGIN, width + 2 * MARGIN, NEVER);
        }

        /** What frame t says of each place. */
        private void emit(int t) {
            long at = logp + 4L * ((long) item * frames + t) * classes;
            for (int i = 0; i < places; i++) {
                set(emitted + 4L * i, Math.max(get(at + 4L * labels[i]), NEVER));
            }
        }

        /** The loss; row t + 1 is what frame t leaves, relative to its largest, if all are kept. */
        double forward(boolean all) {
            clear(rows);
            set(rows, 0);
            double offset = 0;
            for (int t = 0; t < length; t++) {
                long before = rows + stride * (all ? t : t % 2);
                long next = rows + stride * (all ? t + 1 : (t + 1) % 2);
                clear(next);
                emit(t);
                logSums(before, -1, skips, next);
                add(next, emitted);
                offset += shifted(next);
            }
            long end = rows + stride * (all ? length : length % 2);
            double end1 = get(end + 4L * last);
            double end2 = last > 0 ? get(end + 4L * (last - 1)) : NEVER;
            double max = Math.max(end1, end2);
            // Of the two ends; StrictMath, so that it does not depend on how warm the machine is.
            return -(offset + max + StrictMath.log(StrictMath.exp(end1 - max) + StrictMath.exp(end2 - max)));
        }

        /** Adds to {@code out} (T, C), after {@link #forward} with all rows. */
        void backward(float dloss, long out) {
            long beta = work;
            long ahead = work + stride;
            long shares = work + 2 * stride;
            clear(beta);
            set(beta + 4L * last, 0);
            if (last > 0) {
                set(beta + 4L * (last - 1), 0);
            }
            for (int t = length - 1; t >= 0; t--) {
                if (t < length - 1) {
                    emit(t + 1);
                    add(beta, emitted);
                    Copies.adjoining(ahead - 4L * MARGIN, beta - 4L * MARGIN, stride);
                    logSums(ahead, 1, skips + 4L * MARGIN, beta);
                    shifted(beta);
                }
                spread(rows + stride * (t + 1), beta, shares, dloss, out + 4L * t * classes);
            }
        }

        /** The places' shares of frame t, by class. */
        private void spread(long alpha, long beta, long shares, float dloss, long out) {
            for (int i = 0; i < width; i += W) {
                store(load(alpha + 4L * i).add(load(beta + 4L * i)), shares + 4L * i);
            }
            float sum = Exponential.run(shares, Reduce.max(shares, width), shares, width);
            for (int i = 0; i < places; i++) {
                long to = out + 4L * labels[i];
                set(to, get(to) - dloss * (get(shares + 4L * i) / sum));
            }
        }

        /**
         * {@code y[i] = log(exp x[i] + exp x[i + step] + exp(x[i + 2·step] + skips[i]))}.
         *
         * @param step −1 or 1: where places are reached from
         * @param skip 0 where the last may be, else NEVER
         */
        private void logSums(long x, int step, long skip, long y) {
            long a = Scratch.floats(Slot.ALIGNMENT_SUMS, 4L * width);
            long b = a + 4L * width;
            long c = b + 4L * width;
            long max = c + 4L * width;
            for (int i = 0; i < width; i += W) {
                long at = x + 4L * i;
                FloatVector stay = load(at);
                FloatVector move = load(at + 4L * step);
                FloatVector jump = load(at + 8L * step).add(load(skip + 4L * i));
                FloatVector m = stay.max(move).max(jump);
                store(stay.sub(m), a + 4L * i);
                store(move.sub(m), b + 4L * i);
                store(jump.sub(m), c + 4L * i);
                store(m, max + 4L * i);
            }
            Exponential.run(a, 0, a, 3 * width); // the three adjoin
            for (int i = 0; i < width; i += W) {
                store(load(a + 4L * i).add(load(b + 4L * i)).add(load(c + 4L * i)), a + 4L * i);
            }
            Unaries.run(UnaryKind.LOG, a, a, width);
            for (int i = 0; i < width; i += W) {
                store(load(a + 4L * i).add(load(max + 4L * i)), y + 4L * i);
            }
        }

        private void add(long y, long x) {
            for (int i = 0; i < width; i += W) {
                store(load(y + 4L * i).add(load(x + 4L * i)), y + 4L * i);
            }
        }

        /** Takes the largest off; returns it. */
        private float shifted(long y) {
            float max = Reduce.max(y, width);
            FloatVector off = splat(max);
            for (int i = 0; i < width; i += W) {
                store(load(y + 4L * i).sub(off), y + 4L * i);
            }
            return max;
        }
    }
}
