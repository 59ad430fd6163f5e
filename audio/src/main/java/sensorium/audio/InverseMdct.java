package sensorium.audio;

import org.jtransforms.fft.FloatFFT_1D;

/**
 * Inverse modified discrete cosine transform: x[i] = Σₖ X[k] cos(2π/n · (i + ½ + n/4)(k + ½)), n / 2 coefficients to n
 * samples, by a DCT-IV that a complex Fourier transform of n / 4 points computes.
 */
final class InverseMdct {
    private final int m; // n / 2
    private final FloatFFT_1D fft;
    private final float[] cos; // of π (8k + 1) / 8m
    private final float[] sin;
    private final float[] work; // (re, im) pairs

    /**
     * @param n samples, a power of two of at least 8
     */
    InverseMdct(int n) {
        m = n / 2;
        fft = new FloatFFT_1D(m / 2);
        work = new float[m];
        cos = new float[m / 2];
        sin = new float[m / 2];
        for (int k = 0; k < m / 2; k++) {
            double angle = Math.PI * (8 * k + 1) / (8.0 * m);
            cos[k] = (float) Math.cos(angle);
            sin[k] = (float) Math.sin(angle);
        }
    }

    /** From {@code spectrum}[n / 2] to {@code out}[n]. */
    void transform(float[] spectrum, float[] out) {
        for (int k = 0; k < m / 2; k++) {
            float re = spectrum[2 * k];
            float im = spectrum[m - 1 - 2 * k];
            work[2 * k] = re * cos[k] + im * sin[k];
            work[2 * k + 1] = im * cos[k] - re * sin[k];
        }
        fft.complexForward(work);
        int half = m / 2;
        for (int k = 0; k < m / 2; k++) {
            float even = work[2 * k] * cos[k] + work[2 * k + 1] * sin[k]; // DCT-IV at 2k
            float odd = work[2 * k] * sin[k] - work[2 * k + 1] * cos[k]; // at m − 1 − 2k
            place(out, half, 2 * k, even);
            place(out, half, m - 1 - 2 * k, odd);
        }
    }

    /** Unfolds by the DCT-IV's symmetries: value i stands at two places of the n samples. */
    private void place(float[] out, int half, int i, float value) {
        if (i >= half) {
            out[i - half] = value;
            out[3 * half - 1 - i] = -value;
        } else {
            out[3 * half - 1 - i] = -value;
            out[3 * half + i] = -value;
        }
    }
}
