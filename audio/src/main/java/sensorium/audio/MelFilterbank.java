package sensorium.audio;

/**
 * Triangular filters, evenly spaced in mel, that sum the power of neighbouring frequency bins.
 */
public final class MelFilterbank {

    /** From hertz to mel: pitch as it is heard. */
    public enum Scale {
        /** 2595 log₁₀(1 + f / 700), as in HTK and Kaldi. */
        HTK {
            @Override
            public double toMel(double hertz) {
                return 2595 * Math.log10(1 + hertz / 700);
            }

            @Override
            public double toHertz(double mel) {
                return 700 * (Math.pow(10, mel / 2595) - 1);
            }
        },
        /** Linear to 1 kHz (15 mel), then logarithmic: Slaney's Auditory Toolbox, librosa's default, Whisper. */
        SLANEY {
            private static final double LINEAR = 200.0 / 3; // hertz a mel below 1 kHz
            private static final double STEP = Math.log(6.4) / 27; // ln(hertz) a mel above

            @Override
            public double toMel(double hertz) {
                return hertz < 1000 ? hertz / LINEAR : 15 + Math.log(hertz / 1000) / STEP;
            }

            @Override
            public double toHertz(double mel) {
                return mel < 15 ? mel * LINEAR : 1000 * Math.exp((mel - 15) * STEP);
            }
        };

        public abstract double toMel(double hertz);

        public abstract double toHertz(double mel);
    }

    /** The shape of a filter. */
    public enum Shape {
        /** Straight flanks over hertz, height 1. */
        TRIANGLE,
        /** Straight flanks over hertz, each filter scaled to an area of 1 Hz (Slaney's norm). */
        UNIT_AREA,
        /** Straight flanks over mel, height 1 (Kaldi). */
        MEL_TRIANGLE
    }

    /**
     * What makes a bank.
     *
     * @param sampleRate samples a second
     * @param nFft length of the Fourier transform: bins lie sampleRate / nFft apart
     * @param bands number of filters
     * @param fMin lower edge of the first filter, Hz
     * @param fMax upper edge of the last filter, Hz
     */
    public record Config(int sampleRate, int nFft, int bands, double fMin, double fMax, Scale scale, Shape shape) {

        public Config {
            if (bands < 1 || fMin < 0 || fMax <= fMin || fMax > sampleRate / 2.0) {
                throw new IllegalArgumentException("a mel filterbank needs 0 ≤ fMin < fMax ≤ half the sample rate, not "
                        + bands + " bands from " + fMin + " to " + fMax + " Hz at " + sampleRate + " Hz");
            }
        }
    }

    private final int bands;
    private final float[] weights; // (bands, bins)

    public MelFilterbank(Config config) {
        int bins = config.nFft / 2 + 1;
        bands = config.bands;
        double low = config.scale.toMel(config.fMin);
        double high = config.scale.toMel(config.fMax);
        var edges = new double[bands + 2]; // in hertz, or in mel for MEL_TRIANGLE
        for (int i = 0; i < edges.length; i++) {
            double mel = low + (high - low) * i / (bands + 1);
            edges[i] = config.shape == Shape.MEL_TRIANGLE ? mel : config.scale.toHertz(mel);
        }
        weights = new float[Math.multiplyExact(bands, bins)];
        for (int band = 0; band < bands; band++) {
            double area = config.shape == Shape.UNIT_AREA ? (edges[band + 2] - edges[band]) / 2 : 1;
            for (int bin = 0; bin < bins; bin++) {
                double hertz = (double) bin * config.sampleRate / config.nFft;
                double at = config.shape == Shape.MEL_TRIANGLE ? config.scale.toMel(hertz) : hertz;
                double rising = (at - edges[band]) / (edges[band + 1] - edges[band]);
                double falling = (edges[band + 2] - at) / (edges[band + 2] - edges[band + 1]);
                double weight = Math.min(rising, falling);
                if (weight > 0) {
                    weights[band * bins + bin] = (float) (weight / area);
                }
            }
        }
    }

    /** Number of filters. */
    public int bands() {
        return bands;
    }

    /** The whole matrix (bands, bins), row-major. */
    public float[] matrix() {
        return weights.clone();
    }
}
