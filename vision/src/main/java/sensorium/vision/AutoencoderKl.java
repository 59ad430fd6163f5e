package sensorium.vision;

import sensorium.nn.Conv2d;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * The variational autoencoder of latent diffusion (Rombach et al., arXiv:2112.10752; Kingma and Welling, arXiv:1312.6114): a picture
 * becomes a normal distribution over small maps.
 *
 * @param moments 1×1, what the encoder says to means and logarithms of variances
 * @param latent 1×1, a small map to what the decoder reads
 */
public record AutoencoderKl(
        PictureEncoder encoder, PictureDecoder decoder, Conv2d moments, Conv2d latent, AutoencoderConfig config)
        implements Module {
    private static final double LEAST_LOG_VARIANCE = -30;
    private static final double MOST_LOG_VARIANCE = 20;

    public static AutoencoderKl of(Weights w, AutoencoderConfig c) {
        int both = 2 * c.latent();
        return new AutoencoderKl(
                PictureEncoder.of(w.at("encoder"), c, both),
                PictureDecoder.of(w.at("decoder"), c),
                Conv2d.of(w.at("moments"), both, both, 1, 1, 0, true),
                Conv2d.of(w.at("latent"), c.latent(), c.latent(), 1, 1, 0, true),
                c);
    }

    /**
     * A normal distribution for every number of a small map.
     *
     * @param mean (N, latent, h, w)
     * @param logVariance as large, between −30 and 20
     */
    public record Distribution(Tensor mean, Tensor logVariance) {
        /** @param noise as large, of the unit normal distribution */
        public Tensor sample(Tensor noise) {
            return mean.plus(logVariance.times(0.5).exp().times(noise));
        }

        /** How far it is from the unit normal distribution: (N), in nats, summed over the map. */
        public Tensor divergence() {
            Tensor each = mean.square().plus(logVariance.exp()).minus(1).minus(logVariance);
            return each.sum(1, 2, 3).times(0.5);
        }
    }

    /** (N, C, H, W), pixels from −1 to 1; not multiplied by the factor that diffusion scales latents with. */
    public Distribution encode(Tensor pictures) {
        Tensor both = moments.forward(encoder.forward(pictures));
        int n = config.latent();
        return new Distribution(
                Trace.note(this, "mean", both.slice(1, 0, n)),
                Trace.note(this, "logVariance", both.slice(1, n, 2 * n).clamp(LEAST_LOG_VARIANCE, MOST_LOG_VARIANCE)));
    }

    /** (N, latent, h, w) → (N, C, H, W). */
    public Tensor decode(Tensor map) {
        return decoder.forward(latent.forward(map));
    }

    /** What the last layer of the decoder makes the picture of: (N, latent, h, w) → (N, channels, H, W). */
    Tensor beforeLast(Tensor map) {
        return decoder.beforeLast(latent.forward(map));
    }
}
