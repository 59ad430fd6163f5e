package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.ALL;
import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.ORDER;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.splat;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * The passes of a complex Fourier transform in place, decimating in frequency (Gentleman and Sande 1966): a pass of radix r
 * turns each block of r·m numbers into r blocks of m. A number is a vector of real parts and one of imaginary parts that
 * follows it: every lane transforms a row of its own. Bins end up in {@link FftPlan#place digit-reversed} places.
 *
 * <p>The longer passes call the Vector API itself: beyond a number of nodes the compiler inlines nothing else (see {@link
 * Exponential}).
 */
final class FftPasses {
    /** Bytes of a complex number. */
    static final long PAIR = 2 * VB;

    private static final float SIN_60 = (float) Math.sin(Math.PI / 3);
    private static final float COS_72 = (float) Math.cos(2 * Math.PI / 5);
    private static final float COS_144 = (float) Math.cos(4 * Math.PI / 5);
    private static final float SIN_72 = (float) Math.sin(2 * Math.PI / 5);
    private static final float SIN_144 = (float) Math.sin(4 * Math.PI / 5);

    private FftPasses() {}

    static void run(FftPlan plan, long x) {
        for (FftPlan.Pass p : plan.passes) {
            switch (p.radix()) {
                case 2 -> two(x, p.m(), p.blocks(), p.twiddles());
                case 3 -> three(x, p.m(), p.blocks(), p.twiddles());
                case 4 -> four(x, p.m(), p.blocks(), p.twiddles());
                case 5 -> five(x, p.m(), p.blocks(), p.twiddles());
                default -> prime(x, p);
            }
        }
    }

    private static void two(long x, int m, int blocks, long twiddles) {
        long step = m * PAIR;
        for (int j = 0; j < m; j++) {
            long w = twiddles + 8L * j;
            var c = splat(w);
            var s = splat(w + 4);
            var minus = s.neg();
            long at = x + j * PAIR;
            for (int b = 0; b < blocks; b++, at += 2 * step) {
                var ar = load(at);
                var ai = load(at + VB);
                var br = load(at + step);
                var bi = load(at + step + VB);
                store(ar.add(br), at);
                store(ai.add(bi), at + VB);
                var yr = ar.sub(br);
                var yi = ai.sub(bi);
                // (yr + i·yi)·(c − i·s)
                store(yr.fma(c, yi.mul(s)), at + step);
                store(yi.fma(c, yr.mul(minus)), at + step + VB);
            }
        }
    }

    private static void three(long x, int m, int blocks, long twiddles) {
        long step = m * PAIR;
        var sin = splat(SIN_60);
        var half = splat(-0.5f);
        for (int j = 0; j < m; j++) {
            long w = twiddles + 16L * j;
            var c1 = splat(w);
            var s1 = splat(w + 4);
            var c2 = splat(w + 8);
            var s2 = splat(w + 12);
            var minus1 = s1.neg();
            var minus2 = s2.neg();
            long at = x + j * PAIR;
            for (int b = 0; b < blocks; b++, at += 3 * step) {
                var ar = load(at);
                var ai = load(at + VB);
                var br = load(at + step);
                var bi = load(at + step + VB);
                var cr = load(at + 2 * step);
                var ci = load(at + 2 * step + VB);
                var sumR = br.add(cr);
                var sumI = bi.add(ci);
                var midR = sumR.fma(half, ar);
                var midI = sumI.fma(half, ai);
                var turnR = bi.sub(ci).mul(sin); // −i·sin 60°·(b − c)
                var turnI = cr.sub(br).mul(sin);
                store(ar.add(sumR), at);
                store(ai.add(sumI), at + VB);
                var yr = midR.add(turnR);
                var yi = midI.add(turnI);
                store(yr.fma(c1, yi.mul(s1)), at + step);
                store(yi.fma(c1, yr.mul(minus1)), at + step + VB);
                var zr = midR.sub(turnR);
                var zi = midI.sub(turnI);
                store(zr.fma(c2, zi.mul(s2)), at + 2 * step);
                store(zi.fma(c2, zr.mul(minus2)), at + 2 * step + VB);
            }
        }
    }

    private static void four(long x, int m, int blocks, long twiddles) {
        long step = m * PAIR;
        for (int j = 0; j < m; j++) {
            long w = twiddles + 24L * j;
            var c1 = splat(w);
            var s1 = splat(w + 4);
            var c2 = splat(w + 8);
            var s2 = splat(w + 12);
            var c3 = splat(w + 16);
            var s3 = splat(w + 20);
            var minus1 = s1.neg();
            var minus2 = s2.neg();
            var minus3 = s3.neg();
            long at = x + j * PAIR;
            for (int b = 0; b < blocks; b++, at += 4 * step) {
                var ar = FloatVector.fromMemorySegment(F, ALL, at, ORDER);
                var ai = FloatVector.fromMemorySegment(F, ALL, at + VB, ORDER);
                var br = FloatVector.fromMemorySegment(F, ALL, at + step, ORDER);
                var bi = FloatVector.fromMemorySegment(F, ALL, at + step + VB, ORDER);
                var cr = FloatVector.fromMemorySegment(F, ALL, at + 2 * step, ORDER);
                var ci = FloatVector.fromMemorySegment(F, ALL, at + 2 * step + VB, ORDER);
                var dr = FloatVector.fromMemorySegment(F, ALL, at + 3 * step, ORDER);
                var di = FloatVector.fromMemorySegment(F, ALL, at + 3 * step + VB, ORDER);
                var acR = ar.add(cr);
                var acI = ai.add(ci);
                var bdR = br.add(dr);
                var bdI = bi.add(di);
                acR.add(bdR).intoMemorySegment(ALL, at, ORDER);
                acI.add(bdI).intoMemorySegment(ALL, at + VB, ORDER);
                var yr = acR.sub(bdR);
                var yi = acI.sub(bdI);
                yr.fma(c2, yi.mul(s2)).intoMemorySegment(ALL, at + 2 * step, ORDER);
                yi.fma(c2, yr.mul(minus2)).intoMemorySegment(ALL, at + 2 * step + VB, ORDER);
                var evenR = ar.sub(cr);
                var evenI = ai.sub(ci);
                var oddR = bi.sub(di); // −i·(b − d)
                var oddI = dr.sub(br);
                yr = evenR.add(oddR);
                yi = evenI.add(oddI);
                yr.fma(c1, yi.mul(s1)).intoMemorySegment(ALL, at + step, ORDER);
                yi.fma(c1, yr.mul(minus1)).intoMemorySegment(ALL, at + step + VB, ORDER);
                yr = evenR.sub(oddR);
                yi = evenI.sub(oddI);
                yr.fma(c3, yi.mul(s3)).intoMemorySegment(ALL, at + 3 * step, ORDER);
                yi.fma(c3, yr.mul(minus3)).intoMemorySegment(ALL, at + 3 * step + VB, ORDER);
            }
        }
    }

    private static void five(long x, int m, int blocks, long twiddles) {
        long step = m * PAIR;
        var cos1 = splat(COS_72);
        var cos2 = splat(COS_144);
        var sin1 = splat(SIN_72);
        var sin2 = splat(SIN_144);
        var minusSin1 = splat(-SIN_72);
        for (int j = 0; j < m; j++) {
            long w = twiddles + 32L * j;
            var c1 = splat(w);
            var s1 = splat(w + 4);
            var c2 = splat(w + 8);
            var s2 = splat(w + 12);
            var c3 = splat(w + 16);
            var s3 = splat(w + 20);
            var c4 = splat(w + 24);
            var s4 = splat(w + 28);
            long at = x + j * PAIR;
            for (int k = 0; k < blocks; k++, at += 5 * step) {
                var ar = FloatVector.fromMemorySegment(F, ALL, at, ORDER);
                var ai = FloatVector.fromMemorySegment(F, ALL, at + VB, ORDER);
                var br = FloatVector.fromMemorySegment(F, ALL, at + step, ORDER);
                var bi = FloatVector.fromMemorySegment(F, ALL, at + step + VB, ORDER);
                var er = FloatVector.fromMemorySegment(F, ALL, at + 4 * step, ORDER);
                var ei = FloatVector.fromMemorySegment(F, ALL, at + 4 * step + VB, ORDER);
                var beR = br.add(er);
                var beI = bi.add(ei);
                var outerR = bi.sub(ei); // −i·(b − e)
                var outerI = er.sub(br);
                var cr = FloatVector.fromMemorySegment(F, ALL, at + 2 * step, ORDER);
                var ci = FloatVector.fromMemorySegment(F, ALL, at + 2 * step + VB, ORDER);
                var dr = FloatVector.fromMemorySegment(F, ALL, at + 3 * step, ORDER);
                var di = FloatVector.fromMemorySegment(F, ALL, at + 3 * step + VB, ORDER);
                var cdR = cr.add(dr);
                var cdI = ci.add(di);
                var innerR = ci.sub(di); // −i·(c − d)
                var innerI = dr.sub(cr);
                ar.add(beR).add(cdR).intoMemorySegment(ALL, at, ORDER);
                ai.add(beI).add(cdI).intoMemorySegment(ALL, at + VB, ORDER);
                var midR = beR.fma(cos1, cdR.fma(cos2, ar));
                var midI = beI.fma(cos1, cdI.fma(cos2, ai));
                var turnR = outerR.fma(sin1, innerR.mul(sin2));
                var turnI = outerI.fma(sin1, innerI.mul(sin2));
                var yr = midR.add(turnR);
                var yi = midI.add(turnI);
                yr.fma(c1, yi.mul(s1)).intoMemorySegment(ALL, at + step, ORDER);
                yi.mul(c1).sub(yr.mul(s1)).intoMemorySegment(ALL, at + step + VB, ORDER);
                yr = midR.sub(turnR);
                yi = midI.sub(turnI);
                yr.fma(c4, yi.mul(s4)).intoMemorySegment(ALL, at + 4 * step, ORDER);
                yi.mul(c4).sub(yr.mul(s4)).intoMemorySegment(ALL, at + 4 * step + VB, ORDER);
                midR = beR.fma(cos2, cdR.fma(cos1, ar));
                midI = beI.fma(cos2, cdI.fma(cos1, ai));
                turnR = outerR.fma(sin2, innerR.mul(minusSin1));
                turnI = outerI.fma(sin2, innerI.mul(minusSin1));
                yr = midR.add(turnR);
                yi = midI.add(turnI);
                yr.fma(c2, yi.mul(s2)).intoMemorySegment(ALL, at + 2 * step, ORDER);
                yi.mul(c2).sub(yr.mul(s2)).intoMemorySegment(ALL, at + 2 * step + VB, ORDER);
                yr = midR.sub(turnR);
                yi = midI.sub(turnI);
                yr.fma(c3, yi.mul(s3)).intoMemorySegment(ALL, at + 3 * step, ORDER);
                yi.mul(c3).sub(yr.mul(s3)).intoMemorySegment(ALL, at + 3 * step + VB, ORDER);
            }
        }
    }

    /** The definition of the transform, for the radices without code of their own. */
    private static void prime(long x, FftPlan.Pass p) {
        int radix = p.radix();
        long step = p.m() * PAIR;
        long block = radix * step;
        long y = Scratch.floats(Slot.BUTTERFLY, 2L * radix * Lanes.W);
        for (int j = 0; j < p.m(); j++) {
            for (int b = 0; b < p.blocks(); b++) {
                long at = x + j * PAIR + b * block;
                for (int k = 0; k < radix; k++) {
                    bin(at, step, radix, k, p.roots(), y + k * PAIR);
                }
                for (int k = 0; k < radix; k++) {
                    var yr = load(y + k * PAIR);
                    var yi = load(y + k * PAIR + VB);
                    if (k > 0) {
                        long w = p.twiddles() + 8L * (j * (radix - 1) + k - 1);
                        var c = splat(w);
                        var s = splat(w + 4);
                        var turned = yr.fma(c, yi.mul(s));
                        yi = yi.mul(c).sub(yr.mul(s));
                        yr = turned;
                    }
                    store(yr, at + k * step);
                    store(yi, at + k * step + VB);
                }
            }
        }
    }

    /** {@code y = Σⱼ xⱼ·exp(−2πi·j·k/radix)}. */
    private static void bin(long x, long step, int radix, int k, long roots, long y) {
        var yr = load(x);
        var yi = load(x + VB);
        for (int j = 1, turn = k; j < radix; j++) {
            var c = splat(roots + 8L * turn);
            var s = splat(roots + 8L * turn + 4);
            var xr = load(x + j * step);
            var xi = load(x + j * step + VB);
            yr = xr.fma(c, xi.fma(s, yr));
            yi = xi.fma(c, yi).sub(xr.mul(s));
            turn += k;
            turn = turn >= radix ? turn - radix : turn;
        }
        store(yr, y);
        store(yi, y + VB);
    }
}
