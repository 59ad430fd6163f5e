package sensorium.nn.unet;

import java.util.List;
import sensorium.nn.Module;
import sensorium.tensor.Tensor;

/** What lets the places of a map see one another. */
public sealed interface Mixer extends Module permits PixelAttention, SpatialTransformer {
    /** Which of them the blocks of a stage have. */
    enum Kind {
        NONE,
        ATTENTION,
        /** Attention to the map itself, then to a context. */
        TRANSFORMER
    }

    /**
     * The mixers of a stage.
     *
     * @param groups of the norm before it, 0 for no norm
     * @param eps of that norm
     * @param divisor of an attention's sum with the map
     * @param contextWidth width of a context's tokens
     * @param depths blocks of each transformer
     * @param contextOnly whether a transformer's first attention is to the context too
     */
    record Config(
            Kind kind,
            BlockConfig.Heads heads,
            int groups,
            double eps,
            double divisor,
            int contextWidth,
            List<Integer> depths,
            boolean contextOnly) {
        /** Nothing. */
        public static final Config NONE = new Config(Kind.NONE, BlockConfig.Heads.ONE, 0, 0, 1, 0, List.of(), false);

        public Config {
            depths = List.copyOf(depths);
        }

        public static Config attention(BlockConfig.Heads heads, int groups, double eps, double divisor) {
            return new Config(Kind.ATTENTION, heads, groups, eps, divisor, 0, List.of(), false);
        }

        public static Config transformer(
                BlockConfig.Heads heads, int groups, int contextWidth, List<Integer> depths, boolean contextOnly) {
            return new Config(
                    Kind.TRANSFORMER, heads, groups, SpatialTransformer.EPS, 1, contextWidth, depths, contextOnly);
        }
    }

    /**
     * (N, C, H, W) → (N, C, H, W).
     *
     * @param context (N, S, context width), not read by those that don't attend to one
     */
    Tensor forward(Tensor x, Tensor context);
}
