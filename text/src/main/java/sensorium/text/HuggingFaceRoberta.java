package sensorium.text;

import java.util.List;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.HuggingFaceFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Residual;

/** The {@code text_config} and the {@code text_model} of CLAP in Hugging Face transformers. */
public final class HuggingFaceRoberta {
    /** Older checkpoints hold tables of 0, 1, 2 … and of zeros as well. */
    public static final CheckpointFormat.Step NO_TABLES = new CheckpointFormat.PassedOver(
            name -> name.endsWith(".embeddings.position_ids") || name.endsWith(".embeddings.token_type_ids"));

    private static final int LARGEST = 1 << 16;
    private static final int MOST_TOKENS = 1 << 20;

    private HuggingFaceRoberta() {}

    /** @throws sensorium.BadInputException if a setting is malformed or unknown */
    public static Roberta.Config config(ModelConfigFile file) {
        file.require("position_embedding_type", "absolute");
        file.require("is_decoder", false);
        file.require("add_cross_attention", false);
        file.require("qkv_bias", true);
        TransformerConfig transformer = HuggingFaceFolder.transformer(file);
        double dropout = transformer.residual().dropout();
        int vocabulary = file.integer("vocab_size", 50_265, MOST_TOKENS);
        int padding = file.count("pad_token_id", 1, vocabulary - 1);
        int places = file.integer("max_position_embeddings", 514, LARGEST);
        if (places < padding + 2) {
            throw file.fault("max_position_embeddings", "leaves no place behind the padding's, " + padding);
        }
        var config = new Roberta.Config(
                vocabulary,
                places,
                file.integer("type_vocab_size", 1, LARGEST),
                padding,
                transformer.with(Residual.POST_NORM.dropping(dropout, 0)));
        // The tokenizer's; the width of the common space, said for both towers together; and what was never built.
        file.ignore("bos_token_id", "eos_token_id", "projection_dim", "projection_hidden_act", "initializer_factor");
        file.ignore("classifier_dropout", "fusion_hidden_size", "fusion_num_hidden_layers", "projection_hidden_size");
        file.refuseUnknown();
        return config;
    }

    /**
     * Their names for the parts of a {@link Roberta}.
     *
     * @param pairs as for {@link sensorium.nn.WeightNames#of}, to be added to
     */
    public static void addNames(List<String> pairs, String ours, String theirs) {
        String embeddings = theirs + ".embeddings";
        pairs.addAll(List.of(ours + ".embeddings", embeddings));
        pairs.addAll(List.of(ours + ".words", embeddings + ".word_embeddings"));
        pairs.addAll(List.of(ours + ".places", embeddings + ".position_embeddings"));
        pairs.addAll(List.of(ours + ".types", embeddings + ".token_type_embeddings"));
        pairs.addAll(List.of(ours + ".norm", embeddings + ".LayerNorm"));
        pairs.addAll(List.of(ours + ".pooler", theirs + ".pooler.dense", ours + ".pooled", theirs + ".pooler"));
        HuggingFaceFolder.addBertBlocks(pairs, ours + ".encoder.blocks.*", theirs + ".encoder.layer.*");
    }
}
