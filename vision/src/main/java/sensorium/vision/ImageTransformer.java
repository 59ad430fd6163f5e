package sensorium.vision;

import java.util.List;
import sensorium.nn.AttentionPool;
import sensorium.nn.Conv2d;
import sensorium.nn.Init;
import sensorium.nn.LayerNorm;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * The pictures' half of a model of pictures and texts, in the ways of CLIP (Radford et al., arXiv 2103.00020) and SigLIP (Zhai et
 * al., arXiv 2303.15343): a vision transformer that makes one vector of a picture.
 *
 * @param patches cuts pictures into patches and maps each to D
 * @param classToken (D), or null
 * @param positions (N, D), of the class token where there is one, then of the patches row by row
 * @param preNorm before the first block, or null
 * @param postNorm after the last block
 * @param pool null where the class token is what is pooled
 */
public record ImageTransformer(
        Conv2d patches,
        Parameter classToken,
        Parameter positions,
        LayerNorm preNorm,
        Transformer transformer,
        LayerNorm postNorm,
        AttentionPool pool,
        Config config)
        implements Module {

    /** How patches become one vector. */
    public enum Style {
        /** CLIP's: a class token; patches without a bias; norms before the blocks and, of the class token alone, after them. */
        CLASS_TOKEN,
        /** SigLIP's: a learned probe attends to the patches. */
        ATTENTION
    }

    /**
     * @param channels of the pictures
     * @param side of the pictures, in pixels
     * @param patch side of a patch, in pixels
     * @param transformer without positions and without a norm after the last block
     */
    public record Config(int channels, int side, int patch, Style style, TransformerConfig transformer) {
        /** Patches in a row, and in a column. */
        int grid() {
            return side / patch;
        }
    }

    public static ImageTransformer of(Weights w, Config c) {
        int width = c.transformer.width();
        double eps = c.transformer.norm().eps();
        boolean token = c.style == Style.CLASS_TOKEN;
        Init small = new Init.Normal(0.02);
        return new ImageTransformer(
                Conv2d.of(w.at("patches"), c.channels, width, c.patch, c.patch, 0, !token),
                token ? w.parameter("classToken", small, width) : null,
                w.parameter("positions", small, (token ? 1 : 0) + c.grid() * c.grid(), width),
                token ? LayerNorm.of(w.at("preNorm"), width, eps) : null,
                Transformer.of(w.at("transformer"), c.transformer),
                LayerNorm.of(w.at("postNorm"), width, eps),
                token ? null : AttentionPool.of(w.at("pool"), c.transformer),
                c);
    }

    /** Pixels (B, C, side, side), as the preprocessing leaves them, → one vector each (B, D). */
    public Tensor forward(Tensor pixels) {
        return pooled(tokens(pixels));
    }

    /** What the reference calls the last hidden state, (B, N, D): after the last norm, but for CLIP's before it. */
    public Tensor tokens(Tensor pixels) {
        if (pixels.rank() != 4
                || pixels.dim(1) != config.channels
                || pixels.dim(2) != config.side
                || pixels.dim(3) != config.side) {
            throw new ShapeException("[image transformer] " + pixels + " is no batch of pictures of " + config.channels
                    + " channels, " + config.side + " pixels wide and high");
        }
        Tensor cut = patches.forward(pixels); // (B, D, h, w)
        Tensor tokens = Trace.note(this, "tokens", cut.flatten(2, 4).t()); // (B, h·w, D)
        if (classToken != null) {
            Tensor first = classToken.value().expand(tokens.dim(0), 1, tokens.dim(2));
            tokens = Tensor.concat(1, List.of(first, tokens));
        }
        tokens = Trace.note(this, "embeddings", tokens.plus(positions.value()));
        Tensor seen = transformer.forward(preNorm == null ? tokens : preNorm.forward(tokens));
        Tensor encoded = Trace.note(this, "encoded", seen);
        return pool == null ? encoded : postNorm.forward(encoded);
    }

    /** Of {@link #tokens}: (B, N, D) → (B, D). */
    public Tensor pooled(Tensor tokens) {
        return pool == null ? postNorm.forward(tokens.select(1, 0)) : pool.forward(tokens, null);
    }
}
