package sensorium.audio.music;

import java.util.Arrays;
import java.util.List;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * What periods a frame of sound may have, by YIN (de Cheveigné and Kawahara, "YIN, a fundamental frequency estimator for speech and music",
 * 2002): the difference between a stretch and the same stretch {@code τ} samples later, {@code d(τ) = Σⱼ (xⱼ − xⱼ₊τ)²}, over its mean for
 * shorter lags. Where that has a dip, {@code τ} may be the period. All dips are kept: {@link PitchPath} chooses among them. A dip whose
 * {@link Harmonics} are missing is worth less: two tones together have a common period too.
 */
final class PitchCandidates {
    /** Of the sounds it takes. */
    static final int RATE = 16_000;

    /** Samples from frame to frame. */
    static final int HOP = 160;

    /** Candidates kept of a frame. */
    static final int KEPT = 8;

    private static final double LOWEST = 39; // Hz: below the lowest string of a bass
    private static final double HIGHEST = 2200; // above C7

    /** Samples that are compared: two and a half periods of a bass's lowest note. */
    private static final int WINDOW = 1024;

    private static final int LONGEST = (int) (RATE / LOWEST);
    private static final int SHORTEST = (int) (RATE / HIGHEST);
    private static final int SPAN = WINDOW + LONGEST + 1;
    private static final int FFT = 2048;
    private static final int BEFORE = WINDOW / 2 + LONGEST / 4; // of a frame's samples before its middle
    private static final int CHUNK = 512;

    /** Of periods shorter than this many samples a multiple is measured, since a parabola fits them badly. */
    private static final double FINE = 64;

    /** A candidate an octave lower must be so much more salient: whatever repeats itself does so after two periods too. */
    private static final double OCTAVE = 0.02;

    /** What it costs if none of the harmonics is there; if some are, a share of it. */
    private static final double ABSENT = 0.2;

    private static final double HIGHEST_PITCH = Pitch.of(HIGHEST);

    private final float[] pitches; // (frames, KEPT), NaN where there are no more
    private final float[] saliences; // (frames, KEPT): 1 for a sound that repeats itself exactly and lacks no harmonic
    private final float[] powers; // (frames), mean squares

    private PitchCandidates(int frames) {
        pitches = new float[frames * KEPT];
        saliences = new float[frames * KEPT];
        powers = new float[frames];
        Arrays.fill(pitches, Float.NaN);
    }

    /** Of {@code frames} frames at 16 kHz, the first centred at sample {@code first}; beyond its ends there is silence. */
    static PitchCandidates of(float[] samples, int first, int frames) {
        var all = new PitchCandidates(frames);
        for (int from = 0; from < frames; from += CHUNK) {
            int count = Math.min(CHUNK, frames - from);
            float[] x = stretch(samples, first + from * HOP - BEFORE, (count - 1) * HOP + SPAN);
            float[] products = products(x);
            var harmonics = Harmonics.of(x, SPAN, HOP);
            for (int i = 0; i < count; i++) {
                double[] dips = all.dips(from + i, x, i * HOP, products, i * (LONGEST + 1));
                all.look(from + i, dips, harmonics, i);
            }
        }
        return all;
    }

    int frames() {
        return powers.length;
    }

    /** NaN where a frame has fewer. */
    double pitch(int frame, int candidate) {
        return pitches[frame * KEPT + candidate];
    }

    /** Salience less what speaks against low pitches; −∞ where a frame has fewer candidates. */
    double worth(int frame, int candidate) {
        int at = frame * KEPT + candidate;
        return Float.isNaN(pitches[at]) ? Double.NEGATIVE_INFINITY : worth(pitches[at], saliences[at]);
    }

    private static double worth(double pitch, double salience) {
        return salience - OCTAVE * (HIGHEST_PITCH - pitch) / 12;
    }

    double power(int frame) {
        return powers[frame];
    }

    private static float[] stretch(float[] samples, int from, int length) {
        var x = new float[length];
        int start = Math.max(0, -from);
        int end = Math.min(length, samples.length - from);
        if (end > start) {
            System.arraycopy(samples, from + start, x, start, end - start);
        }
        return x;
    }

    /** r(τ) = Σⱼ xⱼ·xⱼ₊τ of every frame: (frames, LONGEST + 1). */
    private static float[] products(float[] x) {
        return Scope.tidy("yin", () -> {
                    Tensor frames = Tensor.of(x, x.length).windows(0, SPAN, HOP, 1); // (F, SPAN)
                    Tensor a = frames.slice(1, 0, WINDOW).rfft(FFT); // (F, FFT/2 + 1, 2)
                    Tensor b = frames.rfft(FFT);
                    Tensor ar = a.slice(2, 0, 1);
                    Tensor ai = a.slice(2, 1, 2);
                    Tensor br = b.slice(2, 0, 1);
                    Tensor bi = b.slice(2, 1, 2);
                    Tensor real = ar.times(br).plus(ai.times(bi));
                    Tensor imaginary = ar.times(bi).minus(ai.times(br));
                    return Tensor.concat(2, List.of(real, imaginary)).irfft(FFT).slice(1, 0, LONGEST + 1);
                })
                .toFloats();
    }

    /** The power of one frame, and d(τ) over the mean of d(1 … τ): its samples begin at {@code at}, its products at {@code row}. */
    private double[] dips(int frame, float[] x, int at, float[] products, int row) {
        double still = 0;
        for (int j = 0; j < WINDOW; j++) {
            still += (double) x[at + j] * x[at + j];
        }
        powers[frame] = (float) (still / WINDOW);
        double moved = still;
        double sum = 0;
        var dips = new double[LONGEST + 1];
        dips[0] = 1;
        for (int lag = 1; lag <= LONGEST; lag++) {
            double gone = x[at + lag - 1];
            double come = x[at + lag + WINDOW - 1];
            moved += come * come - gone * gone;
            double difference = Math.max(0, still + moved - 2.0 * products[row + lag]);
            sum += difference;
            dips[lag] = sum > 0 ? difference * lag / sum : 1;
        }
        return dips;
    }

    /** Fills in one frame, the i-th of the harmonics. */
    private void look(int frame, double[] dips, Harmonics harmonics, int i) {
        if (powers[frame] == 0) {
            return;
        }
        for (int lag = Math.max(2, SHORTEST); lag < LONGEST; lag++) {
            if (dips[lag] <= dips[lag - 1] && dips[lag] < dips[lag + 1] && dips[lag] < 1) {
                keep(frame, dips, lag, harmonics, i);
            }
        }
    }

    private void keep(int frame, double[] dips, int lag, Harmonics harmonics, int i) {
        double place = lowest(dips, lag);
        double depth = Math.max(0, value(dips, lag));
        double period = refined(dips, place);
        double absent = 1 - harmonics.present(i, period);
        insert(frame, (float) Pitch.of(RATE / period), (float) (1 - depth - ABSENT * absent));
    }

    /** A short period is a few samples: a multiple of it tells it more exactly. */
    private static double refined(double[] dips, double place) {
        int times = (int) (FINE / place);
        if (times < 2) {
            return place;
        }
        int around = (int) Math.round(place * times);
        int reach = Math.max(1, (int) (place / 4));
        int best = around;
        for (int lag = around - reach; lag <= around + reach; lag++) {
            best = dips[lag] < dips[best] ? lag : best;
        }
        boolean dip = dips[best] <= dips[best - 1] && dips[best] <= dips[best + 1];
        return dip ? lowest(dips, best) / times : place;
    }

    /** Where the parabola through three values is lowest. */
    private static double lowest(double[] y, int i) {
        double bend = y[i - 1] - 2 * y[i] + y[i + 1];
        return bend > 0 ? i + Math.clamp((y[i - 1] - y[i + 1]) / (2 * bend), -0.5, 0.5) : i;
    }

    private static double value(double[] y, int i) {
        double bend = y[i - 1] - 2 * y[i] + y[i + 1];
        double slope = (y[i + 1] - y[i - 1]) / 2;
        return bend > 0 ? y[i] - slope * slope / (2 * bend) : y[i];
    }

    /** Keeps those that are worth most; of equal ones the shorter period. */
    private void insert(int frame, float pitch, float salience) {
        int row = frame * KEPT;
        int at = KEPT;
        while (at > 0 && worth(frame, at - 1) < worth(pitch, salience)) {
            at--;
        }
        if (at < KEPT) {
            System.arraycopy(pitches, row + at, pitches, row + at + 1, KEPT - at - 1);
            System.arraycopy(saliences, row + at, saliences, row + at + 1, KEPT - at - 1);
            pitches[row + at] = pitch;
            saliences[row + at] = salience;
        }
    }
}
