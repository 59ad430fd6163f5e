package sensorium.text.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.BadInputException;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.ParityReport;
import sensorium.tensor.Tensor;
import sensorium.text.Fixtures;

class HuggingFaceBertTest {
    @TempDir
    Path folder;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    private static ParityReport compare(Path model, Path recorded) {
        return HuggingFaceBert.parity(model)
                .compare(new Recording(Safetensors.open(recorded).tensors(), "case"));
    }

    @ParameterizedTest
    @MethodSource("devices")
    void everyRecordedValueAgrees(String device) {
        Path fixture = Fixtures.of("models/bert");
        Backends.with(Backends.open(device), () -> {
            ParityReport report = compare(fixture, fixture.resolve("case.safetensors"));
            assertThat(report.fault()).isEmpty();
            assertThat(report.rows()).hasSize(13);
            return null;
        });
    }

    /** The fixture with other names or other settings. */
    private Path changed(UnaryOperator<String> names, String setting, String other) {
        Path fixture = Fixtures.of("models/bert");
        try {
            String config = Files.readString(fixture.resolve("config.json"));
            Files.writeString(folder.resolve("config.json"), config.replaceFirst(setting, other));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Map<String, Tensor> renamed = new HashMap<>();
        Safetensors.open(fixture.resolve("model.safetensors"))
                .tensors()
                .forEach((name, t) -> renamed.put(names.apply(name), t));
        Safetensors.write(folder.resolve("model.safetensors"), renamed, Map.of());
        return folder;
    }

    private static String old(String name) {
        return "bert."
                + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
    }

    /** As BERT itself was published: prefix, TensorFlow's names, heads of pre-training. */
    @Test
    void oldNamesAreUnderstood() {
        Path model = changed(HuggingFaceBertTest::old, "x", "x");
        Map<String, Tensor> tensors = new LinkedHashMap<>(
                Safetensors.open(model.resolve("model.safetensors")).tensors());
        tensors.put("cls.predictions.bias", Tensor.zeros(60));
        tensors.put("bert.embeddings.position_ids", Tensor.of(new long[16], 1, 16));
        Safetensors.write(model.resolve("model.safetensors"), tensors, Map.of());
        assertThat(compare(model, Fixtures.of("models/bert/case.safetensors")).fault())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'\"layer_norm_eps\": 1e-12', '\"layer_norm_eps\": 1e-2', trace.embeddings",
        "'\"hidden_act\": \"gelu\"', '\"hidden_act\": \"gelu_new\"', trace.encoder.layer.0.intermediate"
    })
    void whatIsPlantedIsTheFirstDivergence(String setting, String wrong, String first) {
        ParityReport report = compare(changed(n -> n, setting, wrong), Fixtures.of("models/bert/case.safetensors"));
        assertThat(report.divergence())
                .hasValueSatisfying(row -> assertThat(row.name()).isEqualTo(first));
    }

    @ParameterizedTest
    @CsvSource({
        "'\"vocab_size\": 60', '\"vocab_size\": 61', 'embeddings.word_embeddings.weight is (60,32), the model needs (61,32)'",
        "'\"vocab_size\": 60', '\"vocab_size\": 1000000000000', 'vocab_size'",
        "'\"num_hidden_layers\": 3', '\"num_hidden_layers\": 2', 'tensors that the model does not know'",
        "'\"num_hidden_layers\": 3', '\"num_hidden_layers\": 4', 'is missing'",
        "'\"num_attention_heads\": 4', '\"num_attention_heads\": 5', 'does not divide'",
        "'\"absolute\"', '\"relative_key\"', 'position_embedding_type'",
        "'\"use_cache\"', '\"chunk_size_feed_forward\": 3, \"use_cache\"', 'chunk_size_feed_forward'",
        "'\"bert\"', '\"roberta\"', 'model_type'"
    })
    void whatDoesNotFitIsNamed(String setting, String other, String fault) {
        Path model = changed(n -> n, setting, other);
        assertThatThrownBy(() -> HuggingFaceBert.load(model))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(fault);
    }
}
