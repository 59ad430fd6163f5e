package sensorium.audio.music;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Beats a minute. Onsets that come in equal distances make their envelope like itself that distance later (autocorrelation); of the
 * distances that do, one is preferred that people tap to (Ellis, "Beat tracking by dynamic programming", 2007). What Ellis adds for double
 * and triple beats is here: a beat must go on for several beats, and half of it must not be as good.
 */
final class Tempo {
    private static final double SLOWEST = 40;
    private static final double FASTEST = 240;
    private static final double STEP = 1.004;

    /** Where a beat is likeliest, and how many octaves around it. */
    private static final double USUAL = 115;

    private static final double OCTAVES = 1.1;

    /** How many beats are looked ahead. */
    private static final int AHEAD = 6;

    private static final double MOST_SECONDS = 4.2;

    /** Of the sound: of longer distances there are too few. */
    private static final double MOST_SHARE = 0.65;

    /** How much it tells against a beat that its half would do. */
    private static final double HALF = 0.3;

    /** Less like itself than this is no beat. */
    private static final double LEAST = 0.1;

    /** What the beginning of a note counts, beside the strongest flux. */
    private static final double NOTE = 0.5;

    private static final double SURROUNDINGS = 0.5; // seconds to each side
    private static final double BLUR = 0.022; // seconds: nobody plays in time to the millisecond

    private Tempo() {}

    /**
     * The tempo, if there is one.
     *
     * @param flux see {@link Onsets#flux}
     * @param notes what was heard: their beginnings count beside the flux, which is faint where notes begin softly
     */
    static OptionalDouble of(float[] flux, List<Note> notes, double hop) {
        double[] envelope = envelope(flux, notes, hop);
        int most = (int) Math.min(MOST_SECONDS / hop, MOST_SHARE * flux.length);
        if (notes.size() < 3 || most * hop < 60 / FASTEST) {
            return OptionalDouble.empty();
        }
        double[] alike = autocorrelation(envelope, most);
        double best = 0;
        double tempo = Double.NaN;
        for (double t = SLOWEST; t <= FASTEST; t *= STEP) {
            double score = score(alike, 60 / t / hop) * prior(t);
            if (score > best) {
                best = score;
                tempo = t;
            }
        }
        return best > LEAST ? OptionalDouble.of(tempo) : OptionalDouble.empty();
    }

    private static double prior(double tempo) {
        double octaves = Math.log(tempo / USUAL) / Math.log(2) / OCTAVES;
        return Math.exp(-octaves * octaves / 2);
    }

    /** Of a beat every so many frames. */
    private static double score(double[] alike, double period) {
        int beats = (int) Math.min(AHEAD, (alike.length - 2) / period);
        if (beats < 1) {
            return 0;
        }
        double sum = 0;
        for (int k = 1; k <= beats; k++) {
            sum += at(alike, k * period);
        }
        return sum / beats - HALF * Math.max(0, at(alike, period / 2));
    }

    private static double at(double[] values, double place) {
        int i = (int) place;
        double rest = place - i;
        return values[i] * (1 - rest) + values[i + 1] * rest;
    }

    /** Of lags 0 … most, 1 at 0; each the mean over what overlaps. */
    private static double[] autocorrelation(double[] x, int most) {
        var alike = new double[most + 1];
        for (int lag = 0; lag <= most; lag++) {
            double sum = 0;
            for (int t = lag; t < x.length; t++) {
                sum += x[t] * x[t - lag];
            }
            alike[lag] = sum / (x.length - lag);
        }
        double all = alike[0];
        for (int lag = 0; lag <= most; lag++) {
            alike[lag] = all > 0 ? alike[lag] / all : 0;
        }
        return alike;
    }

    /** Flux and beginnings of notes, blurred, above their surroundings, mean 0. */
    private static double[] envelope(float[] flux, List<Note> notes, double hop) {
        var raw = new double[flux.length];
        double peak = 0;
        for (int t = 0; t < raw.length; t++) {
            raw[t] = flux[t];
            peak = Math.max(peak, flux[t]);
        }
        for (Note note : notes) {
            int t = (int) Math.round(note.start() / hop);
            if (t < raw.length) {
                raw[t] += NOTE * peak;
            }
        }
        double[] blurred = blurred(raw, BLUR / hop);
        double[] around = mean(blurred, (int) (SURROUNDINGS / hop));
        double sum = 0;
        for (int t = 0; t < raw.length; t++) {
            blurred[t] = Math.max(0, blurred[t] - around[t]);
            sum += blurred[t];
        }
        for (int t = 0; t < raw.length; t++) {
            blurred[t] -= sum / raw.length;
        }
        return blurred;
    }

    private static double[] blurred(double[] x, double deviation) {
        int reach = (int) Math.ceil(3 * deviation);
        var y = new double[x.length];
        for (int t = 0; t < x.length; t++) {
            for (int i = Math.max(0, t - reach); i <= Math.min(x.length - 1, t + reach); i++) {
                double z = (i - t) / deviation;
                y[t] += x[i] * Math.exp(-z * z / 2);
            }
        }
        return y;
    }

    private static double[] mean(double[] x, int reach) {
        var sums = new double[x.length + 1];
        for (int t = 0; t < x.length; t++) {
            sums[t + 1] = sums[t] + x[t];
        }
        var y = new double[x.length];
        for (int t = 0; t < x.length; t++) {
            int from = Math.max(0, t - reach);
            int to = Math.min(x.length, t + reach + 1);
            y[t] = (sums[to] - sums[from]) / (to - from);
        }
        return y;
    }
}
