package sensorium.vision;

import sensorium.nn.Conv2d;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.nn.codes.Quantizer;
import sensorium.tensor.Tensor;

/**
 * Pictures as discrete tokens (van den Oord et al., arXiv:1711.00937; Esser et al., arXiv:2012.09841): each place of a small map is the
 * number of a code.
 *
 * @param before 1×1, what the encoder says to vectors as wide as codes
 * @param after 1×1, codes to what the decoder reads
 */
public record VqModel(
        PictureEncoder encoder,
        PictureDecoder decoder,
        Conv2d before,
        Quantizer codebook,
        Conv2d after,
        AutoencoderLayout layout)
        implements Module {

    /**
     * @param codes how many
     * @param width of a code
     */
    public static VqModel of(Weights w, AutoencoderLayout c, int codes, int width) {
        return of(w, c, Quantizer.Kind.VQ, codes, width);
    }

    /** Likewise, with codes of another kind. */
    public static VqModel of(Weights w, AutoencoderConfig c, Quantizer.Kind kind, int codes, int width) {
        return of(w, AutoencoderLayout.of(c), kind, codes, width);
    }

    private static VqModel of(Weights w, AutoencoderLayout c, Quantizer.Kind kind, int codes, int width) {
        int latent = c.config().latent();
        return new VqModel(
                PictureEncoder.of(w.at("encoder"), c, latent),
                PictureDecoder.of(w.at("decoder"), c),
                Conv2d.of(w.at("before"), latent, width, 1, 1, 0, true),
                Quantizer.of(w.at("codebook"), kind, codes, width),
                Conv2d.of(w.at("after"), width, latent, 1, 1, 0, true),
                c);
    }

    public AutoencoderConfig config() {
        return layout.config();
    }

    /** (N, C, H, W), pixels from −1 to 1 → (N, code width, h, w), neither codes nor where those can be. */
    public Tensor encode(Tensor pictures) {
        return Trace.note(this, "latents", before.forward(encoder.forward(pictures)));
    }

    /** (N, C, H, W) → (N, h, w), I64, row by row. */
    public Tensor tokens(Tensor pictures) {
        return nearest(prepared(encode(pictures)));
    }

    /** (N, h, w), I64 → (N, C, H, W). */
    public Tensor picture(Tensor tokens) {
        return decode(map(tokens));
    }

    /** A map (N, code width, h, w) of what the encoder says, brought to where codes can be. */
    public Tensor prepared(Tensor map) {
        return codebook.prepared(map.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
    }

    /** Of a prepared map (N, code width, h, w) the nearest codes: (N, h, w), I64. */
    public Tensor nearest(Tensor map) {
        return codebook.nearest(map.permute(0, 2, 3, 1));
    }

    /** Codes (N, h, w) as a map (N, code width, h, w). */
    public Tensor map(Tensor codes) {
        return codebook.vectors(codes).permute(0, 3, 1, 2);
    }

    /** (N, code width, h, w), as it is → (N, C, H, W). */
    public Tensor decode(Tensor map) {
        return decoder.forward(after.forward(map));
    }

    /** What the last layer of the decoder makes the picture of: (N, code width, h, w), as it is → (N, channels, H, W). */
    Tensor beforeLast(Tensor map) {
        return decoder.beforeLast(after.forward(map));
    }
}
