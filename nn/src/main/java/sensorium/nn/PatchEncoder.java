package sensorium.nn;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * The vision transformer (Dosovitskiy et al., arXiv 2010.11929), which also hears: spectrograms are pictures of one channel.
 *
 * @param front learned tokens before the patches, such as a class token, each (1, 1, D)
 */
public record PatchEncoder(
        Patches patches,
        List<Parameter> front,
        GridPositions positions,
        Transformer transformer,
        Pooling pooling,
        Config config)
        implements Module {

    /**
     * @param front number of tokens before the patches: 1 for a class token
     * @param transformer with its own positions NONE: those of the grid are added before
     */
    public record Config(
            Patches.Config patches,
            int front,
            GridPositions.Kind positions,
            Pooling.Kind pooling,
            TransformerConfig transformer) {
        /** A damaged file may ask for any number, and room is made for all of them at once. */
        private static final int MOST_IN_FRONT = 1 << 12;

        public Config {
            if (front < 0 || front > MOST_IN_FRONT) {
                throw new IllegalArgumentException("[patch encoder] there are no " + front + " tokens in front");
            }
            if (front == 0 && pooling == Pooling.Kind.FRONT) {
                throw new IllegalArgumentException("[patch encoder] there is no token in front to pool");
            }
        }

        /** Length of the vector that an input becomes. */
        public int features() {
            return pooling.width(transformer.width());
        }

        /** Tokens for inputs of the size in the configuration, those in front included. */
        public int tokens() {
            return front + patches.rows(patches.height()) * patches.columns(patches.width());
        }
    }

    public static PatchEncoder of(Weights w, Config c) {
        int width = c.transformer.width();
        Patches.Config p = c.patches;
        List<Parameter> front = IntStream.range(0, c.front)
                .mapToObj(i -> w.at("front").parameter(Integer.toString(i), new Init.Normal(0.02), 1, 1, width))
                .toList();
        return new PatchEncoder(
                Patches.of(w.at("patches"), width, p),
                front,
                GridPositions.of(
                        w.at("positions"), c.positions, c.front, p.rows(p.height()), p.columns(p.width()), width),
                Transformer.of(w.at("transformer"), c.transformer),
                Pooling.of(w.at("pooling"), c.pooling, c.front, c.tokens(), c.transformer),
                c);
    }

    /** Inputs (B, C, H, W) → one vector each (B, features). */
    public Tensor forward(Tensor x) {
        return pooling.forward(tokens(x), null);
    }

    /** Inputs (B, C, H, W) → tokens (B, front + rows·columns, D), after the final norm. */
    public Tensor tokens(Tensor x) {
        return Scope.tidy("a patch encoder", () -> {
            Tensor tokens = withFront(patches.forward(x)); // (B, N, D)
            tokens = positions.add(tokens, config.patches.rows(x.dim(2)), config.patches.columns(x.dim(3)));
            return transformer.forward(Trace.note(this, "embeddings", tokens));
        });
    }

    private Tensor withFront(Tensor tokens) {
        if (front.isEmpty()) {
            return tokens;
        }
        Stream<Tensor> first = front.stream().map(p -> p.value().expand(tokens.dim(0), 1, tokens.dim(2)));
        return Tensor.concat(1, Stream.concat(first, Stream.of(tokens)).toList());
    }
}
