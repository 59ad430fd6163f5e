package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.nn.Module;
import sensorium.nn.Parity;
import sensorium.nn.Trace;
import sensorium.nn.WeightNames;
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

    /** Every traced value that was recorded is within tolerance, and none of those is left out. */
    private static void compare(
            Module model, WeightNames names, Map<String, Tensor> recorded, double tolerance, Runnable run) {
        try (Trace trace = Trace.of(model, () -> {
            run.run();
            return null;
        })) {
            Map<String, Double> off = Parity.of(trace.tensors(), names::theirs, recorded);
            Set<String> all = new TreeSet<>(recorded.keySet());
            all.removeIf(name -> !name.startsWith("trace."));
            assertThat(off.keySet()).isEqualTo(all).isNotEmpty();
            assertThat(off).allSatisfy((_, difference) -> assertThat(difference).isLessThanOrEqualTo(tolerance));
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void autoencoderKl(String device) {
        Path path = Fixtures.path("models/autoencoder_kl");
        Backends.with(Backends.open(device), () -> {
            AutoencoderKl model = DiffusersAutoencoder.loadKl(path);
            Map<String, Tensor> in = recorded(path);
            compare(model, DiffusersAutoencoder.KL, in, 5e-5, () -> {
                var latent = model.encode(in.get("input.sample"));
                assertWithin(5e-5, latent.mean(), in.get("output.mean"));
                assertWithin(5e-5, latent.logVariance(), in.get("output.logvar"));
                Tensor sample = latent.sample(in.get("input.noise"));
                assertWithin(5e-5, sample, in.get("output.sample_with_noise"));
                assertWithin(5e-5, model.decode(sample), in.get("output.decoded"));
            });
            assertWithin(5e-5, model.decode(in.get("input.latents2")), in.get("output.decoded_latents2"));
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("devices")
    void vectorQuantised(String device) {
        Path path = Fixtures.path("models/vq_model");
        Backends.with(Backends.open(device), () -> {
            VqModel model = DiffusersAutoencoder.loadVq(path);
            Map<String, Tensor> in = recorded(path);
            compare(model, DiffusersAutoencoder.VQ, in, 3e-5, () -> {
                Tensor latents = model.encode(in.get("input.sample"));
                assertWithin(3e-5, latents, in.get("output.latents"));
                Tensor tokens = model.nearest(latents);
                assertThat(tokens.toLongs()).isEqualTo(in.get("output.indices").toLongs());
                assertWithin(3e-5, model.map(tokens), in.get("output.quantized"));
                assertWithin(3e-5, model.picture(tokens), in.get("output.decoded"));
            });
            Tensor direct = model.decode(in.get("output.latents"));
            assertWithin(3e-5, direct, in.get("output.decoded_not_quantized"));
            return null;
        });
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
