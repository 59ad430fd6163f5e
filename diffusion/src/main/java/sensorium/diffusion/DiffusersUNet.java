package sensorium.diffusion;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sensorium.nn.Activation;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.DiffusersFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ParityCase;
import sensorium.nn.PublishedFolder;
import sensorium.nn.WeightNames;
import sensorium.nn.unet.BlockConfig;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code UNet2DModel} and {@code UNet2DConditionModel} of Hugging Face diffusers: their settings, their names for our weights. */
public final class DiffusersUNet {
    /** How their checkpoints store a {@link UNet}. */
    public static final CheckpointFormat FORMAT =
            CheckpointFormat.of(names(), DiffusersFolder.OLD_ATTENTION, DiffusersFolder.GATED_MLPS);

    private static final int LARGEST = 1 << 16;
    private static final String PLAIN = "UNet2DModel";
    private static final String CONDITIONAL = "UNet2DConditionModel";

    private static final Map<String, Mixer.Kind> PLAIN_DOWN =
            Map.of("DownBlock2D", Mixer.Kind.NONE, "AttnDownBlock2D", Mixer.Kind.ATTENTION);
    private static final Map<String, Mixer.Kind> PLAIN_UP =
            Map.of("UpBlock2D", Mixer.Kind.NONE, "AttnUpBlock2D", Mixer.Kind.ATTENTION);
    private static final Map<String, Mixer.Kind> CONDITIONAL_DOWN =
            Map.of("DownBlock2D", Mixer.Kind.NONE, "CrossAttnDownBlock2D", Mixer.Kind.TRANSFORMER);
    private static final Map<String, Mixer.Kind> CONDITIONAL_UP =
            Map.of("UpBlock2D", Mixer.Kind.NONE, "CrossAttnUpBlock2D", Mixer.Kind.TRANSFORMER);

    private DiffusersUNet() {}

    private static WeightNames names() {
        List<String> pairs = new ArrayList<>(List.of(
                "time", "time_embedding",
                "time.sinusoids", "time_proj",
                "time.linear1", "time_embedding.linear_1",
                "time.linear2", "time_embedding.linear_2",
                "labels", "class_embedding",
                "input", "conv_in",
                "norm", "conv_norm_out",
                "output", "conv_out"));
        DiffusersFolder.addStages(pairs, "", "");
        return WeightNames.of(pairs);
    }

    /**
     * The model of a folder with {@code config.json} and {@code diffusion_pytorch_model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static UNet load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        UNetConfig config = folder.config(DiffusersUNet::config, PLAIN, CONDITIONAL);
        return folder.load(FORMAT, w -> UNet.of(w, config));
    }

    private static UNetConfig config(ModelConfigFile file) {
        return file.className().equals(PLAIN) ? plain(file) : conditional(file);
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(UNet model, Path target, Optional<PublishedFolder> from) {
        UNetConfig c = model.config();
        var settings = new PublishedFolder.Settings<>(settings(c), c, DiffusersUNet::config);
        PublishedFolder.save(model, FORMAT, settings, target, from);
    }

    private static ObjectNode settings(UNetConfig c) {
        boolean conditional = c.blocks().contextWidth() > 0;
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("_class_name", conditional ? CONDITIONAL : PLAIN);
        json.put("in_channels", c.in());
        json.put("out_channels", c.out());
        json.put("layers_per_block", c.layers());
        c.widths().forEach(json.putArray("block_out_channels")::add);
        write(c.down(), conditional ? CONDITIONAL_DOWN : PLAIN_DOWN, json.putArray("down_block_types"));
        write(c.up(), conditional ? CONDITIONAL_UP : PLAIN_UP, json.putArray("up_block_types"));
        json.put("norm_num_groups", c.blocks().groups());
        json.put("norm_eps", c.blocks().eps());
        json.put("resnet_time_scale_shift", c.blocks().scaleShift() ? "scale_shift" : "default");
        json.put("flip_sin_to_cos", c.timesteps().cosinesFirst());
        json.put("freq_shift", c.timesteps().shift());
        json.put("num_class_embeds", c.classes() == 0 ? null : c.classes());
        if (conditional) {
            json.put("attention_head_dim", c.blocks().heads().count());
            json.put("cross_attention_dim", c.blocks().contextWidth());
        } else {
            json.put("attention_head_dim", c.blocks().heads().width());
            json.put("add_attention", c.middle() == Mixer.Kind.ATTENTION);
        }
        return json;
    }

    private static void write(List<Mixer.Kind> stages, Map<String, Mixer.Kind> known, ArrayNode json) {
        for (Mixer.Kind stage : stages) {
            json.add(known.entrySet().stream()
                    .filter(e -> e.getValue() == stage)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no such UNet mixes places by " + stage)));
        }
    }

    /**
     * For recordings of one step, with classes or with a context.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        UNet model = load(folder);
        boolean conditional = model.config().blocks().contextWidth() > 0;
        // Intermediates of the conditional one differ by more from the reference's own in double precision; outputs do
        // not.
        return ParityCase.traced(model, FORMAT.names(), conditional ? 5e-4 : 3e-5, 3e-5, (in, results) -> {
            Tensor sample = model.forward(
                    in.get("input.sample"),
                    in.get("input.timestep"),
                    new Conditioning(
                            model.config().classes() > 0 ? in.get("input.class_labels") : null,
                            null,
                            conditional ? in.get("input.encoder_hidden_states") : null));
            results.accept("output.sample", sample);
        });
    }

    private static UNetConfig plain(ModelConfigFile file) {
        file.require("time_embedding_type", "positional");
        file.require("downsample_type", "conv");
        file.require("upsample_type", "conv");
        file.ignore("sample_size", "num_train_timesteps");
        int headWidth = file.integer("attention_head_dim", 8, LARGEST);
        boolean attends = file.flag("add_attention", true);
        return common(
                file,
                stages(file, "down_block_types", PLAIN_DOWN),
                attends ? Mixer.Kind.ATTENTION : Mixer.Kind.NONE,
                stages(file, "up_block_types", PLAIN_UP),
                new BlockConfig.Heads(0, headWidth),
                0);
    }

    private static UNetConfig conditional(ModelConfigFile file) {
        file.require("mid_block_type", "UNetMidBlock2DCrossAttn");
        file.require("time_embedding_type", "positional");
        file.require("transformer_layers_per_block", 1);
        file.require("conv_in_kernel", 3);
        file.require("conv_out_kernel", 3);
        file.require("resnet_out_scale_factor", 1);
        file.require("attention_type", "default");
        file.ignore("sample_size", "addition_embed_type_num_heads");
        // What they call the width of a head is the number of heads.
        int heads = file.integer("attention_head_dim", 8, LARGEST);
        return common(
                file,
                stages(file, "down_block_types", CONDITIONAL_DOWN),
                Mixer.Kind.TRANSFORMER,
                stages(file, "up_block_types", CONDITIONAL_UP),
                new BlockConfig.Heads(heads, 0),
                file.integer("cross_attention_dim", 1280, LARGEST));
    }

    private static UNetConfig common(
            ModelConfigFile file,
            List<Mixer.Kind> down,
            Mixer.Kind middle,
            List<Mixer.Kind> up,
            BlockConfig.Heads heads,
            int contextWidth) {
        file.require("act_fn", "silu");
        file.require("mid_block_scale_factor", 1);
        file.require("downsample_padding", 1);
        file.require("dropout", 0);
        List<Integer> widths = file.integers("block_out_channels", LARGEST);
        int first = widths.getFirst();
        String shift = file.text("resnet_time_scale_shift", "default");
        if (!shift.equals("default") && !shift.equals("scale_shift")) {
            throw file.fault("resnet_time_scale_shift", "is \"" + shift + "\"; known are default and scale_shift");
        }
        var blocks = new BlockConfig(
                file.integer("norm_num_groups", 32, LARGEST),
                file.number("norm_eps", 1e-5),
                4 * first,
                shift.equals("scale_shift"),
                heads,
                contextWidth);
        var timesteps = new TimestepEmbedding.Config(
                first, file.flag("flip_sin_to_cos", true), file.number("freq_shift", 0), Activation.SILU);
        int channels = file.integer("in_channels", 3, LARGEST);
        return new UNetConfig(
                channels,
                file.integer("out_channels", channels, LARGEST),
                widths,
                file.integer("layers_per_block", 2, LARGEST),
                down,
                middle,
                up,
                timesteps,
                file.has("num_class_embeds") ? file.integer("num_class_embeds", 1, LARGEST) : 0,
                0,
                blocks);
    }

    private static List<Mixer.Kind> stages(ModelConfigFile file, String key, Map<String, Mixer.Kind> known) {
        List<Mixer.Kind> kinds = new ArrayList<>();
        for (String name : file.texts(key)) {
            Mixer.Kind kind = known.get(name);
            if (kind == null) {
                throw file.fault(key, "names " + name + "; known are " + String.join(", ", known.keySet()));
            }
            kinds.add(kind);
        }
        return kinds;
    }
}
