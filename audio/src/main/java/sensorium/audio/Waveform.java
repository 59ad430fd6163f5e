package sensorium.audio;

import java.util.Arrays;

/**
 * One channel of sound.
 *
 * @param samples nominally −1…1; treat as immutable
 * @param sampleRate samples a second
 */
public record Waveform(float[] samples, int sampleRate) {

    public Waveform {
        if (sampleRate <= 0) {
            throw new IllegalArgumentException("sample rate " + sampleRate);
        }
    }

    /** Length in seconds. */
    public double seconds() {
        return (double) samples.length / sampleRate;
    }

    /** The same sound at another rate. */
    public Waveform resampled(int rate) {
        return rate == sampleRate
                ? this
                : new Waveform(Resampler.of(sampleRate, rate).apply(samples), rate);
    }

    /** Root mean square of the samples; 0 for an empty waveform. */
    public double rms() {
        return Math.sqrt(power(samples, 0, samples.length));
    }

    /** Scaled so that {@link #rms()} is {@code target}; silence stays silence. */
    public Waveform withRms(double target) {
        double rms = rms();
        return rms > 0 ? scaled((float) (target / rms)) : this;
    }

    /** Every sample times {@code gain}. */
    public Waveform scaled(float gain) {
        var scaled = new float[samples.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = gain * samples[i];
        }
        return new Waveform(scaled, sampleRate);
    }

    /** Exactly {@code seconds} long: cut, or followed by zeros. */
    public Waveform fitted(double seconds) {
        return fittedTo((int) Math.round(seconds * sampleRate));
    }

    /** Exactly {@code length} samples long: cut, or followed by zeros. */
    public Waveform fittedTo(int length) {
        return length == samples.length ? this : new Waveform(Arrays.copyOf(samples, length), sampleRate);
    }

    /** At most the first {@code seconds}. */
    public Waveform first(double seconds) {
        return fittedTo((int) Math.min(samples.length, Math.round(seconds * sampleRate)));
    }

    /** The loudest stretch of at most {@code length} samples: the first of those with the most energy. */
    public Waveform loudest(int length) {
        if (length >= samples.length) {
            return this;
        }
        double energy = 0; // of what ends before i
        double most = 0;
        int best = length;
        for (int i = 0; i < samples.length; i++) {
            energy += (double) samples[i] * samples[i];
            if (i >= length) {
                energy -= (double) samples[i - length] * samples[i - length];
            }
            if (i + 1 >= length && energy > most) {
                most = energy;
                best = i + 1;
            }
        }
        return new Waveform(Arrays.copyOfRange(samples, best - length, best), sampleRate);
    }

    /**
     * A stretch of samples.
     *
     * @param from the first
     * @param to the one after the last
     */
    public record Stretch(int from, int to) {
        public int length() {
            return to - from;
        }
    }

    /** The samples of a stretch. */
    public Waveform cut(Stretch stretch) {
        return new Waveform(Arrays.copyOfRange(samples, stretch.from, stretch.to), sampleRate);
    }

    /**
     * Without the quiet at both ends, see {@link #loud}.
     *
     * @param decibels level of the quietest block kept, relative to the loudest: negative, such as −30
     */
    public Waveform trimmed(double decibels) {
        Stretch loud = loud(decibels);
        return loud.length() == samples.length ? this : cut(loud);
    }

    /**
     * What is left without the quiet at both ends: what lies before the first and after the last 10-ms block whose power is within
     * {@code decibels} of the loudest block's. Of silence, the whole.
     */
    public Stretch loud(double decibels) {
        int block = block();
        double[] powers = powers();
        double loudest = loudest();
        if (loudest == 0) {
            return new Stretch(0, samples.length);
        }
        double threshold = loudest * Math.pow(10, decibels / 10);
        int first = 0;
        while (powers[first] < threshold) {
            first++;
        }
        int last = powers.length - 1;
        while (powers[last] < threshold) {
            last--;
        }
        return new Stretch(first * block, Math.min(samples.length, (last + 1) * block));
    }

    /** The power of the loudest 10-ms block; 0 of silence. */
    public double loudest() {
        return Arrays.stream(powers()).max().orElse(0);
    }

    private int block() {
        return Math.max(1, sampleRate / 100);
    }

    /** Of each block. */
    private double[] powers() {
        int block = block();
        var powers = new double[(samples.length + block - 1) / block];
        for (int i = 0; i < powers.length; i++) {
            powers[i] = power(samples, i * block, Math.min(samples.length, (i + 1) * block));
        }
        return powers;
    }

    private static double power(float[] x, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) x[i] * x[i];
        }
        return to > from ? sum / (to - from) : 0;
    }
}
