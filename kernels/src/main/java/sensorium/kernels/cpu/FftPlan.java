package sensorium.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a real Fourier transform of length n needs to know beforehand: the radices of its complex transform, their roots of
 * unity, and where the passes leave each bin. Plans are kept for good, one a length.
 *
 * <p>Rows of even length are seen as n/2 complex numbers (xⱼ, xⱼ₊₁), rows of odd length as n complex numbers without
 * imaginary parts.
 */
final class FftPlan {
    private static final Map<Integer, FftPlan> PLANS = new ConcurrentHashMap<>();

    /** One pass over the complex numbers: blocks of radix · m of them, each of which becomes radix blocks of m. */
    record Pass(int radix, int m, int blocks, long twiddles, long roots) {}

    final int n;
    /** Length of the complex transform. */
    final int length;

    final List<Pass> passes = new ArrayList<>();
    /** Where the passes leave complex bin k. */
    final int[] place;
    /** (cos, sin) of 2πk/n for k ≤ n/4, by which bins k and n/2 − k of an even n come out of their complex bins. */
    final long split;
    /** Ones, as many as a row or its bins have floats: the window of those who have none. */
    final long ones;

    static FftPlan of(int n) {
        return PLANS.computeIfAbsent(n, FftPlan::new);
    }

    private FftPlan(int n) {
        this.n = n;
        length = n % 2 == 0 ? n / 2 : n;
        place = new int[length];
        int m = length;
        for (int blocks = 1; m > 1; ) {
            int radix = radix(m);
            m /= radix;
            passes.add(new Pass(radix, m, blocks, twiddles(radix, m), circle(radix, radix)));
            blocks *= radix;
        }
        for (int k = 0; k < length; k++) {
            int rest = k;
            for (Pass p : passes) {
                place[k] += rest % p.radix * p.m;
                rest /= p.radix;
            }
        }
        split = circle(n, n / 4 + 1);
        ones = floats(n + 2);
        Lanes.fill(ones, n + 2, 1f);
    }

    boolean even() {
        return n % 2 == 0;
    }

    int bins() {
        return n / 2 + 1;
    }

    /** The radix of the next pass: those with code of their own first, the least prime factor else. */
    private static int radix(int m) {
        for (int r : new int[] {5, 4, 3, 2}) {
            if (m % r == 0) {
                return r;
            }
        }
        for (int p = 7; (long) p * p <= m; p += 2) {
            if (m % p == 0) {
                return p;
            }
        }
        return m;
    }

    /** (cos, sin) of 2π·j·p/(radix·m) for 0 ≤ j &lt; m and 1 ≤ p &lt; radix. */
    private long twiddles(int radix, int m) {
        long to = floats(2L * m * (radix - 1));
        long at = to;
        for (int j = 0; j < m; j++) {
            for (int p = 1; p < radix; p++, at += 8) {
                put(at, (long) j * p, (long) radix * m);
            }
        }
        return to;
    }

    /** (cos, sin) of 2πk/n for k &lt; count. */
    private long circle(int n, int count) {
        long to = floats(2L * count);
        for (int k = 0; k < count; k++) {
            put(to + 8L * k, k, n);
        }
        return to;
    }

    private static void put(long address, long k, long n) {
        double turn = 2 * Math.PI * k / n;
        Lanes.set(address, (float) Math.cos(turn));
        Lanes.set(address + 4, (float) Math.sin(turn));
    }

    private static long floats(long count) {
        MemorySegment segment = Arena.global().allocate(4 * count, 64);
        return segment.address();
    }
}
