package sensorium.audio.music;

import sensorium.audio.LogMel;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;

/**
 * How much begins at each moment: spectral flux, the sum over mel bands of how much louder each became, on a logarithmic scale. A band is
 * compared with the loudest of its neighbourhood 20 ms before, so that a vibrato is no beginning (Böck and Widmer, "Maximum filter vibrato
 * suppression for onset detection", 2013).
 */
final class Onsets {
    /** Frames back to what is compared. */
    private static final int LAG = 2;

    /** Frames around a peak that must be lower. */
    private static final int NEIGHBOURS = 4;

    /** Frames around a peak above whose mean it must stand out. */
    private static final int SURROUNDINGS = 12;

    /** By so much. */
    private static final double STANDS_OUT = 0.14;

    private static final LogMel MEL = new LogMel(
            LogMel.Config.plain(PitchCandidates.RATE, 512, 512, PitchCandidates.HOP, 40, 60, 7_600, 9, false));

    /** What the mel power of the loudest moment is brought to: levels range over some 10 nats below. */
    private static final double LOUDEST = 3e4;

    private Onsets() {}

    /**
     * The flux of {@code frames} frames from frame {@code first} on, in nats, the mean over the bands.
     *
     * @param loudest power of the loudest moment of the whole sound
     */
    static float[] flux(Waveform sound, int first, int frames, double loudest) {
        var flux = new float[frames];
        if (!(loudest > 0)) {
            return flux;
        }
        Spectrogram power = MEL.power(sound);
        float[] levels = levels(power, LOUDEST / (128 * 128 * 2 * loudest));
        int bands = power.bands();
        for (int t = Math.max(first, LAG); t < Math.min(first + frames, power.frames()); t++) {
            double sum = 0;
            for (int b = 0; b < bands; b++) {
                int before = (t - LAG) * bands + b;
                float reference = levels[before];
                reference = b > 0 ? Math.max(reference, levels[before - 1]) : reference;
                reference = b + 1 < bands ? Math.max(reference, levels[before + 1]) : reference;
                sum += Math.max(0, levels[t * bands + b] - reference);
            }
            flux[t - first] = (float) (sum / bands);
        }
        return flux;
    }

    private static float[] levels(Spectrogram power, double gain) {
        var levels = new float[power.values().length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (float) Math.log1p(gain * power.values()[i]);
        }
        return levels;
    }

    /** For each frame whether something begins there: peaks of the flux that stand out of their surroundings. */
    static boolean[] peaks(float[] flux) {
        var peaks = new boolean[flux.length];
        for (int t = 0; t < flux.length; t++) {
            boolean highest = true;
            for (int i = Math.max(0, t - NEIGHBOURS); i <= Math.min(flux.length - 1, t + NEIGHBOURS) && highest; i++) {
                highest = flux[i] < flux[t] || (i >= t && flux[i] == flux[t]);
            }
            peaks[t] = highest && flux[t] > mean(flux, t) + STANDS_OUT;
        }
        return peaks;
    }

    private static double mean(float[] flux, int t) {
        int from = Math.max(0, t - SURROUNDINGS);
        int to = Math.min(flux.length, t + SURROUNDINGS + 1);
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += flux[i];
        }
        return sum / (to - from);
    }
}
