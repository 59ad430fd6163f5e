package sensorium.diffusion;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sensorium.nn.Activation;
import sensorium.nn.DiffusersFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ParityCase;
import sensorium.nn.WeightNames;
import sensorium.nn.unet.BlockConfig;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.tensor.Tensor;

/** {@code UNet2DModel} and {@code UNet2DConditionModel} of Hugging Face diffusers: their settings, their names for our weights. */
public final class DiffusersUNet {
    /** What their checkpoints call the parts of a {@link UNet}. */
    public static final WeightNames NAMES = names();

    private static final int LARGEST = 1 << 16;
    private static final String PLAIN = "UNet2DModel";
    private static final String CONDITIONAL = "UNet2DConditionModel";

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
    public static UNet load(Path folder) {
        ModelConfigFile file = ModelConfigFile.readDiffusers(folder, PLAIN, CONDITIONAL);
        UNetConfig config = file.className().equals(PLAIN) ? plain(file) : conditional(file);
        return DiffusersFolder.load(folder, NAMES, w -> UNet.of(w, config));
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
        return ParityCase.traced(model, NAMES, conditional ? 5e-4 : 3e-5, 3e-5, (in, results) -> {
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
        Map<String, Mixer.Kind> down = Map.of("DownBlock2D", Mixer.Kind.NONE, "AttnDownBlock2D", Mixer.Kind.ATTENTION);
        Map<String, Mixer.Kind> up = Map.of("UpBlock2D", Mixer.Kind.NONE, "AttnUpBlock2D", Mixer.Kind.ATTENTION);
        int headWidth = file.integer("attention_head_dim", 8, LARGEST);
        boolean attends = file.flag("add_attention", true);
        return common(
                file,
                stages(file, "down_block_types", down),
                attends ? Mixer.Kind.ATTENTION : Mixer.Kind.NONE,
                stages(file, "up_block_types", up),
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
        Map<String, Mixer.Kind> down =
                Map.of("DownBlock2D", Mixer.Kind.NONE, "CrossAttnDownBlock2D", Mixer.Kind.TRANSFORMER);
        Map<String, Mixer.Kind> up = Map.of("UpBlock2D", Mixer.Kind.NONE, "CrossAttnUpBlock2D", Mixer.Kind.TRANSFORMER);
        // What they call the width of a head is the number of heads.
        int heads = file.integer("attention_head_dim", 8, LARGEST);
        return common(
                file,
                stages(file, "down_block_types", down),
                Mixer.Kind.TRANSFORMER,
                stages(file, "up_block_types", up),
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
        var config = new UNetConfig(
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
        file.refuseUnknown();
        return config;
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
