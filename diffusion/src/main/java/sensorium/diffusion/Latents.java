package sensorium.diffusion;

import sensorium.memory.Scope;
import sensorium.nn.Buffer;
import sensorium.nn.Init;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.vision.PictureCodec;

/**
 * Where diffusion is cheaper than among pixels: the small maps of an autoencoder that was trained before (Rombach et al.,
 * arXiv:2112.10752), each channel brought to mean 0 and variance 1.
 *
 * @param mean (width)
 * @param deviation (width)
 */
public record Latents(PictureCodec codec, Buffer mean, Buffer deviation) implements Module {
    static Latents of(Weights w, LatentConfig c) {
        return of(w, c.codec(w.at("codec")));
    }

    /** Of an autoencoder that is there. */
    static Latents of(Weights w, PictureCodec codec) {
        int width = codec.width();
        return new Latents(
                codec, w.buffer("mean", Init.zeros(), width), w.buffer("deviation", new Init.Constant(1), width));
    }

    /** Learns what mean and variance are from maps (N, width, h, w), as the autoencoder gives them. */
    void fit(Tensor maps) {
        Scope.tidyRun(() -> {
            Tensor m = maps.mean(false, 0, 2, 3);
            mean.set(m);
            deviation.set(maps.minus(channels(m))
                    .square()
                    .mean(false, 0, 2, 3)
                    .plus(1e-6)
                    .sqrt());
        });
    }

    /** Maps as the autoencoder gives them → what is denoised. */
    Tensor normal(Tensor maps) {
        return maps.minus(channels(mean.value())).dividedBy(channels(deviation.value()));
    }

    /** Pictures (N, C, H, W), pixels from −1 to 1 → (N, width, h, w). */
    public Tensor encode(Tensor pictures) {
        return Scope.tidy("latents of pictures", () -> normal(codec.encode(pictures)));
    }

    /** (N, width, h, w) → (N, C, H, W); what is said by codes becomes the nearest codes on the way. */
    public Tensor decode(Tensor latents) {
        return Scope.tidy("pictures of latents", () -> {
            Tensor maps = latents.times(channels(deviation.value())).plus(channels(mean.value()));
            return codec.decode(maps);
        });
    }

    /** (C) → (1, C, 1, 1). */
    private static Tensor channels(Tensor x) {
        return x.reshape(1, -1, 1, 1);
    }
}
