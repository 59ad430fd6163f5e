package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.FftPasses.PAIR;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * The Fourier transform of many real rows, as many at a time as a vector has lanes, each lane one row. No lane ever meets
 * another, so nothing is shuffled but when rows become vectors and back ({@link Transposition}), any order of bins costs the
 * same, and a row's result depends neither on its neighbours nor on the width of a vector.
 */
final class Fft {
    /** Vectors' worth of rows in a task: a matter of microseconds. */
    private static final int GRAIN = 2;
    /** What imaginary parts that are always 0 are, or count for, unless there are NaN or infinities. */
    private static final FloatVector NOTHING = splat(0f);

    private final WorkPool pool;
    private final FftPlan plan;
    /** Elements of a row that are there. */
    private final int given;

    /** @param n length of the transform; rows have the first {@code given} of its elements */
    Fft(WorkPool pool, int n, int given) {
        this.pool = pool;
        this.plan = FftPlan.of(n);
        this.given = given;
    }

    /** What is done to rows {@code first} to {@code first + rows − 1}, W of them at most. */
    @FunctionalInterface
    private interface Block {
        void run(int first, int rows);
    }

    private void forEachBlock(int rows, Block block) {
        pool.parallelFor(Math.ceilDiv(rows, W), GRAIN, (from, to) -> {
            for (int b = from; b < to; b++) {
                block.run(b * W, Math.min(W, rows - b * W));
            }
        });
    }

    /**
     * Writes bins (rows, n/2 + 1, 2) of x (rows, given).
     *
     * @param stride elements from one row of x to the next
     * @param window (given), 0 for none
     */
    void forward(long x, long stride, int rows, long window, long y) {
        long rowBytes = 4 * stride;
        int columns = 2 * plan.bins();
        forEachBlock(rows, (first, n) -> {
            long bins = spectrum(x + first * rowBytes, rowBytes, n, window);
            Transposition.scatter(bins, columns, y + 4L * first * columns, 4L * columns, n);
        });
    }

    /** Writes |bins|² (rows, n/2 + 1), or if there are filters the sums they weigh (rows, bands). */
    void power(long x, long stride, int rows, long window, Filters filters, long y) {
        long rowBytes = 4 * stride;
        int bins = plan.bins();
        int columns = filters == null ? bins : filters.bands();
        forEachBlock(rows, (first, n) -> {
            long spectrum = spectrum(x + first * rowBytes, rowBytes, n, window);
            square(spectrum, bins);
            long result = spectrum;
            if (filters != null) {
                result = spectrum + bins * VB;
                filters.apply(spectrum, result);
            }
            Transposition.scatter(result, columns, y + 4L * first * columns, 4L * columns, n);
        });
    }

    /** Writes the transpose of {@link #forward}: rows (rows, given) of y (rows, n/2 + 1, 2). */
    void adjoint(long y, int rows, long x) {
        int columns = 2 * plan.bins();
        long ones = plan.ones;
        forEachBlock(rows, (first, n) -> {
            long bins = Scratch.floats(Slot.SPECTRUM, (long) columns * W);
            long complex = Scratch.floats(Slot.COMPLEX, 2L * plan.length * W);
            Transposition.gather(y + 4L * first * columns, 4L * columns, n, columns, ones, bins);
            // A transform of numbers whose parts are exchanged is the inverse one, with parts exchanged again.
            if (plan.even()) {
                join(bins, complex);
            } else {
                exchange(bins, plan.bins(), complex);
                store(load(bins + VB).fma(NOTHING, load(bins)), complex + VB);
                Lanes.fill(complex + plan.bins() * PAIR, 2L * (plan.length - plan.bins()) * W, 0f);
            }
            FftPasses.run(plan, complex);
            long row = Scratch.floats(Slot.SPECTRUM, (long) columns * W);
            if (plan.even()) {
                for (int j = 0; j < plan.length; j++) {
                    exchange(complex + plan.place[j] * PAIR, 1, row + j * PAIR);
                }
            } else {
                for (int j = 0; j < plan.length; j++) {
                    store(load(complex + plan.place[j] * PAIR + VB), row + j * VB);
                }
            }
            Transposition.scatter(row, given, x + 4L * first * given, 4L * given, n);
        });
    }

    /** The bins (n/2 + 1 complex numbers) of up to W rows; there is room behind them for as much again. */
    private long spectrum(long x, long stride, int rows, long window) {
        long complex = Scratch.floats(Slot.COMPLEX, 2L * plan.length * W);
        long scale = window == 0 ? plan.ones : window;
        long bins = Scratch.floats(Slot.SPECTRUM, 4L * plan.bins() * W);
        if (plan.even()) {
            Transposition.gather(x, stride, rows, given, scale, complex);
            Lanes.fill(complex + given * VB, (long) (plan.n - given) * W, 0f);
            FftPasses.run(plan, complex);
            split(complex, bins);
        } else {
            long row = bins;
            Transposition.gather(x, stride, rows, given, scale, row);
            Lanes.fill(row + given * VB, (long) (plan.n - given) * W, 0f);
            widen(row, plan.n, complex);
            FftPasses.run(plan, complex);
            for (int k = 0; k < plan.bins(); k++) {
                copy(complex + plan.place[k] * PAIR, bins + k * PAIR);
            }
        }
        store(load(bins).mul(NOTHING), bins + VB);
        return bins;
    }

    /**
     * The bins of a real row of length n out of those, Z, of the complex row (x₂ⱼ, x₂ⱼ₊₁) of length N = n/2: {@code Xₖ = A +
     * T} and {@code X_(N−k) = conj(A − T)} with {@code A = (Zₖ + conj Z_(N−k))/2} and {@code T = −i·exp(−2πik/n)·(Zₖ − conj
     * Z_(N−k))/2}.
     */
    private void split(long z, long x) {
        int half = plan.length;
        var zr = load(z);
        var zi = load(z + VB);
        store(zr.add(zi), x);
        store(zr.sub(zi), x + half * PAIR);
        store(zr.sub(zi).mul(NOTHING), x + half * PAIR + VB);
        for (int k = 1; k <= half / 2; k++) {
            long w = plan.split + 8L * k;
            long low = z + plan.place[k] * PAIR;
            long high = z + plan.place[half - k] * PAIR;
            split(low, high, w, x + k * PAIR, x + (half - k) * PAIR);
        }
    }

    private static void split(long low, long high, long w, long x, long mirror) {
        var half = splat(0.5f);
        var c = splat(w).mul(half);
        var s = splat(w + 4).mul(half);
        var kr = load(low);
        var ki = load(low + VB);
        var mr = load(high);
        var mi = load(high + VB);
        var ar = kr.add(mr).mul(half);
        var ai = ki.sub(mi).mul(half);
        var br = kr.sub(mr);
        var bi = ki.add(mi);
        var tr = bi.mul(c).sub(br.mul(s));
        var ti = br.mul(c).add(bi.mul(s));
        store(ar.add(tr), x);
        store(ai.sub(ti), x + VB);
        store(ar.sub(tr), mirror);
        store(ai.neg().sub(ti), mirror + VB);
    }

    /** The transpose of {@link #split(long, long)}, with real and imaginary parts exchanged. */
    private void join(long x, long z) {
        int half = plan.length;
        var first = load(x);
        var last = load(x + half * PAIR);
        var nothing = load(x + VB).add(load(x + half * PAIR + VB)).mul(NOTHING);
        store(first.sub(last).add(nothing), z);
        store(first.add(last).add(nothing), z + VB);
        for (int k = 1; 2 * k < half; k++) {
            long w = plan.split + 8L * k;
            join(x + k * PAIR, x + (half - k) * PAIR, w, z + k * PAIR, z + (half - k) * PAIR);
        }
        if (half % 2 == 0) {
            long middle = x + half / 2 * PAIR;
            store(load(middle + VB).neg(), z + half / 2 * PAIR);
            store(load(middle), z + half / 2 * PAIR + VB);
        }
    }

    private static void join(long x, long mirror, long w, long low, long high) {
        var half = splat(0.5f);
        var c = splat(w).mul(half);
        var s = splat(w + 4).mul(half);
        var kr = load(x);
        var ki = load(x + VB);
        var mr = load(mirror);
        var mi = load(mirror + VB);
        var ar = kr.add(mr).mul(half);
        var ai = ki.sub(mi).mul(half);
        var tr = kr.sub(mr);
        var ti = ki.add(mi);
        var br = tr.mul(s).add(ti.mul(c)).neg();
        var bi = tr.mul(c).sub(ti.mul(s));
        store(ai.add(bi), low);
        store(ar.add(br), low + VB);
        store(bi.sub(ai), high);
        store(ar.sub(br), high + VB);
    }

    private static void copy(long from, long to) {
        store(load(from), to);
        store(load(from + VB), to + VB);
    }

    /** Complex numbers with their real and imaginary parts exchanged. */
    private static void exchange(long from, int count, long to) {
        for (int i = 0; i < count; i++) {
            var re = load(from + i * PAIR);
            var im = load(from + i * PAIR + VB);
            store(im, to + i * PAIR);
            store(re, to + i * PAIR + VB);
        }
    }

    /** Real numbers as complex ones. */
    private static void widen(long from, int count, long to) {
        var zero = splat(0f);
        for (int i = 0; i < count; i++) {
            store(load(from + i * VB), to + i * PAIR);
            store(zero, to + i * PAIR + VB);
        }
    }

    /** |x|² of complex numbers, in their place. */
    private static void square(long x, int count) {
        for (int i = 0; i < count; i++) {
            var re = load(x + i * PAIR);
            var im = load(x + i * PAIR + VB);
            store(re.fma(re, im.mul(im)), x + i * VB);
        }
    }
}
