package sensorium.diffusion;

import sensorium.nn.Weights;
import sensorium.vision.PictureAutoencoder;
import sensorium.vision.PictureCodec;
import sensorium.vision.PictureTokenizer;

/**
 * Whose latents are denoised.
 *
 * @param tokens null where it is the other
 * @param maps null where it is the other
 */
public record LatentConfig(PictureTokenizer.Config tokens, PictureAutoencoder.Config maps) {
    public LatentConfig {
        if ((tokens == null) == (maps == null)) {
            throw new IllegalArgumentException("[latents] of tokens or of maps, not of both or neither");
        }
    }

    public static LatentConfig of(PictureCodec codec) {
        return switch (codec) {
            case PictureTokenizer t -> new LatentConfig(t.config(), null);
            case PictureAutoencoder a -> new LatentConfig(null, a.config());
        };
    }

    PictureCodec codec(Weights w) {
        return tokens == null ? PictureAutoencoder.of(w, maps) : PictureTokenizer.of(w, tokens);
    }

    /** Of a picture. */
    public int channels() {
        return tokens == null ? maps.channels() : tokens.channels();
    }

    /** Of a picture. */
    public int side() {
        return tokens == null ? maps.side() : tokens.side();
    }

    /** Channels of the latents. */
    public int width() {
        return tokens == null ? maps.network().latent() : tokens.width();
    }

    /** Height and width of the latents. */
    public int places() {
        return tokens == null ? maps.places() : tokens.tokens();
    }
}
