package sensorium.diffusion;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.nn.Activation;
import sensorium.nn.Attention;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.DiffusersFolder;
import sensorium.nn.GridPositions;
import sensorium.nn.Mlp;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.Norm;
import sensorium.nn.ParityCase;
import sensorium.nn.PublishedFolder;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Modulation;
import sensorium.nn.WeightNames;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Transformer2DModel} with adaptive norms of Hugging Face diffusers, the class that DiT checkpoints name, and {@code
 * DiTTransformer2DModel}, which it has been called since.
 */
public final class DiffusersDit {
    /** How their checkpoints store a {@link Dit}. */
    public static final CheckpointFormat FORMAT = CheckpointFormat.of(names());

    private static final String CLASS = "Transformer2DModel";
    private static final String PRESENT = "DiTTransformer2DModel";

    private static final int LARGEST = 1 << 16;
    /** Where tokens stand, which no checkpoint stores. */
    private static final String TABLE = "trace.pos_embed.table";

    private static final double OUTER_EPS = 1e-6;
    /** What timesteps become first, whatever the configuration says. */
    private static final TimestepEmbedding.Config TIMESTEPS =
            new TimestepEmbedding.Config(256, true, 1, Activation.SILU);

    private DiffusersDit() {}

    private static WeightNames names() {
        String block = "transformer.blocks.*";
        String theirs = "transformer_blocks.*";
        List<String> pairs = new ArrayList<>(List.of(
                "patches.projection",
                "pos_embed.proj",
                "tokens",
                "pos_embed",
                "conditions.*",
                theirs + ".norm1.emb",
                "conditions.*.time.linear1",
                theirs + ".norm1.emb.timestep_embedder.linear_1",
                "conditions.*.time.linear2",
                theirs + ".norm1.emb.timestep_embedder.linear_2",
                "conditions.*.labels",
                theirs + ".norm1.emb.class_embedder.embedding_table",
                block,
                theirs,
                block + ".norm1",
                theirs + ".norm1.norm",
                block + ".adapted",
                theirs + ".norm1"));
        pairs.addAll(List.of(
                block + ".modulation",
                theirs + ".norm1.linear",
                block + ".attention",
                theirs + ".attn1",
                block + ".norm2",
                theirs + ".norm3",
                block + ".mlp",
                theirs + ".ff",
                block + ".mlp.up",
                theirs + ".ff.net.0.proj",
                block + ".mlp.down",
                theirs + ".ff.net.2",
                "transformer.norm",
                "norm_out",
                "transformer.modulation",
                "proj_out_1",
                "output",
                "proj_out_2"));
        DiffusersFolder.addAttention(pairs, block + ".attention", theirs + ".attn1");
        return WeightNames.of(pairs);
    }

    /**
     * The model of a folder with {@code config.json} and {@code diffusion_pytorch_model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static Dit load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        DitConfig config = folder.config(DiffusersDit::config, CLASS, PRESENT);
        return folder.load(FORMAT, w -> Dit.of(w, config));
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Dit model, Path target, Optional<PublishedFolder> from) {
        DitConfig c = model.config();
        String kind = from.map(PublishedFolder::kind).orElse(CLASS);
        var settings = new PublishedFolder.Settings<>(settings(c, kind), c, DiffusersDit::config);
        PublishedFolder.save(model, FORMAT, settings, target, from);
    }

    private static ObjectNode settings(DitConfig c, String kind) {
        TransformerConfig t = c.transformer();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("_class_name", kind);
        json.put("norm_type", "ada_norm_zero");
        json.put("norm_elementwise_affine", false);
        json.put("attention_bias", t.attention().biases().query());
        json.put("num_attention_heads", t.attention().heads());
        json.put("attention_head_dim", t.attention().headWidth());
        json.put("num_layers", t.depth());
        json.put("norm_eps", t.norm().eps());
        json.put("activation_fn", t.mlp().activation() == Activation.GELU ? "gelu" : "gelu-approximate");
        json.put("in_channels", c.in());
        json.put("out_channels", c.out());
        json.put("sample_size", c.side());
        json.put("patch_size", c.patch());
        json.put("num_embeds_ada_norm", c.classes() - 1);
        return json;
    }

    /**
     * For recordings of one step.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        Dit model = load(folder);
        DitConfig c = model.config();
        List<ModelInput> inputs = List.of(
                ModelInput.numbers("input.hidden_states", Axis.any("B"), Axis.of(c.in()), Axis.any("H"), Axis.any("W")),
                ModelInput.either("input.timestep", Axis.any("B")),
                ModelInput.ids("input.class_labels", c.classes(), Axis.any("B")));
        ParityCase plain = ParityCase.traced(model, FORMAT.names(), inputs, 3e-4, 3e-5, (in, results) -> {
            if (model.positions() instanceof GridPositions.Sinusoidal grid) {
                results.accept(TABLE, grid.table());
            }
            Tensor sample = model.forward(
                    in.get("input.hidden_states"),
                    in.get("input.timestep"),
                    Conditioning.ofClasses(in.get("input.class_labels")));
            results.accept("output.sample", sample);
        });
        return plain.within(
                name -> name.equals(TABLE) ? 1e-6 : plain.tolerance().applyAsDouble(name));
    }

    private static DitConfig config(ModelConfigFile file) {
        boolean present = file.className().equals(PRESENT);
        if (!file.text("norm_type", present ? "ada_norm_zero" : "layer_norm").equals("ada_norm_zero")) {
            throw file.fault("norm_type", "is not \"ada_norm_zero\", which alone is known here");
        }
        file.require("attention_type", "default");
        file.require("dropout", 0);
        if (file.flag("norm_elementwise_affine", !present)) {
            throw file.fault("norm_elementwise_affine", "is true; with ada_norm_zero only false is known here");
        }
        boolean bias = file.flag("attention_bias", present);
        int heads = file.integer("num_attention_heads", 16, LARGEST);
        int width = heads * file.integer("attention_head_dim", present ? 72 : 88, LARGEST);
        int depth = file.integer("num_layers", present ? 28 : 1, 1024);
        file.ignore("upcast_attention"); // arithmetic is never narrower than F32 here
        file.ignore("norm_num_groups"); // of inputs that are not patches
        var transformer = TransformerConfig.of(width, depth, heads)
                .with(Attention.Config.of(width, heads).with(new Attention.Biases(bias, bias, bias, true)))
                .with(Mlp.Config.of(4 * width, activation(file)))
                .with(new Norm.Config(Norm.Kind.LAYER, file.number("norm_eps", 1e-5)))
                .with(new Modulation(width, true, Activation.SILU, false, true, OUTER_EPS));
        int channels = file.integer("in_channels", 4, LARGEST);
        return new DitConfig(
                channels,
                file.integer("out_channels", channels, LARGEST),
                file.integer("sample_size", 32, LARGEST),
                file.integer("patch_size", 2, LARGEST),
                width,
                GridPositions.Kind.SINUSOIDAL_COLUMNS_FIRST,
                TIMESTEPS,
                file.integer("num_embeds_ada_norm", 1000, LARGEST) + 1,
                0,
                depth,
                transformer);
    }

    /** These two have names of their own. */
    private static Activation activation(ModelConfigFile file) {
        String name = file.text("activation_fn", file.className().equals(PRESENT) ? "gelu-approximate" : "geglu");
        return switch (name) {
            case "gelu-approximate" -> Activation.GELU_TANH;
            case "gelu" -> Activation.GELU;
            default -> throw file.fault("activation_fn", "is \"" + name + "\"; known are gelu and gelu-approximate");
        };
    }
}
