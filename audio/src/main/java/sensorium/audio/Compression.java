package sensorium.audio;

/** How mel powers become the numbers that a model sees: a logarithm, a floor, a normalisation. */
public sealed interface Compression {

    /** A spectrogram of powers (≥ 0), compressed. */
    Spectrogram apply(Spectrogram power);

    /** Whisper: log₁₀ floored at 10⁻¹⁰ and at 8 below the clip's peak, then (x + 4) / 4. */
    record Whisper() implements Compression {
        @Override
        public Spectrogram apply(Spectrogram power) {
            double floor = Math.max(1e-10, peak(power) * 1e-8);
            return power.mapped(x -> (Math.log10(Math.max(x, floor)) + 4) / 4);
        }
    }

    /**
     * Natural logarithm of power floored at a constant, as in Kaldi.
     *
     * @param floor least power
     */
    record Floored(double floor) implements Compression {
        @Override
        public Spectrogram apply(Spectrogram power) {
            return power.mapped(x -> Math.log(Math.max(x, floor)));
        }
    }

    /**
     * Natural logarithm floored below the clip's own peak, so that loudness and the noise floor matter little.
     *
     * @param nats how far below the peak the floor lies: 9 nats are 39 dB
     * @param standardise then mean 0 and variance 1 over the clip (all zeros for a clip without contrast)
     */
    record BelowPeak(double nats, boolean standardise) implements Compression {
        @Override
        public Spectrogram apply(Spectrogram power) {
            double floor = Math.max(1e-30, peak(power) * Math.exp(-nats));
            Spectrogram log = power.mapped(x -> Math.log(Math.max(x, floor)));
            return standardise ? standardised(log) : log;
        }

        private static Spectrogram standardised(Spectrogram log) {
            int n = log.values().length;
            double sum = 0;
            for (float x : log.values()) {
                sum += x;
            }
            double mean = sum / n;
            double squares = 0;
            for (float x : log.values()) {
                squares += (x - mean) * (x - mean);
            }
            return log.normalised(mean, Math.sqrt(squares / n) + 1e-5);
        }
    }

    private static double peak(Spectrogram power) {
        float peak = 0;
        for (float x : power.values()) {
            peak = Math.max(peak, x);
        }
        return peak;
    }
}
