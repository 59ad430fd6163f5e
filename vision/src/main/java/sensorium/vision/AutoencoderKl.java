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
 * @param moments 1×1, what the encoder says to means and logarithms of variances; null where it says them itself
 * @param latent 1×1, a small map to what the decoder reads; null where it reads that map
 */
public record AutoencoderKl(
        PictureEncoder encoder, PictureDecoder decoder, Conv2d moments, Conv2d latent, AutoencoderLayout layout)
        implements Module {
    private static final double LEAST_LOG_VARIANCE = -30;
    private static final double MOST_LOG_VARIANCE = 20;

    public static AutoencoderKl of(Weights w, AutoencoderConfig c) {
        return of(w, AutoencoderLayout.of(c));
    }

    public static AutoencoderKl of(Weights w, AutoencoderLayout c) {
        int width = c.config().latent();
        int both = 2 * width;
        return new AutoencoderKl(
                PictureEncoder.of(w.at("encoder"), c, both),
                PictureDecoder.of(w.at("decoder"), c),
                c.quantConv() ? Conv2d.of(w.at("moments"), both, both, 1, 1, 0, true) : null,
                c.postQuantConv() ? Conv2d.of(w.at("latent"), width, width, 1, 1, 0, true) : null,
                c);
    }

    public AutoencoderConfig config() {
        return layout.config();
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
        Tensor encoded = encoder.forward(pictures);
        Tensor both = moments == null ? encoded : moments.forward(encoded);
        int n = config().latent();
        return new Distribution(
                Trace.note(this, "mean", both.slice(1, 0, n)),
                Trace.note(this, "logVariance", both.slice(1, n, 2 * n).clamp(LEAST_LOG_VARIANCE, MOST_LOG_VARIANCE)));
    }

    /** (N, latent, h, w) → (N, C, H, W). */
    public Tensor decode(Tensor map) {
        return decoder.forward(read(map));
    }

    /** What the last layer of the decoder makes the picture of: (N, latent, h, w) → (N, channels, H, W). */
    Tensor beforeLast(Tensor map) {
        return decoder.beforeLast(read(map));
    }

    private Tensor read(Tensor map) {
        return latent == null ? map : latent.forward(map);
    }
}
