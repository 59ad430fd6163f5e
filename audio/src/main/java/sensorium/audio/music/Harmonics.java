package sensorium.audio.music;

import sensorium.audio.Window;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * Which of the harmonics that a pitch should have are in the spectrum. Two tones together repeat themselves after a common multiple of their
 * periods, but of the harmonics of that low pitch most are missing. Only the first and the prime ones are asked for, since a pitch an octave
 * too low has all even ones (SWIPE′: Camacho and Harris, "A sawtooth waveform inspired pitch estimator for speech and music", 2008).
 */
final class Harmonics {
    private static final int FFT = 2048;
    private static final int BINS = FFT / 2 + 1;
    private static final int[] ASKED_FOR = {1, 2, 3, 5, 7};
    private static final double HIGHEST = 5000; // Hz: above it there may be little but noise

    /** Keeps a quotient of nothing by nothing at nothing. */
    private static final double TINY = 1e-12;

    private final float[] magnitudes; // (frames, BINS)

    private Harmonics(float[] magnitudes) {
        this.magnitudes = magnitudes;
    }

    /** Of stretches of {@code span} samples, one every {@code hop}; at most {@value #FFT} samples each. */
    static Harmonics of(float[] samples, int span, int hop) {
        return new Harmonics(Scope.tidy("harmonics", () -> {
                    Tensor frames = Tensor.of(samples, samples.length).windows(0, span, hop, 1); // (F, span)
                    Tensor window = Tensor.of(Window.HANN.values(span), span).to(frames.dtype());
                    return frames.powerSpectrum(FFT, window, null).sqrt(); // (F, BINS)
                })
                .toFloats());
    }

    /**
     * From 0, nothing at the harmonics that is not between them as well, to 1, nothing between them.
     *
     * @param period samples
     */
    double present(int frame, double period) {
        double spacing = FFT / period; // bins
        double present = 0;
        double weights = 0;
        for (int harmonic : ASKED_FOR) {
            double at = harmonic * spacing;
            if (at + spacing / 2 + 1 >= BINS || (harmonic > 1 && at > HIGHEST * FFT / PitchCandidates.RATE)) {
                break;
            }
            int bin = frame * BINS + (int) Math.round(at);
            double peak = Math.max(magnitudes[bin], Math.max(magnitudes[bin - 1], magnitudes[bin + 1]));
            double between = (value(frame, at - spacing / 2) + value(frame, at + spacing / 2)) / 2;
            double weight = 1 / Math.sqrt(harmonic);
            weights += weight;
            present += weight * Math.max(0, peak - between) / (peak + between + TINY);
        }
        return weights > 0 ? present / weights : 0;
    }

    private double value(int frame, double at) {
        int bin = (int) at;
        double part = at - bin;
        return (1 - part) * magnitudes[frame * BINS + bin] + part * magnitudes[frame * BINS + bin + 1];
    }
}
