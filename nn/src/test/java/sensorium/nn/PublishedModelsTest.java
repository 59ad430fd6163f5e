package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.nn.Models.assertClose;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.TransformerConfig.Residual;
import sensorium.tensor.Tensor;

/** The one transformer as BERT (post-norm, masked), against a recorded run. */
class PublishedModelsTest {
    /** Of {@code max(1, max|expected|)}: what the recordings' manifest allows. */
    private static final double TOLERANCE = 2e-5;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    private static void on(String device, String model, Consumer<Path> test) {
        Path folder = Path.of(System.getProperty("sensorium.fixtures"), "models", model);
        Assumptions.assumeTrue(Files.isDirectory(folder), "fixtures absent: " + folder);
        Backends.with(Backends.open(device), () -> {
            test.accept(folder);
            return null;
        });
    }

    private static <M> M load(Path folder, WeightNames names, Function<Weights, M> factory) {
        Path file = folder.resolve("model.safetensors");
        Safetensors stored = Safetensors.open(file);
        return Weights.load(stored::tensor, stored.names(), file.toString(), names::theirs, factory);
    }

    /** Every recorded value must have been traced. */
    private static void assertTrace(Trace trace, WeightNames names, Map<String, Tensor> recorded) {
        var missing = new TreeSet<>(recorded.keySet());
        missing.removeIf(name -> !name.startsWith("trace."));
        trace.tensors().forEach((path, value) -> {
            String name = "trace." + names.theirs(path);
            if (recorded.containsKey(name)) {
                assertClose(value, recorded.get(name), TOLERANCE);
                missing.remove(name);
            }
        });
        assertThat(missing).isEmpty();
    }

    record Bert(Embedding words, Embedding places, Embedding types, Norm norm, Transformer encoder, Linear pooler)
            implements Module {
        static final WeightNames NAMES = WeightNames.of(
                "words", "embeddings.word_embeddings",
                "places", "embeddings.position_embeddings",
                "types", "embeddings.token_type_embeddings",
                "norm", "embeddings.LayerNorm",
                "embeddings", "embeddings",
                "encoder.blocks.*", "encoder.layer.*",
                "encoder.blocks.*.attention", "encoder.layer.*.attention",
                "encoder.blocks.*.attention.query", "encoder.layer.*.attention.self.query",
                "encoder.blocks.*.attention.key", "encoder.layer.*.attention.self.key",
                "encoder.blocks.*.attention.value", "encoder.layer.*.attention.self.value",
                "encoder.blocks.*.attention.out", "encoder.layer.*.attention.output.dense",
                "encoder.blocks.*.attention.mixed", "encoder.layer.*.attention.self",
                "encoder.blocks.*.norm1", "encoder.layer.*.attention.output",
                "encoder.blocks.*.norm1.weight", "encoder.layer.*.attention.output.LayerNorm.weight",
                "encoder.blocks.*.norm1.bias", "encoder.layer.*.attention.output.LayerNorm.bias",
                "encoder.blocks.*.mlp.up", "encoder.layer.*.intermediate.dense",
                "encoder.blocks.*.mlp.hidden", "encoder.layer.*.intermediate",
                "encoder.blocks.*.mlp.down", "encoder.layer.*.output.dense",
                "encoder.blocks.*.norm2", "encoder.layer.*.output.LayerNorm",
                "pooler", "pooler.dense");

        static Bert of(Weights w) {
            var config = TransformerConfig.of(32, 3, 4)
                    .with(Mlp.Config.of(64, Activation.GELU))
                    .with(new Norm.Config(Norm.Kind.LAYER, 1e-12))
                    .with(Residual.POST_NORM);
            return new Bert(
                    Embedding.of(w.at("words"), 60, 32),
                    Embedding.of(w.at("places"), 16, 32),
                    Embedding.of(w.at("types"), 2, 32),
                    LayerNorm.of(w.at("norm"), 32, 1e-12),
                    Transformer.of(w.at("encoder"), config),
                    Linear.of(w.at("pooler"), 32, 32, true));
        }

        Tensor forward(Tensor ids, Tensor kinds, Tensor mask) {
            Tensor x = words.forward(ids)
                    .plus(types.forward(kinds))
                    .plus(places.weight().value().slice(0, 0, ids.dim(1)));
            return encoder.forward(Trace.note(this, "embeddings", norm.forward(x)), Inputs.masked(mask));
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void bert(String device) {
        on(device, "bert", folder -> {
            Bert bert = load(folder, Bert.NAMES, Bert::of);
            Map<String, Tensor> recorded =
                    Safetensors.open(folder.resolve("case.safetensors")).tensors();
            Tensor mask = recorded.get("input.attention_mask").ne(0);
            Tensor[] last = new Tensor[1];
            try (Trace trace = Trace.of(
                    bert,
                    () -> last[0] = bert.forward(
                            recorded.get("input.input_ids"), recorded.get("input.token_type_ids"), mask))) {
                assertTrace(trace, Bert.NAMES, recorded);
            }
            assertClose(last[0], recorded.get("output.last_hidden_state"), TOLERANCE);
            Tensor pooled = bert.pooler().forward(last[0].select(1, 0)).tanh();
            assertClose(pooled, recorded.get("output.pooler_output"), TOLERANCE);
            Tensor mean = Pooling.mean(last[0], mask);
            assertClose(mean, recorded.get("output.sentence_embedding_unnormalized"), TOLERANCE);
            assertClose(mean.normalize(-1, 1e-12), recorded.get("output.sentence_embedding"), TOLERANCE);
        });
    }
}
