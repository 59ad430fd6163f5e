package sensorium.nn.unet;

import java.util.List;
import sensorium.nn.Activation;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * Timesteps as vectors: sines and cosines of many wavelengths, then two layers (Ho et al., arXiv:2006.11239).
 *
 * @param linear1 (sinusoids → width)
 * @param linear2 (width → width)
 */
public record TimestepEmbedding(Linear linear1, Linear linear2, Config config) implements Module {
    private static final float LONGEST = 10_000;

    /**
     * @param sinusoids numbers that a timestep becomes, even
     * @param cosinesFirst whether cosines stand before sines
     * @param activation between the layers
     * @param shift taken from half their number where the wavelengths are chosen: 1 makes the last one the longest
     */
    public record Config(int sinusoids, boolean cosinesFirst, double shift, Activation activation) {}

    public static TimestepEmbedding of(Weights w, Config c, int width) {
        return new TimestepEmbedding(
                Linear.of(w.at("linear1"), c.sinusoids, width, true),
                Linear.of(w.at("linear2"), width, width, true),
                c);
    }

    /** (N) → (N, width). */
    public Tensor forward(Tensor timesteps) {
        Tensor waves = Trace.note(this, "sinusoids", sinusoids(timesteps));
        return Trace.note(this, linear2.forward(config.activation.apply(linear1.forward(waves))));
    }

    /** (N) → (N, sinusoids), in single precision and the order of the reference implementation: angles go to a thousand. */
    private Tensor sinusoids(Tensor timesteps) {
        int half = config.sinusoids / 2;
        double[] frequencies = new double[half];
        for (int i = 0; i < half; i++) {
            float exponent = -(float) Math.log(LONGEST) * i / (float) (half - config.shift);
            frequencies[i] = (float) Math.exp(exponent);
        }
        Tensor angles = timesteps
                .unsqueeze(1)
                .times(Tensor.of(timesteps, frequencies).to(timesteps.dtype()).unsqueeze(0)); // (N, half)
        return config.cosinesFirst
                ? Tensor.concat(1, List.of(angles.cos(), angles.sin()))
                : Tensor.concat(1, List.of(angles.sin(), angles.cos()));
    }
}
