package sensorium.nn;

import java.util.List;
import sensorium.nn.TransformerConfig.Placement;
import sensorium.nn.TransformerConfig.Residual;

/** What the towers of CLIP and SigLIP have in common in Hugging Face transformers: settings and names of their transformers. */
public final class HuggingFaceTower {
    /** Older checkpoints hold the numbers 0, 1, 2 … as well. */
    public static final CheckpointFormat.Step NO_POSITION_IDS =
            new CheckpointFormat.PassedOver(name -> name.endsWith(".embeddings.position_ids"));

    private static final int LARGEST = 1 << 16;
    private static final int DEEPEST = 1 << 10;

    private HuggingFaceTower() {}

    /**
     * What a class has where its settings say nothing.
     *
     * @param hidden width inside the MLPs
     * @param eps of the norms
     */
    public record Defaults(int width, int heads, int hidden, String activation, double eps) {}

    /** The blocks that the settings describe; the norm after them is the tower's own. */
    public static TransformerConfig transformer(ModelConfigFile file, Defaults absent) {
        int width = file.integer("hidden_size", absent.width, LARGEST);
        int heads = file.integer("num_attention_heads", absent.heads, LARGEST);
        if (width % heads != 0) {
            throw file.fault("num_attention_heads", "does not divide hidden_size, " + width);
        }
        Attention.Config plain = Attention.Config.of(width, heads);
        double dropout = file.number("attention_dropout", 0);
        return TransformerConfig.of(width, file.integer("num_hidden_layers", 12, DEEPEST), heads)
                .with(new Attention.Config(heads, plain.headWidth(), plain.scale(), plain.biases(), dropout))
                .with(Mlp.Config.of(
                        file.integer("intermediate_size", absent.hidden, LARGEST),
                        file.activation("hidden_act", absent.activation)))
                .with(new Norm.Config(Norm.Kind.LAYER, file.number("layer_norm_eps", absent.eps)))
                .with(new Residual(Placement.PRE, false, 0, 0, 0));
    }

    /**
     * Their names for the blocks of a tower.
     *
     * @param pairs as for {@link WeightNames#of}, to be added to
     * @param ours path of the tower
     * @param theirs likewise
     */
    public static void addBlocks(List<String> pairs, String ours, String theirs) {
        String block = ours + ".transformer.blocks.*";
        String layer = theirs + ".encoder.layers.*";
        pairs.addAll(List.of(ours + ".encoded", theirs + ".encoder"));
        pairs.addAll(List.of(block, layer));
        pairs.addAll(List.of(block + ".norm1", layer + ".layer_norm1"));
        pairs.addAll(List.of(block + ".norm2", layer + ".layer_norm2"));
        addAttention(pairs, block + ".attention", layer + ".self_attn");
        addMlp(pairs, block + ".mlp", layer + ".mlp");
    }

    /** The names of an {@link Attention}'s parts, as fairseq's heirs have them. */
    public static void addAttention(List<String> pairs, String ours, String theirs) {
        pairs.addAll(List.of(ours, theirs));
        pairs.addAll(List.of(ours + ".query", theirs + ".q_proj"));
        pairs.addAll(List.of(ours + ".key", theirs + ".k_proj"));
        pairs.addAll(List.of(ours + ".value", theirs + ".v_proj"));
        pairs.addAll(List.of(ours + ".out", theirs + ".out_proj"));
    }

    /** The names of an {@link Mlp}'s parts. */
    public static void addMlp(List<String> pairs, String ours, String theirs) {
        pairs.addAll(List.of(ours, theirs));
        pairs.addAll(List.of(ours + ".up", theirs + ".fc1"));
        pairs.addAll(List.of(ours + ".hidden", theirs + ".activation_fn"));
        pairs.addAll(List.of(ours + ".down", theirs + ".fc2"));
    }
}
