package sensorium.vision;

import sensorium.nn.Conv2d;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.nn.codes.Codebook;
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
        Codebook codebook,
        Conv2d after,
        AutoencoderConfig config)
        implements Module {

    /**
     * @param codes how many
     * @param width of a code
     */
    public static VqModel of(Weights w, AutoencoderConfig c, int codes, int width) {
        return new VqModel(
                PictureEncoder.of(w.at("encoder"), c, c.latent()),
                PictureDecoder.of(w.at("decoder"), c),
                Conv2d.of(w.at("before"), c.latent(), width, 1, 1, 0, true),
                Codebook.of(w.at("codebook"), codes, width),
                Conv2d.of(w.at("after"), width, c.latent(), 1, 1, 0, true),
                c);
    }

    /** (N, C, H, W), pixels from −1 to 1 → (N, code width, h, w), not yet codes. */
    public Tensor encode(Tensor pictures) {
        return Trace.note(this, "latents", before.forward(encoder.forward(pictures)));
    }

    /** (N, C, H, W) → (N, h, w), I64, row by row. */
    public Tensor tokens(Tensor pictures) {
        return nearest(encode(pictures));
    }

    /** (N, h, w), I64 → (N, C, H, W). */
    public Tensor picture(Tensor tokens) {
        return decode(map(tokens));
    }

    /** Of a map (N, code width, h, w) the nearest codes: (N, h, w), I64. */
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
}
