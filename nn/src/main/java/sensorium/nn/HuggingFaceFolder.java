package sensorium.nn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import sensorium.nn.TransformerConfig.Residual;
import tools.jackson.databind.node.ObjectNode;

/** Models of Hugging Face transformers: one in a folder, with what those that go back to ViT have in common. */
public final class HuggingFaceFolder {
    private static final int LARGEST = 1 << 16;
    private static final int DEEPEST = 1 << 10;

    private HuggingFaceFolder() {}

    /** @throws sensorium.BadInputException if the weights are not there, malformed, or do not fit the model */
    public static <M> M load(Path folder, WeightNames names, Function<Weights, M> factory) {
        return PublishedFolder.open(folder).load(CheckpointFormat.of(names), factory);
    }

    /**
     * ViT's names for the parts of a {@link PatchEncoder}, to be added to those of a model.
     *
     * @param pairs as for {@link WeightNames#of}
     * @param ours path of the encoder
     * @param theirs likewise
     */
    public static void addPatchEncoder(List<String> pairs, String ours, String theirs) {
        String block = ours + ".transformer.blocks.*";
        String layer = theirs + ".encoder.layer.*";
        pairs.addAll(List.of(ours + ".embeddings", theirs + ".embeddings"));
        pairs.addAll(List.of(ours + ".front.0", theirs + ".embeddings.cls_token"));
        pairs.addAll(List.of(ours + ".front.1", theirs + ".embeddings.distillation_token"));
        pairs.addAll(List.of(ours + ".positions.table", theirs + ".embeddings.position_embeddings"));
        pairs.addAll(List.of(ours + ".patches", theirs + ".embeddings.patch_embeddings"));
        pairs.addAll(List.of(block, layer));
        pairs.addAll(List.of(block + ".norm1", layer + ".layernorm_before"));
        addAttention(pairs, block + ".attention", layer + ".attention", "attention");
        pairs.addAll(List.of(block + ".norm2", layer + ".layernorm_after"));
        pairs.addAll(List.of(block + ".mlp.up", layer + ".intermediate.dense"));
        pairs.addAll(List.of(block + ".mlp.hidden", layer + ".intermediate"));
        pairs.addAll(List.of(block + ".mlp.down", layer + ".output.dense"));
        pairs.addAll(List.of(ours + ".transformer.norm", theirs + ".layernorm"));
    }

    /**
     * The names of an {@link Attention}'s parts, as BERT and its heirs have them.
     *
     * @param inner what they call that which holds all but the last map
     */
    public static void addAttention(List<String> pairs, String ours, String theirs, String inner) {
        for (String part : List.of("query", "key", "value")) {
            pairs.addAll(List.of(ours + "." + part, theirs + "." + inner + "." + part));
        }
        pairs.addAll(List.of(ours + ".out", theirs + ".output.dense"));
    }

    /**
     * The names of BERT's blocks.
     *
     * @param pairs as for {@link WeightNames#of}, to be added to
     */
    public static void addBertBlocks(List<String> pairs, String block, String layer) {
        pairs.addAll(List.of(block, layer));
        addAttention(pairs, block + ".attention", layer + ".attention", "self");
        // Their module of that name goes on through residual and norm; ours ends with the last map, and has a name of
        // its own.
        pairs.addAll(List.of(block + ".attention", layer + ".attention.projected"));
        pairs.addAll(List.of(block + ".attention.weights", layer + ".attention.weights"));
        pairs.addAll(List.of(block + ".attention.mixed", layer + ".attention.self"));
        pairs.addAll(List.of(block + ".norm1", layer + ".attention.output"));
        pairs.addAll(List.of(block + ".norm1.weight", layer + ".attention.output.LayerNorm.weight"));
        pairs.addAll(List.of(block + ".norm1.bias", layer + ".attention.output.LayerNorm.bias"));
        pairs.addAll(List.of(block + ".mlp.up", layer + ".intermediate.dense"));
        pairs.addAll(List.of(block + ".mlp.hidden", layer + ".intermediate"));
        pairs.addAll(List.of(block + ".mlp.down", layer + ".output.dense"));
        pairs.addAll(List.of(block + ".norm2", layer + ".output.LayerNorm"));
    }

    /** The transformer that ViT's settings describe. */
    public static TransformerConfig transformer(ModelConfigFile file) {
        return layers(file)
                .with(Mlp.Config.of(
                        file.integer("intermediate_size", 3072, LARGEST), file.activation("hidden_act", "gelu")))
                .with(new Norm.Config(Norm.Kind.LAYER, file.number("layer_norm_eps", 1e-12)))
                .with(Residual.PRE_NORM.dropping(file.number("hidden_dropout_prob", 0), 0));
    }

    /** How wide and deep it is, and how it attends; the rest as is usual. */
    public static TransformerConfig layers(ModelConfigFile file) {
        int width = file.integer("hidden_size", 768, LARGEST);
        int heads = file.integer("num_attention_heads", 12, LARGEST);
        if (width % heads != 0) {
            throw file.fault("num_attention_heads", "does not divide hidden_size, " + width);
        }
        boolean bias = file.flag("qkv_bias", true);
        return TransformerConfig.of(width, file.integer("num_hidden_layers", 12, DEEPEST), heads)
                .with(new Attention.Config(
                        heads,
                        width / heads,
                        1 / Math.sqrt((double) width / heads),
                        new Attention.Biases(bias, bias, bias, true),
                        file.number("attention_probs_dropout_prob", 0)));
    }

    /** What {@link #transformer} reads, written. */
    public static void write(TransformerConfig t, ObjectNode json) {
        json.put("hidden_size", t.width());
        json.put("num_hidden_layers", t.depth());
        json.put("num_attention_heads", t.attention().heads());
        json.put("intermediate_size", t.mlp().hidden());
        json.put("hidden_act", ModelConfigFile.name(t.mlp().activation()));
        json.put("hidden_dropout_prob", t.residual().dropout());
        json.put("attention_probs_dropout_prob", t.attention().dropout());
        json.put("layer_norm_eps", t.norm().eps());
        json.put("qkv_bias", t.attention().biases().query());
    }

    /** The names of the classes, in both directions. */
    public static void write(List<String> labels, ObjectNode json) {
        ObjectNode names = json.putObject("id2label");
        ObjectNode ids = json.putObject("label2id");
        for (int i = 0; i < labels.size(); i++) {
            names.put(Integer.toString(i), labels.get(i));
            ids.put(labels.get(i), i);
        }
    }

    /** The names of the classes; two unnamed ones where the settings say none, as theirs are by default. */
    public static List<String> labels(ModelConfigFile file) {
        List<String> labels = new ArrayList<>(file.labels());
        if (labels.isEmpty()) {
            labels.addAll(List.of("LABEL_0", "LABEL_1"));
        }
        return labels;
    }
}
