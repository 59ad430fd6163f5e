package sensorium.diffusion;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import sensorium.nn.Activation;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.StageConfig;
import sensorium.nn.unet.TimestepEmbedding;

/**
 * A U-Net in full, as published ones need it told. {@link UNetConfig} is what those that are trained here choose of it.
 *
 * @param widths channels of each stage, from the largest map to the smallest
 * @param middle of the smallest map, or null
 * @param up from the smallest map to the largest; each has a residual block more than its counterpart on the way down
 * @param embedding width of what becomes of a timestep
 * @param matrices whether a checkpoint has matrices where transformers have 1×1 convolutions before and behind them
 */
public record UNetLayout(
        int in,
        int out,
        List<Integer> widths,
        List<StageConfig> down,
        StageConfig.Middle middle,
        List<StageConfig> up,
        TimestepEmbedding.Config timesteps,
        TimestepEmbedding.Style style,
        int embedding,
        Told told,
        Ends ends,
        boolean matrices) {

    /** How a class is told. */
    public enum Classes {
        NONE,
        /** By its number in a table. */
        TABLE,
        /** By a number that is embedded as timesteps are, with layers of its own. */
        TIMESTEP,
        /** By what is added as it is. */
        IDENTITY,
        /** By a vector that goes through two layers. */
        LAYERS,
        /** By a vector that goes through one. */
        LAYER
    }

    /**
     * What is added to the embedded timestep, or goes with it.
     *
     * @param classWidth rows of the table, or width of the vector; 0 where neither is there
     * @param beside whether the class stands beside the timestep instead of being added
     * @param pooled width of the vector of a text that goes through one layer, 0 for none
     * @param texts width of the vector of a text with embedded numbers behind it, that goes through two layers; 0 for none
     * @param numbers that each of those numbers becomes
     * @param context width of a context that a layer brings to what transformers read, 0 for none
     */
    public record Told(
            Classes classes, int classWidth, boolean beside, int pooled, int texts, int numbers, int context) {}

    /**
     * Where the picture goes in and the prediction comes out.
     *
     * @param inKernel side of the first convolution's kernel, odd
     * @param outKernel of the last one's
     * @param centred whether pixels come from 0 to 1 and are brought to −1 to 1 first
     * @param perTimestep whether the prediction is divided by the timestep, which is a standard deviation then
     * @param activation before the last convolution
     * @param ofEmbedding of all that is embedded, before the blocks see it
     */
    public record Ends(
            int inKernel,
            int outKernel,
            boolean centred,
            boolean perTimestep,
            Activation activation,
            Activation ofEmbedding) {
        static final Ends USUAL = new Ends(3, 3, false, false, Activation.SILU, Activation.NONE);
    }

    public UNetLayout {
        widths = List.copyOf(widths);
        down = List.copyOf(down);
        up = List.copyOf(up);
        UNetConfig.requireStages(widths, down, up);
        for (int i = 0; i < widths.size(); i++) {
            if (up.get(i).layers() != down.get(widths.size() - 1 - i).layers() + 1) {
                throw new IllegalArgumentException(
                        "[unet] stage " + i + " on the way up has not one block more than on the way down");
            }
        }
    }

    static UNetLayout of(UNetConfig c) {
        return new UNetLayout(
                c.in(),
                c.out(),
                c.widths(),
                StageConfig.convolving(c.down(), c.layers(), c.blocks()),
                new StageConfig.Middle(
                        2, c.blocks().mixer(c.middle(), 1), c.blocks().residual()),
                StageConfig.convolving(c.up(), c.layers() + 1, c.blocks()),
                c.timesteps(),
                TimestepEmbedding.Style.USUAL,
                c.blocks().embedding(),
                new Told(c.classes() > 0 ? Classes.TABLE : Classes.NONE, c.classes(), false, c.pooled(), 0, 0, 0),
                Ends.USUAL,
                false);
    }

    /** What mixes places in each stage that has something that does. */
    Stream<Mixer.Config> mixers() {
        Stream<Mixer.Config> stages = Stream.concat(down.stream(), up.stream()).map(StageConfig::mixer);
        return Stream.concat(stages, Stream.ofNullable(middle).map(StageConfig.Middle::mixer))
                .filter(mixer -> mixer.kind() != Mixer.Kind.NONE);
    }

    /** Whether it attends to a context. */
    public boolean hasContext() {
        return mixers().anyMatch(mixer -> mixer.kind() == Mixer.Kind.TRANSFORMER);
    }

    /** Width of the context that it is given, 0 where it reads none. */
    public int contextWidth() {
        return told.context > 0
                ? told.context
                : mixers().mapToInt(Mixer.Config::contextWidth).max().orElse(0);
    }

    /** Whether it is told nothing but the timestep and, where it reads one, a context. */
    boolean isToldContextOnly() {
        return Objects.equals(told, new Told(Classes.NONE, 0, false, 0, 0, 0, told.context)) && style.guidance() == 0;
    }
}
