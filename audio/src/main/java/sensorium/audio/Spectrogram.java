package sensorium.audio;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * Sound over time and frequency.
 *
 * @param values shape (frames, bands), row-major: one frame's bands lie together
 * @param frames steps in time
 * @param bands steps in frequency (bins, mel bands or cepstral coefficients)
 */
public record Spectrogram(float[] values, int frames, int bands) {

    public Spectrogram {
        if (values.length != (long) frames * bands) {
            throw new IllegalArgumentException(values.length + " values are not " + frames + " × " + bands);
        }
    }

    /** Reads a tensor (frames, bands), and releases it with all that {@code body} made. */
    static Spectrogram of(Supplier<Tensor> body) {
        return Scope.tidy("spectrogram", () -> {
            Tensor t = body.get();
            return new Spectrogram(t.toFloats(), t.dim(0), t.dim(1));
        });
    }

    /** The value of one band in one frame. */
    public float at(int frame, int band) {
        return values[frame * bands + band];
    }

    /** Exactly {@code count} frames: cut, or followed by frames of zeros. */
    public Spectrogram fitted(int count) {
        return count == frames ? this : new Spectrogram(Arrays.copyOf(values, count * bands), count, bands);
    }

    /** With frames of zeros before and behind. */
    public Spectrogram padded(int before, int behind) {
        var out = new float[(before + frames + behind) * bands];
        System.arraycopy(values, 0, out, before * bands, values.length);
        return new Spectrogram(out, before + frames + behind, bands);
    }

    /** The values as (bands, frames), frequency first, as Whisper wants them. */
    public float[] bandsFirst() {
        var out = new float[values.length];
        for (int frame = 0; frame < frames; frame++) {
            for (int band = 0; band < bands; band++) {
                out[band * frames + frame] = values[frame * bands + band];
            }
        }
        return out;
    }

    /** (x − mean) / scale for every value. */
    public Spectrogram normalised(double mean, double scale) {
        return mapped(x -> (x - mean) / scale);
    }

    /** {@code f} of every value. */
    Spectrogram mapped(DoubleUnaryOperator f) {
        var out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) f.applyAsDouble(values[i]);
        }
        return new Spectrogram(out, frames, bands);
    }
}
