package sensorium.audio.whisper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.BadInputException;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.nn.Parity;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.ParityReport;
import sensorium.nn.Transformer;
import sensorium.nn.Transformer.Inputs;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/** The published Whisper, against a recorded run of the reference implementation. */
class HuggingFaceWhisperTest {
    @TempDir
    Path folder;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    static Path fixture() {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "models/whisper");
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    private static ParityReport compare(ParityCase model) {
        Path file = fixture().resolve("case.safetensors");
        return model.compare(new Recording(Safetensors.open(file).tensors(), file.toString()));
    }

    /** Encoder, decoder, and ten greedy steps through the cache. */
    @ParameterizedTest
    @MethodSource("devices")
    void everyRecordedValueIsWithinTolerance(String device) {
        Path path = fixture();
        Backends.with(Backends.open(device), () -> {
            ParityReport report = compare(HuggingFaceWhisper.parity(path));
            assertThat(report.fault()).isEmpty();
            assertThat(report.rows()).hasSize(16);
            return null;
        });
    }

    @Test
    void withoutACacheTheScoresAreTheSame() {
        Whisper model = HuggingFaceWhisper.load(fixture());
        Map<String, Tensor> recorded =
                Safetensors.open(fixture().resolve("case.safetensors")).tensors();
        Tensor heard = model.encode(recorded.get("input.input_features"));
        Tensor ids = recorded.get("input.decoder_input_ids"); // (2, 7)
        Tensor whole = model.decode(ids, Inputs.attendingTo(heard, null));
        try (Transformer.Cache cache = model.decoder().newCache()) {
            for (int i = 0; i < ids.dim(1); i++) {
                Tensor next = model.next(
                        ids.slice(1, i, i + 1), Inputs.attendingTo(heard, null).withCache(cache));
                assertThat(Parity.difference(next, whole.select(1, i))).isLessThan(1e-5);
            }
            // Rows that change places go on as if they had stood there.
            cache.truncate(3);
            cache.select(1, 0, 1);
            Tensor swapped = ids.slice(1, 3, 4).indexSelect(0, Tensor.of(new long[] {1, 0, 1}, 3));
            Tensor next = model.next(swapped, Inputs.attendingTo(heard, null).withCache(cache));
            Tensor expected = whole.select(1, 3).indexSelect(0, Tensor.of(new long[] {1, 0, 1}, 3));
            assertThat(Parity.difference(next, expected)).isLessThan(1e-5);
            assertThat(cache.rows()).isEqualTo(3);
        }
    }

    @Test
    void aWrongActivationIsFound() throws IOException {
        copy("\"activation_function\": \"gelu\"", "\"activation_function\": \"relu\"");
        assertThat(compare(HuggingFaceWhisper.parity(folder)).divergence())
                .hasValueSatisfying(row -> assertThat(row.name())
                        .isEqualTo("trace.model.encoder.layers.0")); // GELU behind convolutions is no setting
    }

    @Test
    void theLastProjectionMayBeStoredToo() throws IOException {
        copy("", "");
        Path file = folder.resolve("model.safetensors");
        Map<String, Tensor> tensors = Safetensors.open(file).tensors();
        tensors.put("proj_out.weight", tensors.get("model.decoder.embed_tokens.weight"));
        Safetensors.write(file, tensors, Map.of("format", "pt"));
        assertThat(compare(HuggingFaceWhisper.parity(folder)).fault()).isEmpty();
    }

    @Test
    void onlyWhatFits() {
        Whisper model = HuggingFaceWhisper.load(fixture());
        assertThat(model.encode(Tensor.zeros(1, 16, 7)).shape().dims()).containsExactly(1, 4, 24);
        for (Tensor mel : new Tensor[] {Tensor.zeros(1, 16, 41), Tensor.zeros(1, 80, 40), Tensor.zeros(16, 40)}) {
            assertThatThrownBy(() -> model.encode(mel))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("16 bands and 1 to 40 frames");
        }
    }

    @Test
    void whatIsNotKnownIsRefused() throws IOException {
        rejects("\"scale_embedding\": false", "\"scale_embedding\": true", "\"scale_embedding\" is true");
        rejects("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false", "tie_word_embeddings");
        rejects("\"d_model\": 24", "\"d_model\": 48", "the model needs");
        rejects("\"d_model\": 24", "\"rotary\": 4, \"d_model\": 24", "not known here: rotary");
        rejects("\"encoder_layers\": 2", "\"encoder_layers\": 1", "tensors that the model does not know");
        rejects("\"whisper\"", "\"bert\"", "model_type is \"bert\"");
        copy("", "");
        Path weights = folder.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length - 100));
        rejected("not a sound safetensors file");
    }

    private void copy(String what, String by) throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.deleteIfExists(folder.resolve(name));
            Files.copy(fixture().resolve(name), folder.resolve(name));
        }
        Path config = folder.resolve("config.json");
        String json = Files.readString(config);
        assertThat(json).contains(what);
        Files.writeString(config, json.replace(what, by));
    }

    private void rejects(String what, String by, String message) throws IOException {
        copy(what, by);
        rejected(message);
    }

    private void rejected(String message) {
        assertThatThrownBy(() -> HuggingFaceWhisper.load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }
}
