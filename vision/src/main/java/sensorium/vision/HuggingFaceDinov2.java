package sensorium.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sensorium.nn.Activation;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.GridPositions.Resizing;
import sensorium.nn.HuggingFaceFolder;
import sensorium.nn.Mlp;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.Norm;
import sensorium.nn.ParityCase;
import sensorium.nn.Patches;
import sensorium.nn.PublishedFolder;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Placement;
import sensorium.nn.TransformerConfig.Residual;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;

/**
 * {@code Dinov2Model} and {@code Dinov2WithRegistersModel} of Hugging Face transformers, and their {@code …ForImageClassification}:
 * their settings, their names for our weights.
 */
public final class HuggingFaceDinov2 {
    /** Its {@code model_type}. */
    public static final String TYPE = "dinov2";

    /** The same of the one with registers. */
    public static final String WITH_REGISTERS = "dinov2_with_registers";

    /** Gate and value of a gated MLP are one matrix. */
    private static final CheckpointFormat.Step GATED_MLPS =
            new CheckpointFormat.Fused(".mlp.weights_in.", ".mlp.weights_in.gate.", ".mlp.weights_in.up.");

    private static final int LARGEST = 1 << 16;

    private HuggingFaceDinov2() {}

    /** A model and what its checkpoint calls its parts. */
    private record Named(Dinov2 model, WeightNames names) {}

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static Dinov2 load(Path folder) {
        return open(folder).model;
    }

    private static Named open(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        // A classifier keeps the model under the name of its type; nothing in the settings tells the two apart for
        // sure.
        String prefix = folder.kind() + ".";
        boolean classifies = folder.weights().names().stream().anyMatch(name -> name.startsWith(prefix));
        Dinov2.Config config = folder.config(file -> config(file, classifies), TYPE, WITH_REGISTERS);
        CheckpointFormat format = format(classifies ? prefix : "", config);
        return new Named(folder.load(format, w -> Dinov2.of(w, config)), format.names());
    }

    private static CheckpointFormat format(String prefix, Dinov2.Config config) {
        return CheckpointFormat.of(names(prefix, config.transformer().mlp().gated()), GATED_MLPS);
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded
     * @throws IllegalArgumentException if the model has another configuration than that folder
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Dinov2 model, Path target, PublishedFolder from) {
        boolean classifies = model.head() != null;
        CheckpointFormat format = format(classifies ? from.kind() + "." : "", model.config());
        from.saveAs(model, format, model.config(), file -> config(file, classifies), target);
    }

    /**
     * @param prefix of everything but the classifier
     * @param gated whether the MLPs are
     */
    private static WeightNames names(String prefix, boolean gated) {
        String block = "transformer.blocks.*";
        String layer = prefix + "encoder.layer.*";
        List<String> pairs = new ArrayList<>(List.of(
                "embeddings", prefix + "embeddings",
                "patches", prefix + "embeddings.patch_embeddings",
                "classToken", prefix + "embeddings.cls_token",
                "maskToken", prefix + "embeddings.mask_token",
                "registers", prefix + "embeddings.register_tokens",
                "positions.table", prefix + "embeddings.position_embeddings",
                "transformer.norm", prefix + "layernorm",
                "head", "classifier"));
        pairs.addAll(List.of(block, layer));
        HuggingFaceFolder.addAttention(pairs, block + ".attention", layer + ".attention", "attention");
        pairs.addAll(List.of(block + ".attention.mixed", layer + ".attention.attention"));
        pairs.addAll(List.of(block + ".scale1", layer + ".layer_scale1.lambda1"));
        pairs.addAll(List.of(block + ".scaled1", layer + ".layer_scale1"));
        pairs.addAll(List.of(block + ".scale2", layer + ".layer_scale2.lambda1"));
        pairs.addAll(List.of(block + ".scaled2", layer + ".layer_scale2"));
        pairs.addAll(List.of(block + ".mlp.up", layer + (gated ? ".mlp.weights_in.up" : ".mlp.fc1")));
        pairs.addAll(List.of(block + ".mlp.hidden", layer + ".mlp.activation"));
        pairs.addAll(List.of(block + ".mlp.gate", layer + ".mlp.weights_in.gate"));
        pairs.addAll(List.of(block + ".mlp.down", layer + (gated ? ".mlp.weights_out" : ".mlp.fc2")));
        return WeightNames.of(pairs);
    }

    private static Dinov2.Config config(ModelConfigFile file, boolean classifies) {
        boolean registered = file.kind().equals(WITH_REGISTERS);
        int side = file.integer("image_size", 224, LARGEST);
        var patches = Patches.Config.of(
                file.integer("num_channels", 3, LARGEST),
                side,
                side,
                file.integer("patch_size", registered ? 16 : 14, side));
        var config = new Dinov2.Config(
                patches,
                registered ? file.count("num_register_tokens", 4, LARGEST) : 0,
                registered || file.flag("use_mask_token", true),
                registered ? Resizing.ANTIALIASED : Resizing.PLAIN,
                transformer(file),
                classifies ? HuggingFaceFolder.labels(file) : List.of());
        // What a backbone gives to other models of each layer.
        file.ignore("out_features", "out_indices", "stage_names", "apply_layernorm", "reshape_hidden_states");
        return config;
    }

    private static TransformerConfig transformer(ModelConfigFile file) {
        double dropout = file.number("hidden_dropout_prob", 0);
        double scale = file.number("layerscale_value", 1);
        TransformerConfig layers = HuggingFaceFolder.layers(file);
        return layers.with(mlp(file, layers.width()))
                .with(new Norm.Config(Norm.Kind.LAYER, file.number("layer_norm_eps", 1e-6)))
                // The factor is stored for every layer, whatever it began with.
                .with(new Residual(
                        Placement.PRE, true, scale > 0 ? scale : 1, file.number("drop_path_rate", 0), dropout));
    }

    private static Mlp.Config mlp(ModelConfigFile file, int width) {
        double hidden = Math.floor(width * file.number("mlp_ratio", 4));
        if (!(hidden >= 1 && hidden <= LARGEST)) {
            throw file.fault("mlp_ratio", "makes the MLPs " + hidden + " wide");
        }
        Activation activation = file.activation("hidden_act", "gelu");
        if (!file.flag("use_swiglu_ffn", false)) {
            return Mlp.Config.of((int) hidden, activation);
        }
        int gated = ((int) (hidden * 2 / 3) + 7) / 8 * 8; // two thirds, rounded up to a multiple of eight
        return new Mlp.Config(gated, Activation.SILU, true, true, 0);
    }

    /**
     * For recordings of pictures, see {@link RecordedPixels}; and of pictures of other sizes, {@code input.size1.pixel_values} and so on,
     * by both published rules of resizing positions.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        Named named = open(folder);
        Dinov2 model = named.model;
        // Positions are resized to pictures of other sizes.
        var pixelValues = ModelInput.numbers(
                "input.pixel_values",
                Axis.any("B"),
                Axis.of(model.config().patches().channels()),
                Axis.any("H"),
                Axis.any("W"));
        return ParityCase.traced(model, named.names, List.of(pixelValues), 2e-5, (in, results) -> {
            // Before the others, which leave the intermediates that are recorded.
            for (int i = 1; in.has("input.size" + i + ".pixel_values"); i++) {
                Tensor sized = in.get("input.size" + i + ".pixel_values");
                for (Resizing how : List.of(model.config().resizing(), Resizing.OFFSET)) {
                    String output = "output.size" + i + (how == Resizing.OFFSET ? "_scale_offset." : ".");
                    Tensor embeddings = model.embeddings(sized, how);
                    results.accept(output + "embeddings", embeddings);
                    results.accept(
                            output + "last_hidden_state", model.transformer().forward(embeddings));
                }
            }
            Tensor tokens = model.tokens(RecordedPixels.of(folder, in, results));
            results.accept("output.last_hidden_state", tokens);
            results.accept("output.pooler_output", model.pooled(tokens));
            if (model.head() != null) {
                results.accept("output.logits", model.logits(tokens));
            }
        });
    }
}
