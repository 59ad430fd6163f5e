package sensorium.audio;

/** The taper laid over each frame before its Fourier transform. */
public enum Window {
    /** Raised cosine of period n, as for spectral analysis (torch, librosa, Whisper). */
    HANN,
    /** Raised cosine of period n − 1, equal at both ends (numpy.hanning, Kaldi's "hanning"). */
    HANN_SYMMETRIC,
    /** Raised cosine on a pedestal of .08, period n − 1. */
    HAMMING,
    /** Kaldi's own: the symmetric Hann window to the power .85. */
    POVEY,
    /** No taper. */
    RECTANGULAR;

    /** The window's n values. */
    public double[] values(int n) {
        var values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = switch (this) {
                case HANN -> hann(i, n);
                case HANN_SYMMETRIC -> hann(i, n - 1);
                case HAMMING -> 0.08 + 0.92 * hann(i, n - 1);
                case POVEY -> Math.pow(hann(i, n - 1), 0.85);
                case RECTANGULAR -> 1;
            };
        }
        return values;
    }

    private static double hann(int i, int period) {
        return 0.5 - 0.5 * Math.cos(2 * Math.PI * i / Math.max(1, period));
    }
}
