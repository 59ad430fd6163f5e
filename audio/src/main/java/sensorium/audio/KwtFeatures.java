package sensorium.audio;

import sensorium.memory.Scope;
import sensorium.nn.Buffer;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * The front end of the Keyword Transformer: cepstral coefficients, standardised one by one. Its matrices come with the checkpoint, so
 * it computes what the model was trained on, whatever the mel scale was.
 *
 * @param window (frame), the taper over a frame
 * @param real (bins, frame), the real part of the Fourier transform
 * @param imaginary likewise
 * @param mel (bands, bins), what a band sums of the amplitudes
 * @param dct (coefficients, bands)
 * @param mean (1), taken off every coefficient
 * @param factor (coefficients)
 */
public record KwtFeatures(
        Buffer window, Buffer real, Buffer imaginary, Buffer mel, Buffer dct, Buffer mean, Buffer factor, Config config)
        implements Module {

    /**
     * @param frame samples in a frame
     * @param hop samples from frame to frame
     * @param floor least amplitude of a band before the logarithm
     */
    public record Config(int frame, int hop, int bins, int bands, int coefficients, double floor) {
        /** How many frames that many samples give. */
        int frames(int samples) {
            return samples < frame ? 0 : 1 + (samples - frame) / hop;
        }
    }

    static KwtFeatures of(Weights w, Config c) {
        return new KwtFeatures(
                w.buffer("window", Init.ones(), c.frame),
                w.buffer("real", Init.zeros(), c.bins, c.frame),
                w.buffer("imaginary", Init.zeros(), c.bins, c.frame),
                w.buffer("mel", Init.zeros(), c.bands, c.bins),
                w.buffer("dct", Init.zeros(), c.coefficients, c.bands),
                w.buffer("mean", Init.zeros(), 1),
                w.buffer("factor", Init.ones(), c.coefficients),
                c);
    }

    /** Samples (T) → (frames, coefficients). */
    Tensor forward(Tensor samples) {
        return Scope.tidy("keyword features", () -> {
            Tensor frames = samples.windows(0, config.frame, config.hop, 1).times(window.value()); // (frames, frame)
            Tensor power = frames.linear(real.value(), null)
                    .square()
                    .plus(frames.linear(imaginary.value(), null).square()); // (frames, bins)
            Tensor bands = power.sqrt().linear(mel.value(), null);
            Tensor cepstra =
                    bands.maximum(Tensor.full(bands, config.floor)).log().linear(dct.value(), null);
            return Trace.note(this, cepstra.minus(mean.value()).times(factor.value()));
        });
    }
}
