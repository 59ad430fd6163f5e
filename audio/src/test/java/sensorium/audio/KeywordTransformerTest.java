package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.BadInputException;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.ParityReport;
import sensorium.tensor.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The published KWT-1, against its reference's logits and intermediates. */
class KeywordTransformerTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    private static Waveform clip(String name) {
        return AudioFile.decode(Fixtures.path("kwt1/" + name)).mono();
    }

    private static String label(KeywordTransformer model, Waveform sound) {
        float[] logits = model.classify(sound).toFloats();
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return model.labels().get(best);
    }

    @ParameterizedTest
    @MethodSource("devices")
    void theLogitsOfFourClips(String device) throws IOException {
        JsonNode expected = JsonMapper.shared().readTree(Files.readAllBytes(Fixtures.path("kwt1/expected.json")));
        assertThat(expected.size()).isEqualTo(4);
        Backends.with(Backends.open(device), () -> {
            KeywordTransformer model = KwtCheckpoint.load(Fixtures.path("kwt1"));
            expected.properties().forEach(clip -> {
                Waveform sound = clip(clip.getKey());
                float[] logits = model.classify(sound).toFloats();
                JsonNode wanted = clip.getValue().path("logits");
                var numbers = new float[wanted.size()];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = (float) wanted.get(i).asDouble();
                }
                assertThat(Fixtures.maxDifference(logits, numbers))
                        .as(clip.getKey())
                        .isLessThan(TOLERANCE);
                assertThat(label(model, sound))
                        .isEqualTo(clip.getValue().path("label").asString());
            });
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("devices")
    void everyRecordedIntermediate(String device) {
        Path file = Fixtures.path("kwt1/yes_intermediates.safetensors");
        Backends.with(Backends.open(device), () -> {
            Map<String, Tensor> recorded = Safetensors.open(file).tensors();
            float[] yes = clip("yes_1000ms.wav").samples();
            recorded.put("input.waveform", Tensor.of(yes, yes.length));
            ParityReport report =
                    KwtCheckpoint.parity(Fixtures.path("kwt1")).compare(new Recording(recorded, "recorded"));
            assertThat(report.fault()).isEmpty();
            assertThat(report.rows())
                    .hasSize(6)
                    .allSatisfy(row -> assertThat(row.tolerance()).isEqualTo(TOLERANCE));
            return null;
        });
    }

    @Test
    void anySoundIsHeard() {
        KeywordTransformer model = KwtCheckpoint.load(Fixtures.path("kwt1"));
        Waveform yes = clip("yes_1000ms.wav");
        assertThat(label(model, yes.resampled(44_100))).isEqualTo("yes");
        assertThat(label(model, yes.resampled(8_000))).isEqualTo("yes");
        assertThat(label(model, yes.trimmed(-30))).isEqualTo("yes");
        // Five seconds, the word in the middle.
        var five = new float[80_000];
        System.arraycopy(yes.samples(), 0, five, 33_333, 16_000);
        assertThat(label(model, new Waveform(five, 16_000))).isEqualTo("yes");
        assertThat(model.classify(new Waveform(new float[1], 192_000)).toFloats())
                .hasSize(12)
                .satisfies(logits -> {
                    for (float x : logits) {
                        assertThat(x).isFinite();
                    }
                });
    }

    @Test
    void theLoudestStretch() {
        var samples = new float[1_000];
        Arrays.fill(samples, 700, 800, 0.5f);
        samples[10] = 0.9f;
        Waveform sound = new Waveform(samples, 100);
        assertThat(sound.loudest(100).samples()).isEqualTo(Arrays.copyOfRange(samples, 700, 800));
        assertThat(sound.loudest(1_000)).isSameAs(sound);
        assertThat(new Waveform(new float[50], 100).loudest(20).samples()).hasSize(20);
    }

    @Test
    void anotherModelIsRefused() throws IOException {
        Path original = Fixtures.path("kwt1");
        String json = Files.readString(original.resolve("config.json"));
        Path config = folder.resolve("config.json");
        Path weights = folder.resolve("model.safetensors");
        Files.copy(original.resolve("model.safetensors"), weights);
        Files.writeString(config, json.replace("\"kwt\"", "\"vit\""));
        rejects("model_type is \"vit\"");
        Files.writeString(config, json.replace("\"d_model\": 64", "\"d_model\": 128"));
        rejects("the model needs");
        Files.writeString(config, json.replace("gelu_tanh (", "relu ("));
        rejects("only gelu_tanh");
        Files.writeString(config, json.replace("\"heads\": 1", "\"heads\": 5"));
        rejects("does not divide");
        Files.writeString(config, json.replace("\"frames\": 98", "\"frames\": 97"));
        rejects("\"frames\" is not the 98");
        Files.writeString(config, json.replace("\"mlp\"", "\"convolutions\": 3, \"mlp\""));
        rejects("settings that are not known here: convolutions");
        Files.writeString(config, json);
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
        rejects("not a sound safetensors file");
    }

    private void rejects(String what) {
        assertThatThrownBy(() -> KwtCheckpoint.load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(what)
                .message()
                .doesNotContain("\n");
    }
}
