package sensorium.audio;

import sensorium.tensor.Tensor;

/** How mel powers become the numbers that a model sees: a logarithm, a floor, a normalisation. */
public sealed interface Compression {

    /** Powers (frames, bands), ≥ 0, compressed. */
    Tensor apply(Tensor power);

    /** A spectrogram of powers (≥ 0), compressed. */
    default Spectrogram apply(Spectrogram power) {
        return Spectrogram.of(() -> apply(Tensor.of(power.values(), power.frames(), power.bands())));
    }

    /** Whisper: log₁₀ floored at 10⁻¹⁰ and at 8 below the clip's peak, then (x + 4) / 4. */
    record Whisper() implements Compression {
        @Override
        public Tensor apply(Tensor power) {
            if (power.size() == 0) {
                return power;
            }
            Tensor floor = atLeast(power.max().times(1e-8), 1e-10);
            return power.maximum(floor).log().times(0.25 / Math.log(10)).plus(1);
        }
    }

    /**
     * Natural logarithm of power floored at a constant, as in Kaldi.
     *
     * @param floor least power
     */
    record Floored(double floor) implements Compression {
        @Override
        public Tensor apply(Tensor power) {
            return atLeast(power, floor).log();
        }
    }

    /**
     * 10·log₁₀ of power floored at a constant, as librosa's power_to_db.
     *
     * @param floor least power
     */
    record Decibels(double floor) implements Compression {
        @Override
        public Tensor apply(Tensor power) {
            return atLeast(power, floor).log().times(10 / Math.log(10));
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
        public Tensor apply(Tensor power) {
            if (power.size() == 0) {
                return power;
            }
            Tensor floor = atLeast(power.max().times(Math.exp(-nats)), 1e-30);
            Tensor above = atLeast(power.dividedBy(floor), 1).log(); // exactly 0 on the floor
            return standardise ? standardised(above) : above.plus(floor.log());
        }

        private static Tensor standardised(Tensor log) {
            Tensor centred = log.minus(log.mean());
            return centred.dividedBy(centred.square().mean().sqrt().plus(1e-5));
        }
    }

    private static Tensor atLeast(Tensor x, double floor) {
        return x.maximum(Tensor.full(x, floor));
    }
}
