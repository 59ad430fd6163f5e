package sensorium.audio;

import java.util.Arrays;
import java.util.List;
import sensorium.op.Primitive;
import sensorium.op.View;
import sensorium.tensor.Tensor;

/**
 * From spectra back to samples: each frame's inverse transform under the window once more, added where it lies and divided by the sum
 * of the squared windows there. Of all signals this is the one whose own spectra are nearest (Griffin and Lim 1984); of spectra that
 * {@link Stft#transform} gave, the very signal. In tensor ops: gradients flow to the spectra.
 */
public final class InverseStft {
    /** Sums of squared windows under this are the outermost samples that hardly any frame covers. */
    private static final double LEAST = 1e-6;

    private final Stft.Config config;
    private final double[] window;

    /** @throws IllegalArgumentException unless frames are centred, plain and overlap */
    public InverseStft(Stft.Config config) {
        if (config.framing() != Stft.Framing.CENTRED
                || config.removeMean()
                || config.preEmphasis() != 0
                || 2 * config.hop() > config.length()) {
            throw new IllegalArgumentException(
                    "only centred, plain frames that overlap by half can be undone, not " + config);
        }
        this.config = config;
        this.window = config.window().values(config.length());
    }

    /**
     * @param spectra (…, frames, bins, 2), phases as of a frame's beginning
     * @param count samples, at most frames · hop
     * @return (…, count)
     */
    public Tensor samples(Tensor spectra, int count) {
        int frames = spectra.dim(-3);
        if (count > (long) frames * config.hop()) {
            throw new IllegalArgumentException(frames + " frames do not cover " + count + " samples");
        }
        int length = config.length();
        int pad = (config.nFft() - length) / 2; // a short window sits in the middle of nFft
        Tensor taper = Tensor.of(spectra, window).to(spectra.dtype());
        Tensor pieces =
                spectra.irfft(config.nFft()).slice(-1, pad, pad + length).times(taper); // (…, frames, length)
        int axis = pieces.rank() - 2;
        int extent = (frames - 1) * config.hop() + length;
        Tensor sum = pieces.apply(new Primitive.Fold(new View.Windows(axis, length, config.hop(), 1), extent));
        int from = config.nFft() / 2 - pad; // where frame 0 is centred
        Tensor covered = sum.slice(-1, from, from + count);
        return covered.times(Tensor.of(spectra, weights(frames, from, count)).to(spectra.dtype()));
    }

    /** One over the sum of squared windows at each sample. */
    private double[] weights(int frames, int from, int count) {
        double[] sum = new double[(frames - 1) * config.hop() + config.length()];
        for (int t = 0; t < frames; t++) {
            for (int i = 0; i < window.length; i++) {
                sum[t * config.hop() + i] += window[i] * window[i];
            }
        }
        return Arrays.stream(sum, from, from + count)
                .map(s -> 1 / Math.max(s, LEAST))
                .toArray();
    }

    /** Real and imaginary parts (…, 2) of magnitudes and phases (…). */
    static Tensor polar(Tensor magnitude, Tensor phase) {
        int last = magnitude.rank();
        return Tensor.concat(
                last,
                List.of(
                        magnitude.times(phase.cos()).unsqueeze(last),
                        magnitude.times(phase.sin()).unsqueeze(last)));
    }
}
