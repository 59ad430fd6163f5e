package sensorium.vision;

import java.util.List;
import sensorium.memory.Scope;
import sensorium.nn.GridPositions;
import sensorium.nn.GridPositions.Resizing;
import sensorium.nn.Init;
import sensorium.nn.Linear;
import sensorium.nn.Parameter;
import sensorium.nn.Patches;
import sensorium.nn.Trace;
import sensorium.nn.Transformer;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/**
 * DINOv2 (Oquab et al., arXiv 2304.07193): features of pictures that were learned without labels, of the whole and of each patch.
 * With registers (Darcet et al., arXiv 2309.16588) there are tokens besides for what belongs to no patch.
 *
 * @param classToken (1, 1, D)
 * @param maskToken (1, D), stands for hidden patches while such a model is trained; null where a checkpoint has none
 * @param registers (1, R, D), tokens without a place, or null
 * @param positions of the class token and the patches
 * @param head (2·D → classes) of the class token beside the patches' mean, or null
 */
public record Dinov2(
        Patches patches,
        Parameter classToken,
        Parameter maskToken,
        Parameter registers,
        GridPositions.Learned positions,
        Transformer transformer,
        Linear head,
        Config config)
        implements PictureClassifier {

    /**
     * @param registers how many, 0 for none
     * @param masks whether there is a token for hidden patches
     * @param resizing of the positions, for pictures of another size than they were learned for
     * @param transformer without positions of its own
     * @param labels of the classes in order, none where none are told apart
     */
    public record Config(
            Patches.Config patches,
            int registers,
            boolean masks,
            Resizing resizing,
            TransformerConfig transformer,
            List<String> labels) {
        public Config {
            labels = List.copyOf(labels);
        }
    }

    public static Dinov2 of(Weights w, Config c) {
        int width = c.transformer.width();
        Patches.Config p = c.patches;
        Init small = new Init.Normal(0.02);
        return new Dinov2(
                Patches.of(w.at("patches"), width, p),
                w.parameter("classToken", small, 1, 1, width),
                c.masks ? w.parameter("maskToken", Init.zeros(), 1, width) : null,
                c.registers > 0 ? w.parameter("registers", small, 1, c.registers, width) : null,
                GridPositions.Learned.of(w.at("positions"), 1, p.rows(p.height()), p.columns(p.width()), width),
                Transformer.of(w.at("transformer"), c.transformer),
                c.labels.isEmpty() ? null : Linear.of(w.at("head"), 2 * width, c.labels.size(), true),
                c);
    }

    @Override
    public List<String> labels() {
        return config.labels;
    }

    /** Pixels (B, C, H, W) of any size → tokens (B, 1 + R + rows·columns, D): the class token's, registers', patches' row by row. */
    public Tensor tokens(Tensor pixels) {
        return Scope.tidy("dinov2", () -> transformer.forward(embeddings(pixels, config.resizing)));
    }

    /** What enters the transformer, of the same shape. */
    Tensor embeddings(Tensor pixels, Resizing resizing) {
        Tensor seen = patches.forward(pixels); // (B, N, D)
        int batch = seen.dim(0);
        int width = seen.dim(2);
        Tensor first = classToken.value().expand(batch, 1, width);
        Tensor tokens = positions.add(
                Tensor.concat(1, List.of(first, seen)),
                config.patches.rows(pixels.dim(2)),
                config.patches.columns(pixels.dim(3)),
                resizing);
        if (registers != null) {
            // They have no place, hence after the positions.
            tokens = Tensor.concat(
                    1,
                    List.of(
                            tokens.slice(1, 0, 1),
                            registers.value().expand(batch, config.registers, width),
                            tokens.slice(1, 1, tokens.dim(1))));
        }
        return Trace.note(this, "embeddings", tokens);
    }

    /** One vector of the whole picture: tokens (B, N, D) → the class token's (B, D). */
    public Tensor pooled(Tensor tokens) {
        return tokens.select(1, 0);
    }

    /** @throws IllegalStateException if no classes are told apart */
    @Override
    public Tensor forward(Tensor pixels) {
        return Trace.note(this, logits(tokens(pixels)));
    }

    /** Tokens (B, N, D) → (B, classes). */
    Tensor logits(Tensor tokens) {
        if (head == null) {
            throw new IllegalStateException("a model of features tells no classes apart");
        }
        Tensor mean = tokens.slice(1, 1 + config.registers, tokens.dim(1)).mean(1);
        return head.forward(Tensor.concat(1, List.of(pooled(tokens), mean)));
    }
}
