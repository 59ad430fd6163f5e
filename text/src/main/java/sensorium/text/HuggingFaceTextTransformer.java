package sensorium.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.HuggingFaceTower;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.PublishedFolder;
import sensorium.nn.TransformerConfig;
import sensorium.nn.WeightNames;
import sensorium.text.TextTransformer.Pool;

/** The {@code text_config} and the {@code text_model} of CLIP and SigLIP in Hugging Face transformers. */
public final class HuggingFaceTextTransformer {
    /** The {@code model_type} of CLIP's text tower alone, such as the one of Stable Diffusion. */
    public static final String CLIP_TYPE = "clip_text_model";

    private static final int LARGEST = 1 << 16;
    private static final int MOST_TOKENS = 1 << 20;
    /** What CLIP's checkpoints of before 2023 say of the end, whichever it is. */
    private static final int OLD_END = 2;

    /** How checkpoints store CLIP's text tower alone, whose path is {@code text}. */
    public static final CheckpointFormat CLIP_FORMAT =
            CheckpointFormat.of(clipNames(), HuggingFaceTower.NO_POSITION_IDS);

    private HuggingFaceTextTransformer() {}

    private static WeightNames clipNames() {
        List<String> pairs = new ArrayList<>();
        addNames(pairs, "text", "text_model");
        return WeightNames.of(pairs);
    }

    /**
     * CLIP's.
     *
     * @throws sensorium.BadInputException if a setting is malformed or unknown
     */
    public static TextTransformer.Config clip(ModelConfigFile file) {
        TransformerConfig transformer = HuggingFaceTower.transformer(
                        file, new HuggingFaceTower.Defaults(512, 8, 2048, "quick_gelu", 1e-5))
                .causally();
        int vocabulary = file.integer("vocab_size", 49_408, MOST_TOKENS);
        int end = file.count("eos_token_id", 49_407, MOST_TOKENS);
        Pool pool = end == OLD_END ? Pool.LARGEST : Pool.END;
        int length = file.integer("max_position_embeddings", 77, LARGEST);
        finish(file);
        return new TextTransformer.Config(vocabulary, length, pool, end, transformer);
    }

    /**
     * SigLIP's.
     *
     * @throws sensorium.BadInputException if a setting is malformed or unknown
     */
    public static TextTransformer.Config siglip(ModelConfigFile file) {
        TransformerConfig transformer = HuggingFaceTower.transformer(
                file, new HuggingFaceTower.Defaults(768, 12, 3072, "gelu_pytorch_tanh", 1e-6));
        int vocabulary = file.integer("vocab_size", 32_000, MOST_TOKENS);
        int end = file.count("eos_token_id", 49_407, MOST_TOKENS);
        int length = file.integer("max_position_embeddings", 64, LARGEST);
        file.ignore("projection_size"); // the head's, not the tower's
        finish(file);
        return new TextTransformer.Config(vocabulary, length, Pool.LAST, end, transformer);
    }

    private static void finish(ModelConfigFile file) {
        // The tokenizer's; the width of the common space, said for both towers together; and a dropout that was never
        // built.
        file.ignore("bos_token_id", "pad_token_id", "projection_dim", "initializer_factor", "dropout");
        file.refuseUnknown();
    }

    /**
     * Their names for the parts of a {@link TextTransformer}.
     *
     * @param pairs as for {@link WeightNames#of}, to be added to
     */
    public static void addNames(List<String> pairs, String ours, String theirs) {
        pairs.addAll(List.of(ours + ".embeddings", theirs + ".embeddings"));
        pairs.addAll(List.of(ours + ".words", theirs + ".embeddings.token_embedding"));
        pairs.addAll(List.of(ours + ".positions", theirs + ".embeddings.position_embedding.weight"));
        pairs.addAll(List.of(ours + ".norm", theirs + ".final_layer_norm"));
        HuggingFaceTower.addBlocks(pairs, ours, theirs);
    }

    /**
     * CLIP's text tower alone.
     *
     * @throws sensorium.BadInputException if settings or weights are not there, malformed, or do not fit each other
     */
    public static TextTransformer loadClip(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        TextTransformer.Config config = folder.config(HuggingFaceTextTransformer::clip, CLIP_TYPE);
        return folder.load(CLIP_FORMAT, w -> TextTransformer.of(w.at("text"), config));
    }
}
