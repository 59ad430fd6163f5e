package sensorium.audio.clap;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import sensorium.nn.Conv2d;
import sensorium.nn.LayerNorm;
import sensorium.nn.Module;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.op.Primitive.Window;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * Tokens of a spectrogram that is a picture. With fusion it comes four times: the whole, squeezed in time, and three parts of it at full
 * resolution, which are fused into the tokens of the whole.
 *
 * @param projection of the patches of the whole
 * @param norm or null
 * @param parts of the patches of a part, three times as wide, so that three parts are as wide as the whole; null without fusion
 * @param fusion null without fusion
 */
record SpectrogramPatches(Conv2d projection, LayerNorm norm, Conv2d parts, AttentionalFusion fusion) implements Module {
    private static final int PARTS = 3;

    /**
     * @param channels of a spectrogram
     * @param inner channels inside the fusion, 0 without
     * @param normed whether tokens are normalised
     */
    record Config(int channels, int width, int height, int columns, int stepY, int stepX, int inner, boolean normed) {
        int rows(int extent) {
            return (extent + 2 * padY() - height) / stepY + 1;
        }

        int columns(int extent) {
            return (extent + 2 * padX() - columns) / stepX + 1;
        }

        int padY() {
            return (height - stepY) / 2;
        }

        int padX() {
            return (columns - stepX) / 2;
        }
    }

    static SpectrogramPatches of(Weights w, Config c, double eps) {
        boolean fuses = c.inner > 0;
        return new SpectrogramPatches(
                Conv2d.of(
                        w.at("projection"),
                        c.channels,
                        c.width,
                        c.height,
                        c.columns,
                        new Window(c.stepY, c.stepX, c.padY(), c.padX(), 1, 1, 1),
                        true),
                c.normed ? LayerNorm.of(w.at("norm"), c.width, eps) : null,
                fuses
                        ? Conv2d.of(
                                w.at("parts"),
                                c.channels,
                                c.width,
                                c.height,
                                PARTS * c.columns,
                                new Window(c.stepY, PARTS * c.stepX, c.padY(), c.padX(), 1, 1, 1),
                                true)
                        : null,
                fuses ? AttentionalFusion.of(w.at("fusion"), c.width, c.inner) : null);
    }

    /**
     * @param pictures (B, C, side, side); with fusion (B, 4, side, side), the whole first
     * @param longer (B) BOOL, which of them are longer than the model hears at once, so that their parts tell more; not read without
     *     fusion
     * @return (B, rows·columns, D), row by row
     */
    Tensor forward(Tensor pictures, Tensor longer) {
        Tensor map = fusion == null ? projection.forward(pictures) : fused(pictures, longer);
        Tensor tokens = map.flatten(2, 4).t();
        return Trace.note(this, norm == null ? tokens : norm.forward(tokens));
    }

    private Tensor fused(Tensor pictures, Tensor longer) {
        Tensor whole = projection.forward(pictures.slice(1, 0, 1)); // (B, D, h, w)
        long[] chosen = LongStream.range(0, whole.dim(0)).toArray();
        long[] flags = longer.to(DType.I64).toLongs();
        long[] rows = Arrays.stream(chosen).filter(i -> flags[(int) i] != 0).toArray();
        if (rows.length == 0) {
            return whole;
        }
        Tensor some = Tensor.of(whole, rows);
        Tensor each = pictures.slice(1, 1, 1 + PARTS)
                .indexSelect(0, some)
                .reshape(rows.length * PARTS, 1, pictures.dim(2), pictures.dim(3));
        Tensor seen = parts.forward(each); // (n·3, D, h, w/3)
        Tensor beside = seen.reshape(rows.length, PARTS, seen.dim(1), seen.dim(2), seen.dim(3))
                .permute(0, 2, 3, 1, 4)
                .reshape(rows.length, seen.dim(1), seen.dim(2), PARTS * seen.dim(3))
                .pad(3, 0, whole.dim(3) - PARTS * seen.dim(3), 0);
        Tensor together = fusion.forward(whole.indexSelect(0, some), beside);
        for (int i = 0; i < rows.length; i++) {
            chosen[(int) rows[i]] = whole.dim(0) + i;
        }
        return Tensor.concat(0, List.of(whole, together)).indexSelect(0, Tensor.of(whole, chosen));
    }
}
