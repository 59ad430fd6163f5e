package sensorium.diffusion;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import sensorium.diffusion.UNetLayout.Classes;
import sensorium.diffusion.UNetLayout.Ends;
import sensorium.diffusion.UNetLayout.Told;
import sensorium.nn.Activation;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.unet.BlockConfig.Heads;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.ResidualConfig;
import sensorium.nn.unet.StageConfig;
import sensorium.nn.unet.StageConfig.Middle;
import sensorium.nn.unet.StageConfig.Resizing;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.nn.unet.TimestepEmbedding.Style;
import sensorium.nn.unet.TimestepEmbedding.Waves;

/**
 * The {@code config.json} of {@code UNet2DModel} and {@code UNet2DConditionModel}. What the reference library itself cannot build, or
 * builds of blocks that no {@link UNet} has, is refused by name; {@link DiffusersUNetWriter} writes it.
 */
final class DiffusersUNetSettings {
    static final String PLAIN = "UNet2DModel";
    static final String CONDITIONAL = "UNet2DConditionModel";

    private static final int LARGEST = 1 << 16;
    private static final int DEEPEST = 1 << 10;

    /**
     * What a block's name says.
     *
     * @param residual whether its stage ends in a residual block
     */
    record Block(Mixer.Kind kind, boolean residual) {}

    static final Block NONE = new Block(Mixer.Kind.NONE, false);
    static final Block RESIDUAL = new Block(Mixer.Kind.NONE, true);
    static final Block ATTENTION = new Block(Mixer.Kind.ATTENTION, false);
    static final Block TRANSFORMER = new Block(Mixer.Kind.TRANSFORMER, false);

    static final Map<String, Block> DOWN = Map.of(
            "DownBlock2D", NONE,
            "ResnetDownsampleBlock2D", RESIDUAL,
            "AttnDownBlock2D", ATTENTION,
            "CrossAttnDownBlock2D", TRANSFORMER);
    static final Map<String, Block> UP = Map.of(
            "UpBlock2D", NONE,
            "ResnetUpsampleBlock2D", RESIDUAL,
            "AttnUpBlock2D", ATTENTION,
            "CrossAttnUpBlock2D", TRANSFORMER);

    private final ModelConfigFile file;
    private final boolean conditional;
    private final List<Integer> widths;
    private final List<Block> down;
    private final List<Block> up;
    private final List<Integer> layers;
    private final ResidualConfig blocks;

    private DiffusersUNetSettings(ModelConfigFile file) {
        this.file = file;
        conditional = file.className().equals(CONDITIONAL);
        widths = file.integers("block_out_channels", LARGEST);
        down = stages("down_block_types", DOWN);
        up = stages("up_block_types", UP);
        layers = conditional
                ? file.each("layers_per_block", widths.size(), 2, DEEPEST)
                : Collections.nCopies(widths.size(), file.integer("layers_per_block", 2, DEEPEST));
        blocks = new ResidualConfig(
                file.integer("norm_num_groups", 32, LARGEST),
                file.number("norm_eps", 1e-5),
                embedding() * (conditional && file.flag("class_embeddings_concat", false) ? 2 : 1),
                oneOf("resnet_time_scale_shift", "default", "default", "scale_shift")
                        .equals("scale_shift"),
                file.activation("act_fn", "silu"),
                false,
                file.number("dropout", 0),
                1);
        if (file.isNone("norm_num_groups")) {
            throw file.fault("norm_num_groups", "is null; blocks without norms are not known here");
        }
    }

    /** @throws sensorium.BadInputException if a setting is missing, malformed or unknown */
    static UNetLayout read(ModelConfigFile file) {
        var settings = new DiffusersUNetSettings(file);
        file.ignore("sample_size");
        return settings.conditional ? settings.conditional() : settings.plain();
    }

    private UNetLayout plain() {
        boolean wide = file.isNone("attention_head_dim");
        int width = file.integer("attention_head_dim", 8, LARGEST);
        Heads heads = wide ? Heads.ONE : new Heads(0, width);
        Mixer.Config attention = Mixer.Config.attention(heads, blocks.groups(), blocks.eps(), 1);
        boolean shrinks = isResidual("downsample_type");
        boolean grows = isResidual("upsample_type");
        List<StageConfig> on = new ArrayList<>();
        List<StageConfig> back = new ArrayList<>();
        for (int i = 0; i < widths.size(); i++) {
            on.add(stage(down.get(i), layers.get(i), attention, corner(), shrinks));
            back.add(stage(up.get(i), layers.get(i) + 1, attention, Resizing.CONVOLUTION, grows));
        }
        requireNoWider(wide ? 1 : width);
        return layout(
                on,
                plainMiddle(heads),
                back,
                style(),
                new Ends(
                        3,
                        3,
                        file.flag("center_input_sample", false),
                        waves() == Waves.FOURIER_OF_LOGARITHM,
                        Activation.SILU,
                        Activation.NONE));
    }

    private Middle plainMiddle(Heads heads) {
        boolean attends = file.flag("add_attention", true);
        double scale = scale("mid_block_scale_factor");
        // Where the blocks scale and shift there is a norm before the attention only if its groups are given.
        int groups = file.integer("attn_norm_num_groups", blocks.scaleShift() ? 0 : blocks.groups(), LARGEST);
        if (middle("UNetMidBlock2D", "UNetMidBlock2D") == null) {
            return null;
        }
        return new Middle(
                2,
                attends ? Mixer.Config.attention(heads, groups, blocks.eps(), scale) : Mixer.Config.NONE,
                blocks.over(scale));
    }

    private UNetLayout conditional() {
        refuseWhatNoBlockHas();
        int n = widths.size();
        // What they call the width of a head is the number of heads, but where it is said of "AttnDownBlock2D".
        List<Integer> heads = file.each("attention_head_dim", n, 8, LARGEST);
        List<Integer> contexts = file.each("cross_attention_dim", n, 1280, LARGEST);
        List<Boolean> only = file.eachFlag("only_cross_attention", n, false);
        List<Integer> more = layers.reversed().stream().map(l -> l + 1).toList();
        List<List<Integer>> depths = depths();
        List<List<Integer>> back = file.has("reverse_transformer_layers_per_block")
                ? file.eachOfEach("reverse_transformer_layers_per_block", more, 1, DEEPEST)
                : grown(depths.reversed(), more);
        List<StageConfig> on = new ArrayList<>();
        List<StageConfig> homewards = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int mirrored = n - 1 - i;
            on.add(conditionalStage(
                    down.get(i),
                    layers.get(i),
                    transformer(heads.get(i), contexts.get(i), depths.get(i), only.get(i)),
                    heads.get(i),
                    corner()));
            homewards.add(conditionalStage(
                    up.get(i),
                    more.get(i),
                    transformer(heads.get(mirrored), contexts.get(mirrored), back.get(i), only.get(mirrored)),
                    heads.get(i), // sic: the one list that is not turned round
                    Resizing.CONVOLUTION));
            if (down.get(i).kind() == Mixer.Kind.TRANSFORMER) {
                requireDivides(heads.get(i), widths.get(i));
            }
            if (up.get(i).kind() == Mixer.Kind.TRANSFORMER) {
                requireDivides(heads.get(mirrored), widths.get(mirrored));
            }
        }
        double scale = scale("mid_block_scale_factor");
        String kind = middle("UNetMidBlock2DCrossAttn", "UNetMidBlock2DCrossAttn", "UNetMidBlock2D");
        Middle middle = kind == null
                ? null
                : kind.equals("UNetMidBlock2D")
                        ? new Middle(1, Mixer.Config.NONE, blocks.over(scale))
                        : new Middle(
                                2,
                                transformer(
                                        heads.getLast(),
                                        contexts.getLast(),
                                        depths.getLast().subList(0, 1),
                                        false),
                                blocks.over(scale));
        if (middle != null && middle.layers() == 2) {
            requireDivides(heads.getLast(), widths.getLast());
        }
        // Arithmetic is never narrower than F32 here; the others belong to blocks that are refused, or that are not
        // there.
        file.ignore("upcast_attention", "addition_embed_type_num_heads", "mid_block_only_cross_attention");
        file.ignore("resnet_out_scale_factor", "resnet_skip_time_act");
        return layout(
                on,
                middle,
                homewards,
                style(),
                new Ends(
                        kernel("conv_in_kernel"),
                        kernel("conv_out_kernel"),
                        file.flag("center_input_sample", false),
                        false,
                        blocks.activation(),
                        file.activation("time_embedding_act_fn", "linear")));
    }

    private UNetLayout layout(List<StageConfig> on, Middle middle, List<StageConfig> back, Style style, Ends ends) {
        int first = widths.getFirst();
        int sinusoids = switch (style.waves()) {
            case SINUSOIDS, LEARNED -> first;
            case FOURIER_OF_LOGARITHM -> 2 * first;
            case FOURIER -> embedding();
        };
        boolean cosines = file.flag("flip_sin_to_cos", true);
        var timesteps = new TimestepEmbedding.Config(
                sinusoids,
                style.waves() == Waves.FOURIER_OF_LOGARITHM ? false : cosines,
                file.number("freq_shift", 0),
                conditional ? blocks.activation() : Activation.SILU);
        int channels = conditional ? 4 : 3;
        return new UNetLayout(
                file.integer("in_channels", channels, LARGEST),
                file.integer("out_channels", channels, LARGEST),
                widths,
                on,
                middle,
                back,
                timesteps,
                style,
                embedding(),
                told(),
                ends,
                conditional && file.flag("use_linear_projection", false));
    }

    private Told told() {
        boolean counted = file.has("num_class_embeds");
        int count = file.integer("num_class_embeds", 1, LARGEST);
        int projected = conditional ? file.count("projection_class_embeddings_input_dim", 0, LARGEST) : 0;
        String class_ = !file.has("class_embed_type")
                ? "none"
                : conditional
                        ? oneOf("class_embed_type", "", "timestep", "identity", "projection", "simple_projection")
                        : oneOf("class_embed_type", "", "timestep", "identity");
        Classes classes = switch (class_) {
            case "timestep" -> Classes.TIMESTEP;
            case "identity" -> Classes.IDENTITY;
            case "projection" -> Classes.LAYERS;
            case "simple_projection" -> Classes.LAYER;
            default -> counted ? Classes.TABLE : Classes.NONE;
        };
        boolean layers = classes == Classes.LAYERS || classes == Classes.LAYER;
        boolean texts = conditional
                && file.has("addition_embed_type")
                && oneOf("addition_embed_type", "", "text_time").equals("text_time");
        int numbers = conditional ? file.count("addition_time_embed_dim", 0, LARGEST) : 0;
        if ((layers || texts) && projected == 0) {
            throw file.fault(
                    "projection_class_embeddings_input_dim", "is missing, which is what classes or texts need");
        }
        if (texts && numbers == 0) {
            throw file.fault("addition_time_embed_dim", "is missing, which addition_embed_type \"text_time\" needs");
        }
        return new Told(
                classes,
                classes == Classes.TABLE ? count : layers ? projected : 0,
                classes != Classes.NONE && conditional && file.flag("class_embeddings_concat", false),
                0,
                texts ? projected : 0,
                texts ? numbers : 0,
                conditional ? contextLayer() : 0);
    }

    /** Width of the context before a layer, 0 for none. */
    private int contextLayer() {
        if (file.has("encoder_hid_dim_type")) {
            oneOf("encoder_hid_dim_type", "", "text_proj");
            if (!file.has("encoder_hid_dim")) {
                throw file.fault("encoder_hid_dim", "is missing, which encoder_hid_dim_type needs");
            }
        }
        return file.count("encoder_hid_dim", 0, LARGEST);
    }

    private Waves waves() {
        return switch (conditional
                ? oneOf("time_embedding_type", "positional", "positional", "fourier")
                : oneOf("time_embedding_type", "positional", "positional", "fourier", "learned")) {
            case "fourier" -> conditional ? Waves.FOURIER : Waves.FOURIER_OF_LOGARITHM;
            case "learned" -> Waves.LEARNED;
            default -> Waves.SINUSOIDS;
        };
    }

    private Style style() {
        Waves waves = waves();
        int timesteps = conditional ? 0 : file.count("num_train_timesteps", 0, LARGEST);
        if (waves == Waves.LEARNED && timesteps == 0) {
            throw file.fault("num_train_timesteps", "is missing, which time_embedding_type \"learned\" needs");
        }
        return new Style(
                waves,
                waves == Waves.LEARNED ? timesteps : 0,
                conditional ? file.activation("timestep_post_act", "linear") : Activation.NONE,
                conditional ? file.count("time_cond_proj_dim", 0, LARGEST) : 0);
    }

    /** Width of what becomes of a timestep. */
    private int embedding() {
        int times = conditional && waves() == Waves.FOURIER ? 2 : 4;
        return file.integer("time_embedding_dim", times * widths.getFirst(), LARGEST);
    }

    private void refuseWhatNoBlockHas() {
        if (file.has("num_attention_heads")) {
            throw file.fault(
                    "num_attention_heads",
                    "is there, which the reference library refuses too: attention_head_dim says the number of heads");
        }
        file.require("attention_type", "default");
        file.require("dual_cross_attention", false);
        if (file.has("cross_attention_norm")) {
            throw file.fault("cross_attention_norm", "is there; only null is known here");
        }
    }

    /** Blocks of each transformer on the way down; the middle one has what the last stage's first would have. */
    private List<List<Integer>> depths() {
        return file.eachOfEach("transformer_layers_per_block", layers, 1, DEEPEST);
    }

    /** One more of each, which only lists of equal numbers have. */
    private List<List<Integer>> grown(List<List<Integer>> depths, List<Integer> lengths) {
        List<List<Integer>> all = new ArrayList<>();
        for (int i = 0; i < depths.size(); i++) {
            if (new HashSet<>(depths.get(i)).size() > 1) {
                throw file.fault(
                        "transformer_layers_per_block",
                        "tells blocks of a stage apart, so reverse_transformer_layers_per_block must be there");
            }
            all.add(Collections.nCopies(lengths.get(i), depths.get(i).getFirst()));
        }
        return all;
    }

    private Mixer.Config transformer(int heads, int context, List<Integer> depths, boolean contextOnly) {
        return Mixer.Config.transformer(new Heads(heads, 0), blocks.groups(), context, depths, contextOnly);
    }

    private StageConfig conditionalStage(
            Block block, int count, Mixer.Config transformer, int headWidth, Resizing convolving) {
        boolean attends = block.kind() == Mixer.Kind.ATTENTION;
        Mixer.Config attention = Mixer.Config.attention(new Heads(0, headWidth), blocks.groups(), blocks.eps(), 1);
        return stage(block, count, attends ? attention : transformer, convolving, false);
    }

    /**
     * @param mixer what there is where anything mixes
     * @param convolving how it ends where it does not end in a residual block
     * @param residual whether one with attention ends in a residual block
     */
    private StageConfig stage(Block block, int count, Mixer.Config mixer, Resizing convolving, boolean residual) {
        boolean resizes = block.residual() || residual && block.kind() == Mixer.Kind.ATTENTION;
        return new StageConfig(
                count,
                block.kind() == Mixer.Kind.NONE ? Mixer.Config.NONE : mixer,
                resizes ? Resizing.RESIDUAL : convolving,
                block.residual() && conditional ? resized() : blocks);
    }

    /** These two settings are of such stages only. */
    private ResidualConfig resized() {
        return blocks.over(scale("resnet_out_scale_factor"))
                .withEmbeddingActive(file.flag("resnet_skip_time_act", false));
    }

    private Resizing corner() {
        int padding = file.count("downsample_padding", 1, LARGEST);
        if (padding > 1) {
            throw file.fault("downsample_padding", "is " + padding + "; known are 0 and 1");
        }
        return padding == 1 ? Resizing.CONVOLUTION : Resizing.CONVOLUTION_AT_CORNER;
    }

    private boolean isResidual(String key) {
        return oneOf(key, "conv", "conv", "resnet").equals("resnet");
    }

    private double scale(String key) {
        double scale = file.number(key, 1);
        if (scale == 0) {
            throw file.fault(key, "is 0, by which nothing can be divided");
        }
        return scale;
    }

    private int kernel(String key) {
        int side = file.integer(key, 3, 99);
        if (side % 2 == 0) {
            throw file.fault(key, "is " + side + ", an even number, with which a map would not keep its size");
        }
        return side;
    }

    /** Which of them it is; null where the file says null. */
    private String middle(String absent, String... known) {
        return file.isNone("mid_block_type") ? null : oneOf("mid_block_type", absent, known);
    }

    private String oneOf(String key, String absent, String... known) {
        String found = file.text(key, absent);
        if (!List.of(known).contains(found)) {
            throw file.fault(key, "is \"" + found + "\"; known are " + String.join(", ", known));
        }
        return found;
    }

    private void requireNoWider(int head) {
        for (int i = 0; i < widths.size(); i++) {
            int channels = widths.get(i);
            boolean attends = down.get(i).kind() == Mixer.Kind.ATTENTION
                    || up.get(widths.size() - 1 - i).kind() == Mixer.Kind.ATTENTION;
            if (attends && channels < head) {
                throw file.fault("attention_head_dim", "is " + head + ", more than there are channels: " + channels);
            }
        }
    }

    private void requireDivides(int heads, int channels) {
        if (channels % heads != 0) {
            throw file.fault(
                    "attention_head_dim",
                    "has " + heads + ", which does not divide " + channels + " channels: it is the number of heads");
        }
    }

    private List<Block> stages(String key, Map<String, Block> known) {
        Function<String, Block> find = name -> known.get(name.startsWith("UNetRes") ? name.substring(7) : name);
        List<Block> kinds = new ArrayList<>();
        for (String name : file.texts(key)) {
            Block block = find.apply(name);
            if (block == null || !conditional && block.kind() == Mixer.Kind.TRANSFORMER) {
                throw file.fault(
                        key, "names " + name + "; known are " + String.join(", ", new TreeSet<>(known.keySet())));
            }
            kinds.add(block);
        }
        if (kinds.size() != widths.size()) {
            throw file.fault(key, "names " + kinds.size() + " stages, block_out_channels " + widths.size());
        }
        return kinds;
    }
}
