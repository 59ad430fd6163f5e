package sensorium.text.bert;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.HuggingFaceFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.ParityCase;
import sensorium.nn.Pooling;
import sensorium.nn.PublishedFolder;
import sensorium.nn.TransformerConfig.Residual;
import sensorium.nn.WeightNames;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** {@code BertModel} of Hugging Face transformers: its settings, its names for our weights, in safetensors or in an ONNX export. */
public final class HuggingFaceBert {
    /** Its {@code model_type}. */
    public static final String TYPE = "bert";

    /** What their checkpoints call the parts of a {@link Bert}. */
    public static final WeightNames NAMES = names();

    /** Where sentence-transformers puts an export. */
    private static final List<String> ONNX = List.of("model.onnx", "onnx/model.onnx");

    /** What models with heads, and exports, put in front of the encoder's names. */
    private static final List<String> PREFIXES = List.of("bert.", "model.", "0.auto_model.", "auto_model.");

    /** Without the heads of pre-training, and a table of 0, 1, 2, … that old files keep. */
    private static final CheckpointFormat FORMAT = CheckpointFormat.of(
            NAMES,
            new CheckpointFormat.Renamed(HuggingFaceBert::current),
            new CheckpointFormat.PassedOver(name -> name.startsWith("cls.") || name.equals("embeddings.position_ids")));

    private static final String POOLER = "pooler.dense.weight";
    private static final double TOLERANCE = 2e-5;
    private static final int LARGEST = 1 << 16;
    private static final int MOST_TOKENS = 1 << 22;

    private HuggingFaceBert() {}

    private static WeightNames names() {
        List<String> pairs = new ArrayList<>(List.of(
                "words", "embeddings.word_embeddings",
                "places", "embeddings.position_embeddings",
                "types", "embeddings.token_type_embeddings",
                "norm", "embeddings.LayerNorm",
                "embeddings", "embeddings",
                "pooler", "pooler.dense"));
        HuggingFaceFolder.addBertBlocks(pairs, "encoder.blocks.*", "encoder.layer.*");
        return WeightNames.of(pairs);
    }

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}, or else {@code model.onnx} or
     * {@code onnx/model.onnx}.
     *
     * @throws sensorium.BadInputException if one is not there, malformed, or does not fit the other
     */
    public static Bert load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        Optional<Path> onnx =
                ONNX.stream().map(path::resolve).filter(Files::isRegularFile).findFirst();
        if (onnx.isPresent() && !folder.hasWeights()) {
            Map<String, Supplier<Tensor>> stored = OnnxWeights.read(onnx.get(), PREFIXES);
            BertConfig config = config(folder, stored.containsKey(POOLER));
            return Weights.load(stored, onnx.get().toString(), NAMES, w -> Bert.of(w, config));
        }
        boolean pooled =
                folder.weights().names().stream().anyMatch(name -> current(name).equals(POOLER));
        BertConfig config = config(folder, pooled);
        return folder.load(FORMAT, w -> Bert.of(w, config));
    }

    /**
     * Writes the files of {@link #load}, always as safetensors, under the names of {@code BertModel}.
     *
     * @param from where it was loaded
     * @throws IllegalArgumentException if the model has another configuration than that folder
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Bert bert, Path target, PublishedFolder from) {
        boolean pooled = bert.pooler() != null;
        from.saveAs(bert, FORMAT, bert.config(), file -> config(file, pooled), target);
    }

    /** The name of today, within the encoder. */
    private static String current(String name) {
        return withoutPrefix(name, PREFIXES)
                .replace("LayerNorm.gamma", "LayerNorm.weight") // as TensorFlow had them
                .replace("LayerNorm.beta", "LayerNorm.bias");
    }

    static String withoutPrefix(String name, List<String> prefixes) {
        return prefixes.stream()
                .filter(name::startsWith)
                .findFirst()
                .map(prefix -> name.substring(prefix.length()))
                .orElse(name);
    }

    private static BertConfig config(PublishedFolder folder, boolean pooled) {
        return folder.config(file -> config(file, pooled), TYPE);
    }

    private static BertConfig config(ModelConfigFile file, boolean pooled) {
        file.require("position_embedding_type", "absolute");
        file.require("is_decoder", false);
        file.require("add_cross_attention", false);
        file.ignore("pad_token_id", "classifier_dropout", "pooler_fc_size", "pooler_num_attention_heads");
        file.ignore("pooler_num_fc_layers", "pooler_size_per_head", "pooler_type", "directionality");
        var transformer = HuggingFaceFolder.transformer(file);
        return new BertConfig(
                file.integer("vocab_size", 30_522, MOST_TOKENS),
                file.integer("max_position_embeddings", 512, LARGEST),
                file.integer("type_vocab_size", 2, LARGEST),
                transformer.with(
                        Residual.POST_NORM.dropping(transformer.residual().dropout(), 0)),
                pooled);
    }

    /**
     * For recordings of tokens with their mask and kinds, where there are such.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        Bert bert = load(folder);
        Axis texts = Axis.any("B");
        Axis tokens = Axis.upTo("N", bert.config().places());
        List<ModelInput> inputs = List.of(
                ModelInput.ids("input.input_ids", bert.config().vocabulary(), texts, tokens),
                ModelInput.mask("input.attention_mask", texts, tokens),
                ModelInput.ids("input.token_type_ids", bert.config().types(), texts, tokens)
                        .optional());
        return ParityCase.traced(bert, NAMES, inputs, TOLERANCE, (in, results) -> {
            Tensor mask = in.has("input.attention_mask")
                    ? in.get("input.attention_mask").ne(0)
                    : null;
            Tensor kinds = in.has("input.token_type_ids") ? in.get("input.token_type_ids") : null;
            Tensor states = bert.forward(in.get("input.input_ids"), kinds, mask);
            results.accept("output.last_hidden_state", states);
            if (bert.pooler() != null) {
                results.accept("output.pooler_output", bert.pooled(states));
            }
            Tensor mean = Pooling.mean(states, mask);
            results.accept("output.sentence_embedding_unnormalized", mean);
            results.accept("output.sentence_embedding", mean.normalize(-1, SentenceEncoder.EPS));
        });
    }
}
