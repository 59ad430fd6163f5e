package sensorium.vision;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sensorium.nn.Activation;
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
        double dropout = file.number("hidden_dropout_prob", 0);
        double attentionDropout = file.number("attention_probs_dropout_prob", 0);
        int hidden = file.integer("intermediate_size", 3072, LARGEST);
        Activation activation = file.activation("hidden_act", "gelu");
        TransformerConfig transformer = TransformerConfig.of(width, file.integer("num_hidden_layers", 12, 1024), heads)
                .with(new Attention.Config(
                        heads,
                        width / heads,
                        1 / Math.sqrt((double) width / heads),
                        new Attention.Biases(bias, bias, bias, true),
                        attentionDropout))
                .with(Mlp.Config.of(hidden, activation))
                .with(new Norm.Config(Norm.Kind.LAYER, file.number("layer_norm_eps", 1e-12)))
                .with(Residual.PRE_NORM.dropping(dropout, 0));
        int side = file.integer("image_size", 224, LARGEST);
        int patch = file.integer("patch_size", 16, side);
        var patches = Patches.Config.of(file.integer("num_channels", 3, LARGEST), side, side, patch);
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

    /** @param where the file the tensors are from, for messages */
    static Vit model(VitConfig config, Map<String, Tensor> stored, String where) {
        return Weights.load(stored::get, stored.keySet(), where, NAMES::theirs, w -> Vit.of(w, config));
    }

    /** The weights under their names. */
    static Map<String, Tensor> tensors(Vit vit) {
        Map<String, Tensor> named = new TreeMap<>();
        vit.state().forEach((path, t) -> named.put(NAMES.theirs(path), t));
        return named;
    }
}
