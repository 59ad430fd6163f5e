package sensorium.multimodal.dual;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import sensorium.multimodal.dual.DualEncoder.Scores;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.HuggingFaceTower;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.PublishedFolder;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;
import sensorium.text.HuggingFaceTextTransformer;
import sensorium.text.TextTransformer;
import sensorium.vision.HuggingFaceImageTransformer;
import sensorium.vision.ImageTransformer;
import sensorium.vision.ImageTransformer.Style;
import sensorium.vision.RecordedPixels;

/** {@code CLIPModel} and {@code SiglipModel} of Hugging Face transformers: their settings, their names for our weights. */
public final class HuggingFaceDual {
    /** CLIP's {@code model_type}. */
    public static final String CLIP = "clip";

    /** SigLIP's. */
    public static final String SIGLIP = "siglip";

    static final String IDS = "input.input_ids";
    private static final String MASK = "input.attention_mask";

    private static final int LARGEST = 1 << 16;
    private static final double TOLERANCE = 2e-5;

    private HuggingFaceDual() {}

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static DualEncoder load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        DualEncoder.Config config = folder.config(HuggingFaceDual::config, CLIP, SIGLIP);
        return folder.load(format(config.scores()), w -> DualEncoder.of(w, config));
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded
     * @throws IllegalArgumentException if the model has another configuration than that folder
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(DualEncoder model, Path target, PublishedFolder from) {
        from.saveAs(model, format(model.config().scores()), model.config(), HuggingFaceDual::config, target);
    }

    private static CheckpointFormat format(Scores scores) {
        return CheckpointFormat.of(
                names(scores), HuggingFaceTower.NO_POSITION_IDS, HuggingFaceImageTransformer.FUSED_PROBE);
    }

    private static DualEncoder.Config config(ModelConfigFile file) {
        DualEncoder.Config config = file.kind().equals(CLIP) ? clip(file) : siglip(file);
        file.ignore("logit_scale_init_value", "initializer_factor");
        return config;
    }

    private static DualEncoder.Config clip(ModelConfigFile file) {
        return new DualEncoder.Config(
                HuggingFaceImageTransformer.config(tower(file, "vision_config"), Style.CLASS_TOKEN),
                HuggingFaceTextTransformer.clip(tower(file, "text_config")),
                file.integer("projection_dim", 512, LARGEST),
                Scores.WHICH);
    }

    private static DualEncoder.Config siglip(ModelConfigFile file) {
        ImageTransformer.Config image =
                HuggingFaceImageTransformer.config(tower(file, "vision_config"), Style.ATTENTION);
        ModelConfigFile words = tower(file, "text_config");
        TextTransformer.Config text = HuggingFaceTextTransformer.siglip(words);
        int width = words.integer("projection_size", text.transformer().width(), LARGEST);
        if (width != image.transformer().width()) {
            throw words.fault(
                    "projection_size",
                    "is " + width + ", but pictures become vectors of "
                            + image.transformer().width());
        }
        return new DualEncoder.Config(image, text, width, Scores.WHETHER);
    }

    /** Older checkpoints repeat the settings of a tower; theirs is the word that counts. */
    private static ModelConfigFile tower(ModelConfigFile file, String key) {
        String old = key + "_dict";
        file.ignore(key);
        return file.section(file.has(old) ? old : key);
    }

    private static WeightNames names(Scores scores) {
        boolean clip = scores == Scores.WHICH;
        List<String> pairs = new ArrayList<>(List.of(
                "imageProjection", "visual_projection",
                "textProjection", clip ? "text_projection" : "text_model.head",
                "scale", "logit_scale",
                "bias", "logit_bias"));
        HuggingFaceImageTransformer.addNames(
                pairs, "image", "vision_model", clip ? Style.CLASS_TOKEN : Style.ATTENTION);
        HuggingFaceTextTransformer.addNames(pairs, "text", "text_model");
        return WeightNames.of(pairs);
    }

    /**
     * For recordings of pictures, see {@link RecordedPixels}, of token ids, {@code input.input_ids}, or of both.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        DualEncoder model = load(folder);
        ImageTransformer.Config seen = model.config().image();
        TextTransformer.Config read = model.config().text();
        List<ModelInput> inputs = new ArrayList<>(texts(read.vocabulary(), read.length()));
        inputs.add(ModelInput.pictures(RecordedPixels.PIXELS, seen.channels(), seen.side(), seen.side())
                .optional());
        return ParityCase.traced(model, names(model.config().scores()), inputs, TOLERANCE, (in, results) -> {
            Tensor image = in.has(RecordedPixels.PIXELS) || !in.has(IDS)
                    ? image(model, RecordedPixels.of(folder, in, results), results)
                    : null;
            Tensor text = in.has(IDS) ? text(model, in, results) : null;
            if (image != null && text != null) {
                Tensor scores = model.scores(image, text);
                results.accept("output.logits_per_image", scores);
                results.accept("output.logits_per_text", scores.t());
            }
        });
    }

    /** Texts as a tower of them reads them; the model can do without. */
    static List<ModelInput> texts(int vocabulary, int longest) {
        Axis texts = Axis.any("T");
        Axis tokens = Axis.upTo("N", longest);
        return List.of(ModelInput.ids(IDS, vocabulary, texts, tokens).optional(), ModelInput.mask(MASK, texts, tokens));
    }

    /** Which tokens are seen by others (T, N), BOOL, or null for all. */
    static Tensor mask(Recording in) {
        return in.has(MASK) ? in.get(MASK).ne(0) : null;
    }

    private static Tensor image(DualEncoder model, Tensor pixels, BiConsumer<String, Tensor> results) {
        Tensor tokens = model.image().tokens(pixels);
        results.accept("output.vision_model.last_hidden_state", tokens);
        Tensor pooled = model.image().pooled(tokens);
        results.accept("output.vision_model.pooler_output", pooled);
        Tensor features = model.ofImage(pooled);
        results.accept("output.image_features", features);
        Tensor unit = DualEncoder.unit(features);
        results.accept("output.image_embeds", unit);
        return unit;
    }

    private static Tensor text(DualEncoder model, Recording in, BiConsumer<String, Tensor> results) {
        Tensor ids = in.get(IDS);
        if (in.has("input.attention_mask_for_masked")) {
            // Before the other, which leaves the intermediates that are recorded.
            Tensor mask = in.get("input.attention_mask_for_masked").ne(0);
            Tensor masked = model.text().tokens(ids, mask);
            results.accept(
                    "output.text_features_masked", model.ofText(model.text().pooled(masked, ids)));
        }
        Tensor tokens = model.text().tokens(ids, mask(in));
        results.accept("output.text_model.last_hidden_state", tokens);
        Tensor pooled = model.text().pooled(tokens, ids);
        Tensor features = model.ofText(pooled);
        // What SigLIP pools is projected in the tower itself.
        results.accept("output.text_model.pooler_output", model.config().scores() == Scores.WHICH ? pooled : features);
        results.accept("output.text_features", features);
        Tensor unit = DualEncoder.unit(features);
        results.accept("output.text_embeds", unit);
        return unit;
    }
}
