package sensorium.nn.unet;

import java.util.List;
import sensorium.nn.Activation;
import sensorium.nn.Embedding;
import sensorium.nn.Init;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * Timesteps as vectors: sines and cosines of many wavelengths, then two layers (Ho et al., arXiv:2006.11239).
 *
 * @param linear1 (sinusoids → width)
 * @param linear2 (width → width)
 * @param frequencies (sinusoids/2), of {@link Waves#FOURIER} and its like, else null
 * @param table of {@link Waves#LEARNED}, else null
 * @param guidance how strongly a sample is to be guided, as a vector → sinusoids, added to those; or null
 */
public record TimestepEmbedding(
        Linear linear1,
        Linear linear2,
        Parameter frequencies,
        Embedding table,
        Linear guidance,
        Config config,
        Style style)
        implements Module {
    private static final float LONGEST = 10_000;

    /**
     * @param sinusoids numbers that a timestep becomes, even
     * @param cosinesFirst whether cosines stand before sines
     * @param activation between the layers
     * @param shift taken from half their number where the wavelengths are chosen: 1 makes the last one the longest
     */
    public record Config(int sinusoids, boolean cosinesFirst, double shift, Activation activation) {}

    /** What a timestep becomes first. */
    public enum Waves {
        /** Sines and cosines of wavelengths that grow geometrically. */
        SINUSOIDS,
        /** Sines and cosines of frequencies that were drawn when the training began (Tancik et al., arXiv:2006.10739). */
        FOURIER,
        /** The same of its logarithm. */
        FOURIER_OF_LOGARITHM,
        /** A vector of a table. */
        LEARNED
    }

    /**
     * What few networks have otherwise.
     *
     * @param timesteps rows of the table, 0 where there is none
     * @param last activation after the second layer
     * @param guidance width of the vector that says how strongly to guide, 0 for none
     */
    public record Style(Waves waves, int timesteps, Activation last, int guidance) {
        public static final Style USUAL = new Style(Waves.SINUSOIDS, 0, Activation.NONE, 0);

        private boolean hasFrequencies() {
            return waves == Waves.FOURIER || waves == Waves.FOURIER_OF_LOGARITHM;
        }
    }

    public static TimestepEmbedding of(Weights w, Config c, int width) {
        return of(w, c, width, Style.USUAL);
    }

    public static TimestepEmbedding of(Weights w, Config c, int width, Style style) {
        return new TimestepEmbedding(
                Linear.of(w.at("linear1"), c.sinusoids, width, true),
                Linear.of(w.at("linear2"), width, width, true),
                style.hasFrequencies() ? w.parameter("frequencies", new Init.Normal(16), c.sinusoids / 2) : null,
                style.waves == Waves.LEARNED ? Embedding.of(w.at("table"), style.timesteps, c.sinusoids) : null,
                style.guidance > 0 ? Linear.of(w.at("guidance"), style.guidance, c.sinusoids, false) : null,
                c,
                style);
    }

    /** (N) → (N, width). */
    public Tensor forward(Tensor timesteps) {
        return forward(timesteps, null);
    }

    /**
     * (N) → (N, width).
     *
     * @param strength (N, guidance), or null
     */
    public Tensor forward(Tensor timesteps, Tensor strength) {
        Tensor waves = Trace.note(this, "sinusoids", waves(timesteps));
        return layers(strength == null || guidance == null ? waves : waves.plus(guidance.forward(strength)));
    }

    /** What enters the layers, or anything else as wide: (N, sinusoids) → (N, width). */
    public Tensor layers(Tensor waves) {
        Tensor y = linear2.forward(linear1.forward(waves, config.activation));
        return Trace.note(this, style.last.apply(y));
    }

    /** (N) → (N, sinusoids). */
    public Tensor waves(Tensor timesteps) {
        if (table != null) {
            return table.forward(timesteps.to(DType.I64));
        }
        return frequencies == null ? sinusoids(timesteps, config) : fourier(timesteps);
    }

    /** In the order in which the reference implementation multiplies. */
    private Tensor fourier(Tensor timesteps) {
        Tensor w = frequencies.value();
        Tensor t = timesteps.to(w.dtype());
        Tensor x = style.waves == Waves.FOURIER ? t : t.log();
        return both(x.unsqueeze(1).times(w.unsqueeze(0)).times(2).times(Math.PI), config);
    }

    /** (N) → (N, sinusoids), in single precision and the order of the reference implementation: angles go to a thousand. */
    public static Tensor sinusoids(Tensor timesteps, Config config) {
        int half = config.sinusoids / 2;
        double[] frequencies = new double[half];
        for (int i = 0; i < half; i++) {
            float exponent = -(float) Math.log(LONGEST) * i / (float) (half - config.shift);
            frequencies[i] = (float) Math.exp(exponent);
        }
        return both(
                timesteps
                        .unsqueeze(1)
                        .times(Tensor.of(timesteps, frequencies)
                                .to(timesteps.dtype())
                                .unsqueeze(0)), // (N, half)
                config);
    }

    private static Tensor both(Tensor angles, Config config) {
        return config.cosinesFirst
                ? Tensor.concat(1, List.of(angles.cos(), angles.sin()))
                : Tensor.concat(1, List.of(angles.sin(), angles.cos()));
    }
}
