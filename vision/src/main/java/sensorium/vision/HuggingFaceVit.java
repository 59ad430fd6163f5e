package sensorium.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.GridPositions;
import sensorium.nn.HuggingFaceFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ParityCase;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.PublishedFolder;
import sensorium.nn.TransformerConfig;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code ViTForImageClassification} of Hugging Face transformers: its settings, its names for our weights. */
public final class HuggingFaceVit {
    /** Its {@code model_type}. */
    public static final String TYPE = "vit";

    /** How their checkpoints store a {@link Vit}. */
    public static final CheckpointFormat FORMAT = CheckpointFormat.of(names());

    private static final int LARGEST = 1 << 16;

    private HuggingFaceVit() {}

    private static WeightNames names() {
        List<String> pairs = new ArrayList<>(List.of("head", "classifier"));
        HuggingFaceFolder.addPatchEncoder(pairs, "encoder", "vit");
        return WeightNames.of(pairs);
    }

    /** @throws sensorium.BadInputException if a setting is missing, malformed or unknown */
    static VitConfig config(ModelConfigFile file) {
        TransformerConfig transformer = HuggingFaceFolder.transformer(file);
        List<Integer> size = file.pair("image_size", 224, LARGEST); // height and width
        List<Integer> patch = file.pair("patch_size", 16, Collections.min(size));
        var patches = new Patches.Config(
                file.integer("num_channels", 3, LARGEST),
                size.getFirst(),
                size.getLast(),
                List.of(),
                new Patches.Patch(patch.getFirst(), patch.getLast(), patch.getFirst(), patch.getLast()));
        List<String> labels = HuggingFaceFolder.labels(file);
        // Masked pictures and the pooler are not part of the classifier.
        file.ignore("encoder_stride", "pooler_act", "pooler_output_size");
        return new VitConfig(
                new PatchEncoder.Config(patches, 1, GridPositions.Kind.LEARNED, Pooling.Kind.FRONT, transformer),
                labels);
    }

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static Vit load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        VitConfig config = folder.config(HuggingFaceVit::config, TYPE);
        return folder.load(FORMAT, w -> Vit.of(w, config));
    }

    /**
     * For recordings of pictures, see {@link RecordedPixels}.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        return parity(load(folder), folder);
    }

    /**
     * The same of a model that is there.
     *
     * @param folder with the preprocessing of its pictures, if any
     */
    public static ParityCase parity(Vit vit, Path folder) {
        Patches.Config p = vit.config().encoder().patches();
        var pixelValues = ModelInput.pictures("input.pixel_values", p.channels(), p.height(), p.width());
        return ParityCase.traced(vit, FORMAT.names(), List.of(pixelValues), 3e-5, (in, results) -> {
            Tensor pixels = RecordedPixels.of(folder, in, results);
            Tensor tokens = vit.encoder().tokens(pixels);
            results.accept("output.last_hidden_state", tokens);
            Tensor logits = vit.head().forward(vit.encoder().pooling().forward(tokens, null));
            results.accept("output.logits", logits);
        });
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model: its stem, positions or blocks are others
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Vit vit, Path target, Optional<PublishedFolder> from) {
        var settings = new PublishedFolder.Settings<>(settings(vit.config()), vit.config(), HuggingFaceVit::config);
        PublishedFolder.save(vit, FORMAT, settings, target, from);
    }

    private static ObjectNode settings(VitConfig config) {
        Patches.Config p = config.encoder().patches();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.putArray("architectures").add("ViTForImageClassification");
        json.put("model_type", TYPE);
        HuggingFaceFolder.write(config.encoder().transformer(), json);
        put(json, "image_size", p.height(), p.width());
        Patches.Patch patch = p.patch() == null ? new Patches.Patch(1, 1, 1, 1) : p.patch();
        put(json, "patch_size", patch.height(), patch.width());
        json.put("num_channels", p.channels());
        HuggingFaceFolder.write(config.labels(), json);
        return json;
    }

    /** One number where both are the same. */
    private static void put(ObjectNode json, String key, int height, int width) {
        if (height == width) {
            json.put(key, height);
        } else {
            json.putArray(key).add(height).add(width);
        }
    }
}
