package sensorium.vision;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sensorium.io.AtomicFile;
import sensorium.io.Safetensors;
import sensorium.nn.GridPositions;
import sensorium.nn.HuggingFaceFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ParityCase;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.TransformerConfig;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code ViTForImageClassification} of Hugging Face transformers: its settings, its names for our weights. */
public final class HuggingFaceVit {
    /** What their checkpoints call the parts of a {@link Vit}. */
    public static final WeightNames NAMES = names();

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
        int side = file.integer("image_size", 224, LARGEST);
        var patches = Patches.Config.of(
                file.integer("num_channels", 3, LARGEST), side, side, file.integer("patch_size", 16, side));
        List<String> labels = HuggingFaceFolder.labels(file);
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
        return HuggingFaceFolder.load(folder, NAMES, w -> Vit.of(w, config));
    }

    /**
     * For recordings of pictures, see {@link RecordedPixels}.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        Vit vit = load(folder);
        return ParityCase.traced(vit, NAMES, 3e-5, (in, results) -> {
            Tensor pixels = RecordedPixels.of(folder, in, results);
            Tensor tokens = vit.encoder().tokens(pixels);
            results.accept("output.last_hidden_state", tokens);
            Tensor logits = vit.head().forward(vit.encoder().pooling().forward(tokens, null));
            results.accept("output.logits", logits);
        });
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
        Safetensors.write(folder.resolve(HuggingFaceFolder.WEIGHTS), named, Map.of("format", "pt"));
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
