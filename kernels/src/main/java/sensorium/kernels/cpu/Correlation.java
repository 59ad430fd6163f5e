package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.F;
import static sensorium.kernels.cpu.Lanes.VB;
import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.store;

import jdk.incubator.vector.FloatVector;
import sensorium.kernels.cpu.Scratch.Slot;

/**
 * Sums of products of 4 rows with 3 shifted rows, over pixels and images: both operands adjoin along what is summed, so
 * nothing is transposed, and 12 vectors of partial sums stay in the registers of AVX2 as of AVX-512.
 */
final class Correlation {
    static final int CHANNELS = 4;
    static final int TAPS = 3;

    private final int images;
    private final int pixels;
    private final long rowsImage;
    private final long planesImage;
    private final long sums = Scratch.floats(Slot.TILE, (long) CHANNELS * TAPS * W);

    /** How many of the 4 rows and 3 taps there are. */
    int channels;

    int taps;
    /** Address of each tap's first pixel in the first image; a tap that is not there repeats another. */
    final long[] x = new long[TAPS];

    /**
     * @param pixels a multiple of the vector length
     * @param rowsImage bytes from an image's rows to the next one's
     * @param planesImage bytes from an image's planes to the next one's
     */
    Correlation(int images, int pixels, long rowsImage, long planesImage) {
        this.images = images;
        this.pixels = pixels;
        this.rowsImage = rowsImage;
        this.planesImage = planesImage;
    }

    /** {@code to[c, t] += Σ rows[c]·x[t]}, where {@code to} has rows of {@code toRow} floats. */
    void add(long rows, long to, int toRow) {
        tile(rows, x[0], x[1], x[2]);
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < taps; t++) {
                long at = to + 4L * ((long) c * toRow + t);
                set(at, get(at) + Reduce.sum(load(sums + (TAPS * c + t) * VB)));
            }
        }
    }

    private void tile(long rows, long x0, long x1, long x2) {
        long row = 4L * pixels;
        long r0 = rows;
        long r1 = rows + Math.min(1, channels - 1) * row;
        long r2 = rows + Math.min(2, channels - 1) * row;
        long r3 = rows + Math.min(3, channels - 1) * row;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s12 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s22 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        FloatVector s32 = s00;
        for (int image = 0; image < images; image++) {
            long d = image * rowsImage;
            long p = image * planesImage;
            for (int i = 0; i < pixels; i += W) {
                long o = d + 4L * i;
                long q = p + 4L * i;
                FloatVector a = load(x0 + q);
                FloatVector b = load(x1 + q);
                FloatVector c = load(x2 + q);
                FloatVector v = load(r0 + o);
                s00 = v.fma(a, s00);
                s01 = v.fma(b, s01);
                s02 = v.fma(c, s02);
                v = load(r1 + o);
                s10 = v.fma(a, s10);
                s11 = v.fma(b, s11);
                s12 = v.fma(c, s12);
                v = load(r2 + o);
                s20 = v.fma(a, s20);
                s21 = v.fma(b, s21);
                s22 = v.fma(c, s22);
                v = load(r3 + o);
                s30 = v.fma(a, s30);
                s31 = v.fma(b, s31);
                s32 = v.fma(c, s32);
            }
        }
        store(s00, sums);
        store(s01, sums + VB);
        store(s02, sums + 2 * VB);
        store(s10, sums + 3 * VB);
        store(s11, sums + 4 * VB);
        store(s12, sums + 5 * VB);
        store(s20, sums + 6 * VB);
        store(s21, sums + 7 * VB);
        store(s22, sums + 8 * VB);
        store(s30, sums + 9 * VB);
        store(s31, sums + 10 * VB);
        store(s32, sums + 11 * VB);
    }
}
