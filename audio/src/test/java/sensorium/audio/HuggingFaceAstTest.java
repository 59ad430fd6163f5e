package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.BadInputException;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.ParityReport;
import sensorium.tensor.Tensor;

/** The published Audio Spectrogram Transformer, against a recorded run of the reference implementation. */
class HuggingFaceAstTest {
    private static final List<String> FILES = List.of("config.json", "preprocessor_config.json", "model.safetensors");

    @TempDir
    Path folder;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    private static ParityReport compare(ParityCase model) {
        Path file = Fixtures.path("models/ast/case.safetensors");
        return model.compare(new Recording(Safetensors.open(file).tensors(), file.toString()));
    }

    @ParameterizedTest
    @MethodSource("devices")
    void everyRecordedValueIsWithinTolerance(String device) {
        Path path = Fixtures.path("models/ast");
        Backends.with(Backends.open(device), () -> {
            ParityReport report = compare(HuggingFaceAst.parity(path));
            assertThat(report.fault()).isEmpty();
            assertThat(report.rows()).hasSize(16);
            return null;
        });
    }

    @Test
    void aWrongEpsilonIsFoundAtTheFirstNorm() throws IOException {
        copy("\"layer_norm_eps\": 1e-06", "\"layer_norm_eps\": 1e-05");
        assertThat(compare(HuggingFaceAst.parity(folder)).divergence())
                .hasValueSatisfying(row -> assertThat(row.name())
                        .isEqualTo("trace.audio_spectrogram_transformer.encoder.layer.0.layernorm_before"));
    }

    @Test
    void soundsOfAnyLengthAndRate() {
        Ast model = HuggingFaceAst.load(Fixtures.path("models/ast"));
        assertThat(model.labels()).hasSize(6);
        var noise = new float[200_000];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) Math.sin(i * i * 0.37) / 3;
        }
        float[] all = model.classify(new Waveform(noise, 16_000)).toFloats();
        float[] beginning = model.classify(new Waveform(Arrays.copyOf(noise, 16_000), 16_000))
                .toFloats();
        assertThat(all).isEqualTo(beginning);
        for (int length : new int[] {1, 399, 400, 5_000}) {
            Tensor logits = model.classify(new Waveform(Arrays.copyOf(noise, length), 48_000));
            assertThat(logits.shape().dims()).containsExactly(1, 6);
            assertThat(logits.abs().max().item()).isFinite();
        }
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        rejects("\"max_length\": 48", "\"max_length\": 58", "is 48, but config.json says 58");
        rejects("\"patch_size\": 16", "\"patch_size\": 33", "patch_size");
        rejects("\"patch_size\": 16", "\"window\": 7, \"patch_size\": 16", "not known here: window");
        rejects("\"audio-spectrogram-transformer\"", "\"vit\"", "model_type is \"vit\"");
        rejects("\"hidden_size\": 32", "\"hidden_size\": 64", "the model needs");
        copy("", "");
        Path hearing = folder.resolve("preprocessor_config.json");
        String json = Files.readString(hearing);
        Files.writeString(hearing, json.replace("16000", "44100"));
        rejected("\"sampling_rate\" is 44100");
        Files.writeString(hearing, json.replace("ASTFeatureExtractor", "WhisperFeatureExtractor"));
        rejected("feature_extractor_type is \"WhisperFeatureExtractor\"");
        Files.delete(hearing);
        rejected("no such file");
    }

    /** The fixture with another text in its config.json. */
    private void copy(String what, String by) throws IOException {
        for (String name : FILES) {
            Files.deleteIfExists(folder.resolve(name));
            Files.copy(Fixtures.path("models/ast").resolve(name), folder.resolve(name));
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
        assertThatThrownBy(() -> HuggingFaceAst.load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }
}
