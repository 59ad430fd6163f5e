package sensorium.vision;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sensorium.io.AtomicFile;
import sensorium.io.Safetensors;
import sensorium.nn.Attention;
import sensorium.nn.GridPositions;
import sensorium.nn.Mlp;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.Norm;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Residual;
import sensorium.nn.WeightNames;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code ViTForImageClassification} of Hugging Face transformers: its settings, its names for our weights. */
public final class HuggingFaceVit {
    /** What their checkpoints call the parts of a {@link Vit}. */
    public static final WeightNames NAMES = WeightNames.of(
            "encoder.embeddings", "vit.embeddings",
            "encoder.front.0", "vit.embeddings.cls_token",
            "encoder.positions.table", "vit.embeddings.position_embeddings",
            "encoder.patches", "vit.embeddings.patch_embeddings",
            "encoder.transformer.blocks.*", "vit.encoder.layer.*",
            "encoder.transformer.blocks.*.norm1", "vit.encoder.layer.*.layernorm_before",
            "encoder.transformer.blocks.*.attention.query", "vit.encoder.layer.*.attention.attention.query",
            "encoder.transformer.blocks.*.attention.key", "vit.encoder.layer.*.attention.attention.key",
            "encoder.transformer.blocks.*.attention.value", "vit.encoder.layer.*.attention.attention.value",
            "encoder.transformer.blocks.*.attention.out", "vit.encoder.layer.*.attention.output.dense",
            "encoder.transformer.blocks.*.norm2", "vit.encoder.layer.*.layernorm_after",
            "encoder.transformer.blocks.*.mlp.up", "vit.encoder.layer.*.intermediate.dense",
            "encoder.transformer.blocks.*.mlp.hidden", "vit.encoder.layer.*.intermediate",
            "encoder.transformer.blocks.*.mlp.down", "vit.encoder.layer.*.output.dense",
            "encoder.transformer.norm", "vit.layernorm",
            "head", "classifier");

    private static final String WEIGHTS = "model.safetensors";
    private static final int LARGEST = 1 << 16;

    private HuggingFaceVit() {}

    /** @throws sensorium.BadInputException if a setting is missing, malformed or unknown */
    static VitConfig config(ModelConfigFile file) {
        int width = file.integer("hidden_size", 768, LARGEST);
        int heads = file.integer("num_attention_heads", 12, LARGEST);
        if (width % heads != 0) {
            throw file.fault("num_attention_heads", "does not divide hidden_size, " + width);
        }
        boolean bias = file.flag("qkv_bias", true);
        TransformerConfig transformer = TransformerConfig.of(width, file.integer("num_hidden_layers", 12, 1024), heads)
                .with(new Attention.Config(
                        heads,
                        width / heads,
                        1 / Math.sqrt((double) width / heads),
                        new Attention.Biases(bias, bias, bias, true),
                        file.number("attention_probs_dropout_prob", 0)))
                .with(Mlp.Config.of(
                        file.integer("intermediate_size", 3072, LARGEST), file.activation("hidden_act", "gelu")))
                .with(new Norm.Config(Norm.Kind.LAYER, file.number("layer_norm_eps", 1e-12)))
                .with(Residual.PRE_NORM.dropping(file.number("hidden_dropout_prob", 0), 0));
        int side = file.integer("image_size", 224, LARGEST);
        var patches = Patches.Config.of(
                file.integer("num_channels", 3, LARGEST), side, side, file.integer("patch_size", 16, side));
        List<String> labels = new ArrayList<>(file.labels());
        while (file.labels().isEmpty() && labels.size() < 2) {
            labels.add("LABEL_" + labels.size()); // their default
        }
        // Masked pictures and the pooler are not part of the classifier.
        file.ignore("encoder_stride", "pooler_act", "pooler_output_size");
        file.refuseUnknown();
        return new VitConfig(
                new PatchEncoder.Config(patches, 1, GridPositions.Kind.LEARNED, Pooling.Kind.FRONT, transformer),
                labels);
    }

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static Vit load(Path folder) {
        VitConfig config = config(ModelConfigFile.read(folder, "vit"));
        Path file = folder.resolve(WEIGHTS);
        Safetensors stored = Safetensors.open(file);
        return Weights.load(stored::tensor, stored.names(), file.toString(), NAMES::theirs, w -> Vit.of(w, config));
    }

    /**
     * Writes the two files of {@link #load}, each whole or not at all.
     *
     * @throws IllegalArgumentException if theirs cannot be such a model: its stem, positions or blocks are others
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Vit vit, Path folder) {
        byte[] json = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(settings(vit.config()));
        Map<String, Tensor> named = new TreeMap<>();
        vit.state().forEach((path, t) -> named.put(NAMES.theirs(path), t));
        Safetensors.write(folder.resolve(WEIGHTS), named, Map.of("format", "pt"));
        AtomicFile.write(folder.resolve("config.json"), out -> {
            for (ByteBuffer rest = ByteBuffer.wrap(json); rest.hasRemaining(); ) {
                out.write(rest);
            }
        });
    }

    private static ObjectNode settings(VitConfig config) {
        TransformerConfig t = config.encoder().transformer();
        Patches.Config p = config.encoder().patches();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.putArray("architectures").add("ViTForImageClassification");
        json.put("model_type", "vit");
        json.put("hidden_size", t.width());
        json.put("num_hidden_layers", t.depth());
        json.put("num_attention_heads", t.attention().heads());
        json.put("intermediate_size", t.mlp().hidden());
        json.put("hidden_act", ModelConfigFile.name(t.mlp().activation()));
        json.put("hidden_dropout_prob", t.residual().dropout());
        json.put("attention_probs_dropout_prob", t.attention().dropout());
        json.put("layer_norm_eps", t.norm().eps());
        json.put("image_size", p.height());
        json.put("patch_size", p.patch() == null ? 1 : p.patch().height());
        json.put("num_channels", p.channels());
        json.put("qkv_bias", t.attention().biases().query());
        ObjectNode names = json.putObject("id2label");
        ObjectNode ids = json.putObject("label2id");
        for (int i = 0; i < config.labels().size(); i++) {
            names.put(Integer.toString(i), config.labels().get(i));
            ids.put(config.labels().get(i), i);
        }
        if (!config(ModelConfigFile.of(json, "config.json")).equals(config)) {
            throw new IllegalArgumentException("no ViTForImageClassification says this: " + config);
        }
        return json;
    }
}
