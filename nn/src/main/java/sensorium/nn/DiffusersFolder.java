package sensorium.nn;

import java.util.List;
import java.util.Map;

/** Checkpoints of Hugging Face diffusers: one part of a pipeline in a folder, with what all of its networks have in common. */
public final class DiffusersFolder {
    /** Our two projections of a gated MLP are one of theirs. */
    public static final CheckpointFormat.Step GATED_MLPS =
            new CheckpointFormat.Fused(".ff.net.0.proj.", ".ff.net.0.up.", ".ff.net.0.gate.");

    /** What attention in autoencoders was called before 0.15. */
    public static final CheckpointFormat.Step OLD_ATTENTION = new CheckpointFormat.Renamed(DiffusersFolder::current);

    /** Where they have matrices before and after a transformer. */
    public static final CheckpointFormat.Step LINEAR_PROJECTIONS = new CheckpointFormat.Pointwise(
            name -> name.endsWith(".proj_in.weight") || name.endsWith(".proj_out.weight"));

    private static final Map<String, String> OLD =
            Map.of(".query.", ".to_q.", ".key.", ".to_k.", ".value.", ".to_v.", ".proj_attn.", ".to_out.0.");

    private DiffusersFolder() {}

    /**
     * Their names for the stages of {@link sensorium.nn.unet}, to be added to those of a network.
     *
     * @param pairs as for {@link WeightNames#of}
     * @param ours path of the module that has {@code down}, {@code middle} and {@code up}, with its dot, or empty
     * @param theirs likewise
     */
    public static void addStages(List<String> pairs, String ours, String theirs) {
        addStage(pairs, ours + "down.*", theirs + "down_blocks.*");
        addStage(pairs, ours + "middle", theirs + "mid_block");
        addStage(pairs, ours + "up.*", theirs + "up_blocks.*");
    }

    private static void addStage(List<String> pairs, String ours, String theirs) {
        String residual = ours + ".residuals.*";
        String mixer = ours + ".mixers.*";
        String block = mixer + ".transformer.blocks.*";
        String theirResidual = theirs + ".resnets.*";
        String theirMixer = theirs + ".attentions.*";
        String theirBlock = theirMixer + ".transformer_blocks.*";
        pairs.addAll(List.of(ours, theirs));
        pairs.addAll(List.of(ours + ".downsample", theirs + ".downsamplers.0"));
        pairs.addAll(List.of(ours + ".upsample", theirs + ".upsamplers.0"));
        addResidual(pairs, residual, theirResidual);
        addResidual(pairs, ours + ".shrinking", theirs + ".downsamplers.0");
        addResidual(pairs, ours + ".growing", theirs + ".upsamplers.0");
        pairs.addAll(List.of(mixer, theirMixer));
        pairs.addAll(List.of(mixer + ".groupNorm", theirMixer + ".group_norm"));
        addAttention(pairs, mixer + ".attention", theirMixer);
        pairs.addAll(List.of(mixer + ".in", theirMixer + ".proj_in"));
        pairs.addAll(List.of(mixer + ".out", theirMixer + ".proj_out"));
        pairs.addAll(List.of(block, theirBlock));
        addAttention(pairs, block + ".attention", theirBlock + ".attn1");
        pairs.addAll(List.of(block + ".attention", theirBlock + ".attn1"));
        pairs.addAll(List.of(block + ".crossNorm", theirBlock + ".norm2"));
        addAttention(pairs, block + ".cross", theirBlock + ".attn2");
        pairs.addAll(List.of(block + ".cross", theirBlock + ".attn2"));
        pairs.addAll(List.of(block + ".norm2", theirBlock + ".norm3"));
        pairs.addAll(List.of(block + ".mlp", theirBlock + ".ff"));
        pairs.addAll(List.of(block + ".mlp.up", theirBlock + ".ff.net.0.up"));
        pairs.addAll(List.of(block + ".mlp.gate", theirBlock + ".ff.net.0.gate"));
        pairs.addAll(List.of(block + ".mlp.down", theirBlock + ".ff.net.2"));
    }

    private static void addResidual(List<String> pairs, String ours, String theirs) {
        pairs.addAll(List.of(ours, theirs));
        pairs.addAll(List.of(ours + ".time", theirs + ".time_emb_proj"));
        pairs.addAll(List.of(ours + ".shortcut", theirs + ".conv_shortcut"));
    }

    /** Their names for the projections of an {@link Attention}. */
    public static void addAttention(List<String> pairs, String ours, String theirs) {
        pairs.addAll(List.of(ours + ".query", theirs + ".to_q"));
        pairs.addAll(List.of(ours + ".key", theirs + ".to_k"));
        pairs.addAll(List.of(ours + ".value", theirs + ".to_v"));
        pairs.addAll(List.of(ours + ".out", theirs + ".to_out.0"));
    }

    private static String current(String name) {
        for (var old : OLD.entrySet()) {
            if (name.contains(".attentions.") && name.contains(old.getKey())) {
                return name.replace(old.getKey(), old.getValue());
            }
        }
        return name;
    }
}
