package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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
import sensorium.nn.ModelConfigFile;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.Trace;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** The published vision transformer, against a recorded run of the reference implementation. */
class HuggingFaceVitTest {
    /** Of {@code max(1, max|expected|)}: what the recording's manifest allows. */
    private static final double TOLERANCE = 3e-5;

    @TempDir
    Path folder;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    private static VitConfig config(Path model) {
        return HuggingFaceVit.config(ModelConfigFile.read(model, "vit"));
    }

    private static Map<String, Tensor> recorded(Path model) {
        return Safetensors.open(model.resolve("case.safetensors")).tensors();
    }

    @ParameterizedTest
    @MethodSource("devices")
    void everyRecordedValueIsWithinTolerance(String device) {
        Path path = Fixtures.path("models/vit");
        Backends.with(Backends.open(device), () -> {
            compare(path);
            return null;
        });
    }

    private static void compare(Path path) {
        Vit vit = HuggingFaceVit.load(path);
        Map<String, Tensor> recorded = recorded(path);
        try (Trace trace = Trace.of(vit, () -> vit.forward(withOwnPreprocessing(path, recorded)))) {
            var compared = new TreeSet<String>();
            trace.tensors().forEach((ours, value) -> {
                String name = "trace." + HuggingFaceVit.NAMES.theirs(ours);
                if (recorded.containsKey(name)) {
                    assertClose(name, value, recorded.get(name));
                    compared.add(name);
                }
            });
            var all = new TreeSet<>(recorded.keySet());
            all.removeIf(name -> !name.startsWith("trace."));
            assertThat(compared).isEqualTo(all).hasSize(12);
            assertClose("logits", trace.tensors().get(""), recorded.get("output.logits"));
            assertClose(
                    "last_hidden_state",
                    trace.tensors().get("encoder.transformer.norm"),
                    recorded.get("output.last_hidden_state"));
        }
    }

    /** Row 0 from the picture's bytes by our own preprocessing, row 1 as recorded. */
    private static Tensor withOwnPreprocessing(Path path, Map<String, Tensor> recorded) {
        Tensor image = recorded.get("input.image_u8"); // (height, width, 3)
        long[] samples = image.toLongs();
        var bytes = new byte[samples.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) samples[i];
        }
        var picture = new Picture(image.dim(1), image.dim(0), 3, bytes);
        PixelValues pixels = ImageProcessor.read(path).process(picture);
        Tensor first = Tensor.of(pixels.values(), 1, pixels.channels(), pixels.height(), pixels.width());
        Tensor given = recorded.get("input.pixel_values");
        assertClose("pixel_values", first, given.slice(0, 0, 1));
        return Tensor.concat(0, List.of(first, given.slice(0, 1, 2)));
    }

    private static void assertClose(String what, Tensor actual, Tensor expected) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double largest = Math.max(1, expected.abs().max().item());
        double off =
                actual.to(DType.F64).minus(expected.to(DType.F64)).abs().max().item();
        assertThat(off / largest).as(what).isLessThanOrEqualTo(TOLERANCE);
    }

    @Test
    void aWrongChoiceWouldBeSeen() throws IOException {
        Path path = Fixtures.path("models/vit");
        String json = Files.readString(path.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"), json.replace("\"layer_norm_eps\": 1e-06", "\"layer_norm_eps\": 1e-05"));
        Files.copy(path.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        Vit vit = HuggingFaceVit.load(folder);
        Map<String, Tensor> recorded = recorded(path);
        Tensor logits = vit.forward(recorded.get("input.pixel_values"));
        assertThat(logits.minus(recorded.get("output.logits")).abs().max().item())
                .isGreaterThan(1e-2);
    }

    @Test
    void whatIsSavedIsTheModelThatWasLoaded() {
        Path path = Fixtures.path("models/vit");
        Vit vit = HuggingFaceVit.load(path);
        HuggingFaceVit.save(vit, folder);
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
        assertThatThrownBy(() -> HuggingFaceVit.save(vit, folder)).isInstanceOf(IllegalArgumentException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void largerPicturesResizeThePositions() {
        Vit vit = HuggingFaceVit.load(Fixtures.path("models/vit"));
        Tensor wide = Tensor.zeros(1, 3, 32, 40);
        assertThat(vit.encoder().tokens(wide).shape().dims()).containsExactly(1, 1 + 4 * 5, 32);
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
