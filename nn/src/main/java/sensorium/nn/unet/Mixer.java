package sensorium.nn.unet;

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
     * (N, C, H, W) → (N, C, H, W).
     *
     * @param context (N, S, context width), not read by those that don't attend to one
     */
    Tensor forward(Tensor x, Tensor context);
}
