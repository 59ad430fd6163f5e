package sensorium.nn.unet;

import java.util.List;

/**
 * Blocks on maps of one size, on the way down or up.
 *
 * @param layers how many residual blocks
 * @param mixer what mixes places after each
 * @param resizing how the stage ends where another one follows
 */
public record StageConfig(int layers, Mixer.Config mixer, Resizing resizing, ResidualConfig blocks) {

    /** How a map becomes one of the next size. */
    public enum Resizing {
        /** By a convolution that sees zeros all around the map. */
        CONVOLUTION,
        /** On the way down only: zeros on the right and at the bottom. */
        CONVOLUTION_AT_CORNER,
        /** In the middle of a residual block, by means of four pixels or by repeating them. */
        RESIDUAL
    }

    /**
     * The smallest map's.
     *
     * @param layers residual blocks, at least one
     * @param mixer between the first and the second of two, NONE where there is one
     */
    public record Middle(int layers, Mixer.Config mixer, ResidualConfig blocks) {}

    /** Stages that end in convolutions, each with the mixer that is named. */
    public static List<StageConfig> convolving(List<Mixer.Kind> kinds, int layers, BlockConfig c) {
        return kinds.stream()
                .map(kind -> new StageConfig(layers, c.mixer(kind, layers), Resizing.CONVOLUTION, c.residual()))
                .toList();
    }
}
