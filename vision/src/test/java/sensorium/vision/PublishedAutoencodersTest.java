package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.nn.Parity;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityReport;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

/** The published autoencoders of pictures, against recorded runs of the reference implementation. */
class PublishedAutoencodersTest {
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    @TempDir
    Path folder;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    private static Map<String, Tensor> recorded(Path model) {
        return Safetensors.open(model.resolve("case.safetensors")).tensors();
    }

    private static void assertWithin(double tolerance, Tensor actual, Tensor expected) {
        assertThat(Parity.difference(actual, expected)).isLessThanOrEqualTo(tolerance);
    }

    /** All that was recorded is computed, and within tolerance. */
    private static void compare(String device, String name, int values, Function<Path, ParityCase> open) {
        Path path = Fixtures.path(name);
        Backends.with(Backends.open(device), () -> {
            ParityReport report = open.apply(path).compare(new ParityCase.Recording(recorded(path), name));
            assertThat(report.fault()).isEmpty();
            assertThat(report.rows()).hasSize(values);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("devices")
    void autoencoderKl(String device) {
        compare(device, "models/autoencoder_kl", 19, DiffusersAutoencoder::parityKl);
    }

    @ParameterizedTest
    @MethodSource("devices")
    void vectorQuantised(String device) {
        compare(device, "models/vq_model", 13, DiffusersAutoencoder::parityVq);
    }

    @Test
    void olderNamesOfTheAttentionAreKnown() throws IOException {
        Path path = Fixtures.path("models/autoencoder_kl");
        Map<String, String> current = new TreeMap<>();
        JsonMapper.shared()
                .readTree(Files.readAllBytes(path.resolve("legacy_names.json")))
                .properties()
                .forEach(e -> current.put(e.getValue().asString(), e.getKey()));
        Map<String, Tensor> old = new TreeMap<>();
        Safetensors.open(path.resolve(WEIGHTS))
                .tensors()
                .forEach((name, value) -> old.put(current.getOrDefault(name, name), value));
        assertThat(old.keySet()).anyMatch(name -> name.contains("proj_attn"));
        Safetensors.write(folder.resolve(WEIGHTS), old, Map.of());
        Files.copy(path.resolve("config.json"), folder.resolve("config.json"));
        Map<String, Tensor> in = recorded(path);
        assertWithin(
                5e-5,
                DiffusersAutoencoder.loadKl(folder)
                        .encode(in.get("input.sample"))
                        .mean(),
                in.get("output.mean"));
    }
}
