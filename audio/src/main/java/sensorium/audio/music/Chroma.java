package sensorium.audio.music;

import sensorium.audio.Spectrogram;
import sensorium.audio.Stft;
import sensorium.audio.Window;

/**
 * How much of each of the twelve pitch classes sounds, whatever the octave (Fujishima, "Realtime chord recognition of musical sound", 1999):
 * bins of a spectrum fine enough to tell semitones apart go to the classes that they are near to, as in a constant-Q transform.
 *
 * @param values shape (frames, 12), row-major, C first; the strongest class of a frame is 1, of silence all are 0
 * @param hop seconds from frame to frame; frame t is centred at t · hop
 * @param mean of all frames, each as loud as it is; the strongest class is 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Chroma(float[] values, double hop, float[] mean) {
    /** Half a second: two bins to a semitone at C2. */
    private static final int LENGTH = 8192;

    static final int STEP = 1600;

    private static final double LOWEST = 60; // Hz
    private static final double HIGHEST = 4200;

    /** Of the bell around each semitone. */
    private static final double DEVIATION = 0.25;

    private static final Stft STFT = new Stft(Stft.Config.centred(LENGTH, LENGTH, STEP, Window.HANN));

    /** (bins, 12) */
    private static final float[] WEIGHTS = weights();

    /** How many frames there are. */
    public int frames() {
        return values.length / Pitch.CLASSES;
    }

    /** The class that is strongest in all; −1 of silence. */
    public int strongest() {
        int best = 0;
        for (int c = 1; c < Pitch.CLASSES; c++) {
            best = mean[c] > mean[best] ? c : best;
        }
        return mean[best] > 0 ? best : -1;
    }

    /** What frames {@code first} to before {@code first + frames} hold of each class: (frames, 12), as loud as it is. */
    static float[] loudness(float[] samples, int first, int frames) {
        Spectrogram amplitudes = STFT.magnitude(samples);
        var out = new float[frames * Pitch.CLASSES];
        for (int t = first; t < Math.min(first + frames, amplitudes.frames()); t++) {
            for (int bin = 0; bin < amplitudes.bands(); bin++) {
                float amplitude = amplitudes.at(t, bin);
                for (int c = 0; c < Pitch.CLASSES; c++) {
                    out[(t - first) * Pitch.CLASSES + c] += amplitude * WEIGHTS[bin * Pitch.CLASSES + c];
                }
            }
        }
        return out;
    }

    /** @param loudness (frames, 12) of all frames */
    static Chroma of(float[] loudness, double hop) {
        var mean = new float[Pitch.CLASSES];
        for (int i = 0; i < loudness.length; i++) {
            mean[i % Pitch.CLASSES] += loudness[i];
        }
        var values = loudness.clone();
        for (int at = 0; at < values.length; at += Pitch.CLASSES) {
            toPeak(values, at);
        }
        toPeak(mean, 0);
        return new Chroma(values, hop, mean);
    }

    private static void toPeak(float[] values, int at) {
        float peak = 0;
        for (int c = 0; c < Pitch.CLASSES; c++) {
            peak = Math.max(peak, values[at + c]);
        }
        for (int c = 0; c < Pitch.CLASSES && peak > 0; c++) {
            values[at + c] /= peak;
        }
    }

    private static float[] weights() {
        var weights = new float[STFT.bins() * Pitch.CLASSES];
        for (int bin = 1; bin < STFT.bins(); bin++) {
            double hertz = (double) bin * PitchCandidates.RATE / LENGTH;
            if (hertz >= LOWEST && hertz <= HIGHEST) {
                for (int c = 0; c < Pitch.CLASSES; c++) {
                    double off = Math.IEEEremainder(Pitch.of(hertz) - c, Pitch.CLASSES);
                    weights[bin * Pitch.CLASSES + c] = (float) Math.exp(-off * off / (2 * DEVIATION * DEVIATION));
                }
            }
        }
        return weights;
    }
}
