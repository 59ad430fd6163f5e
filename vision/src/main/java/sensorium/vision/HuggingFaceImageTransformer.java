package sensorium.vision;

import java.util.List;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.HuggingFaceTower;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.TransformerConfig;
import sensorium.vision.ImageTransformer.Style;

/** The {@code vision_config} and the {@code vision_model} of CLIP and SigLIP in Hugging Face transformers. */
public final class HuggingFaceImageTransformer {
    /** SigLIP's probe has one matrix for its query, key and value. */
    public static final CheckpointFormat.Step FUSED_PROBE = new CheckpointFormat.Fused(
            "head.attention.in_proj_", "head.attention.query.", "head.attention.key.", "head.attention.value.");

    private static final int LARGEST = 1 << 16;

    private HuggingFaceImageTransformer() {}

    /** @throws sensorium.BadInputException if a setting is malformed or unknown */
    public static ImageTransformer.Config config(ModelConfigFile file, Style style) {
        boolean clip = style == Style.CLASS_TOKEN;
        TransformerConfig transformer = HuggingFaceTower.transformer(
                file,
                clip
                        ? new HuggingFaceTower.Defaults(768, 12, 3072, "quick_gelu", 1e-5)
                        : new HuggingFaceTower.Defaults(768, 12, 3072, "gelu_pytorch_tanh", 1e-6));
        int side = file.integer("image_size", 224, LARGEST);
        var config = new ImageTransformer.Config(
                file.integer("num_channels", 3, LARGEST),
                side,
                file.integer("patch_size", clip ? 32 : 16, side),
                style,
                transformer);
        file.require("vision_use_head", true);
        // The width of the common space is said for both towers together; dropout was never built.
        file.ignore("projection_dim", "initializer_factor", "dropout");
        file.refuseUnknown();
        return config;
    }

    /**
     * Their names for the parts of an {@link ImageTransformer}.
     *
     * @param pairs as for {@link sensorium.nn.WeightNames#of}, to be added to
     */
    public static void addNames(List<String> pairs, String ours, String theirs, Style style) {
        String embeddings = theirs + ".embeddings";
        String patches = embeddings + ".patch_embedding";
        pairs.addAll(List.of(ours + ".patches.weight", patches + ".weight", ours + ".patches.bias", patches + ".bias"));
        // Recorded is CLIP's map of patches (B, D, h, w), and SigLIP's row of them (B, h·w, D).
        pairs.addAll(List.of(style == Style.CLASS_TOKEN ? ours + ".patches" : ours + ".tokens", patches));
        pairs.addAll(List.of(ours + ".embeddings", embeddings));
        pairs.addAll(List.of(ours + ".classToken", embeddings + ".class_embedding"));
        pairs.addAll(List.of(ours + ".positions", embeddings + ".position_embedding.weight"));
        pairs.addAll(List.of(ours + ".preNorm", theirs + ".pre_layrnorm")); // sic
        pairs.addAll(List.of(ours + ".postNorm", theirs + ".post_layernorm"));
        HuggingFaceTower.addBlocks(pairs, ours, theirs);
        String pool = ours + ".pool";
        String head = theirs + ".head";
        pairs.addAll(List.of(pool, head));
        pairs.addAll(List.of(pool + ".norm", head + ".layernorm"));
        pairs.addAll(List.of(pool + ".attention.out", head + ".attention.out_proj"));
        HuggingFaceTower.addMlp(pairs, pool + ".mlp", head + ".mlp");
    }
}
