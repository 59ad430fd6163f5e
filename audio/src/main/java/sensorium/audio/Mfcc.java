package sensorium.audio;

/**
 * Mel-frequency cepstral coefficients as Kaldi's compute-mfcc makes them without dither: the orthonormal DCT-II of {@link
 * LogMel.Config#kaldi log-mel bands}, liftered, with the frame's log energy in place of the first coefficient.
 */
public final class Mfcc {
    private static final double LIFTER = 22;
    private static final double ENERGY_FLOOR = 1.1920928955078125e-7;

    private final LogMel logMel;
    private final double[][] dct; // [coefficient][band], lifter included
    private final int coefficients;

    /** Kaldi's defaults: 23 bands, 13 coefficients. */
    public Mfcc() {
        this(23, 13);
    }

    public Mfcc(int bands, int coefficients) {
        if (coefficients < 1 || coefficients > bands) {
            throw new IllegalArgumentException(coefficients + " coefficients of " + bands + " bands");
        }
        this.logMel = new LogMel(LogMel.Config.kaldi(bands));
        this.coefficients = coefficients;
        this.dct = new double[coefficients][bands];
        for (int k = 0; k < coefficients; k++) {
            double lifter = 1 + LIFTER / 2 * Math.sin(Math.PI * k / LIFTER);
            double norm = Math.sqrt((k == 0 ? 1.0 : 2.0) / bands);
            for (int band = 0; band < bands; band++) {
                dct[k][band] = lifter * norm * Math.cos(Math.PI / bands * (band + 0.5) * k);
            }
        }
    }

    /** Shape (frames, coefficients); of 16-bit steps, as with {@link LogMel.Config#kaldi}. */
    public Spectrogram of(Waveform sound) {
        Spectrogram mel = logMel.of(sound);
        var out = new float[mel.frames() * coefficients];
        for (int frame = 0; frame < mel.frames(); frame++) {
            out[frame * coefficients] = (float) logEnergy(sound.samples(), frame);
            for (int k = 1; k < coefficients; k++) {
                double sum = 0;
                for (int band = 0; band < mel.bands(); band++) {
                    sum += dct[k][band] * mel.at(frame, band);
                }
                out[frame * coefficients + k] = (float) sum;
            }
        }
        return new Spectrogram(out, mel.frames(), coefficients);
    }

    /** Of the frame without its mean, before pre-emphasis and window. */
    private double logEnergy(float[] samples, int frame) {
        Stft.Config framing = logMel.config().stft();
        int start = frame * framing.hop();
        double sum = 0;
        double squares = 0;
        for (int i = start; i < start + framing.length(); i++) {
            sum += samples[i];
            squares += (double) samples[i] * samples[i];
        }
        return Math.log(Math.max(squares - sum * sum / framing.length(), ENERGY_FLOOR));
    }
}
