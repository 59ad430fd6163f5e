package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.BadInputException;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.nn.ConvStage;
import sensorium.nn.GridPositions;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.ParityReport;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.PublishedFolder;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** The published vision transformer, against a recorded run of the reference implementation. */
class HuggingFaceVitTest {
    @TempDir
    Path folder;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    private static VitConfig config(Path model) {
        return PublishedFolder.open(model).config(HuggingFaceVit::config, HuggingFaceVit.TYPE);
    }

    private static Map<String, Tensor> recorded(Path model) {
        return Safetensors.open(model.resolve("case.safetensors")).tensors();
    }

    @ParameterizedTest
    @MethodSource("devices")
    void everyRecordedValueIsWithinTolerance(String device) {
        Path path = Fixtures.path("models/vit");
        Backends.with(Backends.open(device), () -> {
            ParityReport report = compare(HuggingFaceVit.parity(path));
            assertThat(report.fault()).isEmpty();
            assertThat(report.rows()).hasSize(15); // twelve intermediates, the pixels, and two outputs
            return null;
        });
    }

    private static ParityReport compare(ParityCase model) {
        return model.compare(new Recording(recorded(Fixtures.path("models/vit")), "the recording"));
    }

    @Test
    void aWrongEpsilonIsFoundAtTheFirstNorm() throws IOException {
        Path path = Fixtures.path("models/vit");
        String json = Files.readString(path.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"), json.replace("\"layer_norm_eps\": 1e-06", "\"layer_norm_eps\": 1e-05"));
        Files.copy(path.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        Files.copy(path.resolve("preprocessor_config.json"), folder.resolve("preprocessor_config.json"));
        ParityReport report = compare(HuggingFaceVit.parity(folder));
        assertThat(report.agrees()).isFalse();
        assertThat(report.divergence()).hasValueSatisfying(row -> {
            assertThat(row.name()).isEqualTo("trace.vit.encoder.layer.0.layernorm_before");
            assertThat(row.absolute()).isGreaterThan(row.tolerance()).isLessThan(1);
            assertThat(row.ulps()).isGreaterThan(100);
        });
        assertThat(report.fault())
                .hasValueSatisfying(fault -> assertThat(fault)
                        .contains("layernorm_before leaves its tolerance")
                        .doesNotContain("\n"));
    }

    @Test
    void whatIsSavedIsTheModelThatWasLoaded() {
        Path path = Fixtures.path("models/vit");
        Vit vit = HuggingFaceVit.load(path);
        HuggingFaceVit.save(vit, folder, Optional.empty());
        var original = Safetensors.open(path.resolve("model.safetensors"));
        var saved = Safetensors.open(folder.resolve("model.safetensors"));
        assertThat(saved.names()).containsExactlyInAnyOrderElementsOf(original.names());
        for (String name : saved.names()) {
            assertThat(saved.tensor(name).toFloats())
                    .as(name)
                    .isEqualTo(original.tensor(name).toFloats());
        }
        Vit again = HuggingFaceVit.load(folder);
        assertThat(again.config()).isEqualTo(vit.config());
        assertThat(again.config().labels()).hasSize(7);
        Tensor pixels = recorded(path).get("input.pixel_values");
        assertThat(again.forward(pixels).toFloats())
                .isEqualTo(vit.forward(pixels).toFloats());
    }

    @Test
    void anotherKindOfEncoderIsNotSavedAsOne() {
        var stem = Patches.Config.ofStem(1, 8, 8, ConvStage.Config.pooled(8, 2));
        var encoder = new PatchEncoder.Config(
                stem, 0, GridPositions.Kind.LEARNED, Pooling.Kind.MEAN, TransformerConfig.of(8, 1, 2));
        Vit vit = Vit.of(Weights.random(1), new VitConfig(encoder, List.of("a", "b")));
        assertThatThrownBy(() -> HuggingFaceVit.save(vit, folder, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void largerPicturesResizeThePositions() {
        Vit vit = HuggingFaceVit.load(Fixtures.path("models/vit"));
        Tensor wide = Tensor.zeros(1, 3, 32, 40);
        assertThat(vit.encoder().tokens(wide).shape().dims()).containsExactly(1, 1 + 4 * 5, 32);
    }

    /** Patches of 3×5 pixels in pictures of 6×15, without biases of queries, keys and values: written, read, and each token by hand. */
    @Test
    void rectangles() throws IOException {
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "vit", "image_size": [6, 15], "patch_size": [3, 5], "num_channels": 2, "hidden_size": 8,
                 "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12, "qkv_bias": false,
                 "hidden_act": "gelu", "layer_norm_eps": 1e-06, "id2label": {"0": "a", "1": "b", "2": "c"}}""");
        Vit vit = Vit.of(Weights.random(5), config(folder));
        Path saved = folder.resolve("saved");
        HuggingFaceVit.save(vit, saved, Optional.empty());
        assertThat(Files.readString(saved.resolve("config.json"))).contains("\"qkv_bias\" : false");
        assertThat(Safetensors.open(saved.resolve("model.safetensors")).names())
                .contains("vit.encoder.layer.0.attention.output.dense.bias")
                .doesNotContain("vit.encoder.layer.0.attention.attention.query.bias");
        Vit again = HuggingFaceVit.load(saved);
        float[] numbers = new float[2 * 6 * 15];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) Math.sin(i);
        }
        Tensor pixels = Tensor.of(numbers, 1, 2, 6, 15);
        assertThat(again.forward(pixels).toFloats())
                .isEqualTo(vit.forward(pixels).toFloats());
        float[] tokens = again.encoder().patches().forward(pixels).toFloats(); // (1, 2·3, 8)
        float[] weight = again.encoder().patches().projection().weight().value().toFloats(); // (8, 2, 3, 5)
        for (int token = 0; token < 6; token++) {
            for (int d = 0; d < 8; d++) {
                double sum = 0; // the bias begins at zero
                for (int i = 0; i < 30; i++) {
                    int channel = i / 15;
                    int y = 3 * (token / 3) + i % 15 / 5;
                    int x = 5 * (token % 3) + i % 5;
                    sum += weight[30 * d + i] * numbers[90 * channel + 15 * y + x];
                }
                assertThat((double) tokens[8 * token + d]).isCloseTo(sum, within(1e-5));
            }
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() throws IOException {
        Path path = Fixtures.path("models/vit");
        String json = Files.readString(path.resolve("config.json"));
        Path file = folder.resolve("config.json");
        assertThatThrownBy(() -> config(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
        Files.writeString(file, json.replace("\"qkv_bias\"", "\"rope_theta\": 7, \"qkv_bias\""));
        assertThatThrownBy(() -> config(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessage(file + ": settings that are not known here: rope_theta");
        Files.writeString(file, json.replace("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"snake\""));
        assertThatThrownBy(() -> config(folder)).hasMessageContaining("snake");
        Files.writeString(file, json.replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 5"));
        assertThatThrownBy(() -> config(folder)).hasMessageContaining("does not divide");
        Files.writeString(file, json.replace("\"model_type\": \"vit\"", "\"model_type\": \"bert\""));
        assertThatThrownBy(() -> config(folder)).hasMessageContaining("model_type is \"bert\"");
        Files.writeString(file, json.substring(0, 100));
        assertThatThrownBy(() -> config(folder)).hasMessageContaining("not JSON");
        Files.writeString(file, json.replace("\"hidden_size\": 32", "\"hidden_size\": 64"));
        Files.copy(path.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> HuggingFaceVit.load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("the model needs");
    }
}
