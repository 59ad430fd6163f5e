package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static sensorium.app.CommandRun.sensorium;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.audio.AudioFile;
import sensorium.audio.WavWriter;
import tools.jackson.databind.JsonNode;

/** Published models through the command line. */
class PublishedModelCommandsTest {
    @TempDir
    Path folder;

    private static Path fixture(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    private Path copy(String name) throws Exception {
        Path copied = Files.createDirectory(folder.resolve(name.replace('/', '-')));
        try (var files = Files.list(fixture(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, copied.resolve(file.getFileName()));
            }
        }
        return copied;
    }

    private static void replace(Path file, String what, String by) throws Exception {
        String text = Files.readString(file);
        assertThat(text).contains(what);
        Files.writeString(file, text.replace(what, by));
    }

    @ParameterizedTest
    @CsvSource({"yes, yes", "no, no", "silence, _silence_", "noise, down"})
    void keywordsOfEveryClip(String clip, String label) {
        JsonNode verdicts = sensorium("classify", fixture("kwt1"), fixture("kwt1/" + clip + "_1000ms.wav"), "--json")
                .json();
        assertThat(verdicts.get(0).path("label").asString()).isEqualTo(label);
    }

    @Test
    void soundsOfOtherRates() throws Exception {
        Path low = folder.resolve("yes-8k.wav");
        WavWriter.write(
                low, AudioFile.decode(fixture("kwt1/yes_1000ms.wav")).mono().resampled(8_000));
        assertThat(sensorium("classify", fixture("kwt1"), low).out()).contains("yes-8k.wav  yes 0.9");
        JsonNode guesses =
                sensorium("classify", fixture("models/ast"), low, "--json").json();
        assertThat(guesses.get(0).path("guesses")).hasSize(5);
    }

    @Test
    void aSoundWithoutSamplesIsALine() throws Exception {
        Path empty = folder.resolve("empty.wav");
        byte[] header = Arrays.copyOf(Files.readAllBytes(fixture("kwt1/yes_1000ms.wav")), 44);
        Arrays.fill(header, 40, 44, (byte) 0); // no bytes of data
        Files.write(empty, header);
        CommandRun run = sensorium("classify", fixture("kwt1"), empty);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("without a single sample").hasLineCount(1);
    }

    @Test
    void parityOfAModelThatAgrees() {
        CommandRun run = sensorium("parity", fixture("models/dit"), fixture("models/dit/case.safetensors"));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("absolute", "ULP", "trace.transformer_blocks.0", "output.sample")
                .doesNotContain("<--");
        JsonNode json = sensorium(
                        "parity", fixture("models/whisper"), fixture("models/whisper/case.safetensors"), "--json")
                .json();
        assertThat(json.path("agrees").asBoolean()).isTrue();
        assertThat(json.path("values")).hasSize(16);
    }

    @Test
    void aWrongEpsilonIsNamed() throws Exception {
        Path model = copy("models/ast");
        replace(model.resolve("config.json"), "\"layer_norm_eps\": 1e-06", "\"layer_norm_eps\": 1e-05");
        CommandRun run = sensorium("parity", model, model.resolve("case.safetensors"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("<--");
        assertThat(run.err())
                .hasLineCount(1)
                .contains("trace.audio_spectrogram_transformer.encoder.layer.0.layernorm_before leaves its tolerance");
    }

    @Test
    void anotherToleranceMayBeAsked() {
        Path model = fixture("models/vit");
        Path dump = model.resolve("case.safetensors");
        assertThat(sensorium("parity", model, dump, "--tolerance", "0.5").status())
                .isZero();
        CommandRun strict = sensorium("parity", model, dump, "--tolerance", "1e-12", "--json");
        assertThat(strict.status()).isEqualTo(1);
        assertThat(strict.out()).contains("\"agrees\":false", "\"first\":");
        assertThat(sensorium("parity", model, dump, "--tolerance", "-1").status())
                .isEqualTo(2);
    }

    @Test
    void vectorsOfTexts() throws Exception {
        Path model = TinyBert.in(folder.resolve("tiny"));
        JsonNode rows = sensorium("embed", model, "--text", "a red duck", "--text", "", "--json")
                .json();
        assertThat(rows).hasSize(2);
        for (JsonNode row : rows) {
            double squares = 0;
            for (JsonNode v : row.path("vector")) {
                squares += v.asDouble() * v.asDouble();
            }
            assertThat(row.path("vector")).hasSize(32);
            assertThat(squares).isCloseTo(1, offset(1e-5));
        }
        assertThat(rows.get(0).path("vector")).isNotEqualTo(rows.get(1).path("vector"));
        // Of seventeen tokens sixteen are read.
        assertThat(vector(model, "! ".repeat(15))).isEqualTo(vector(model, "! ".repeat(14)));
        CommandRun run = sensorium("embed", model, "--text", "red", "--image", folder.resolve("no.png"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("a model of texts").hasLineCount(1);
        CommandRun parity = sensorium("parity", model, fixture("models/bert/case.safetensors"));
        assertThat(parity.status()).as(parity.err()).isZero();
    }

    private static String vector(Path model, String text) {
        return sensorium("embed", model, "--text", text)
                .out()
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tokensOfTexts() throws Exception {
        Path model = TinyBert.in(folder.resolve("tiny"));
        JsonNode read =
                sensorium("tokenize", model, "--text", "A red dü!", "--json").json();
        assertThat(read.path("tokens").toString()).isEqualTo("[\"[CLS]\",\"a\",\"red\",\"d\",\"##u\",\"!\",\"[SEP]\"]");
        assertThat(read.path("offsets").toString()).isEqualTo("[[0,0],[0,1],[2,5],[6,7],[7,8],[8,9],[0,0]]");
        assertThat(read.path("ids").get(2).asInt()).isEqualTo(5);
        assertThat(sensorium("tokenize", model, "--text", "red").out()).contains("      5  red");
        assertThat(sensorium("tokenize", fixture("models/vit"), "--text", "red").err())
                .contains("no tokenizer")
                .hasLineCount(1);
    }

    @Test
    void faultsAreALine() throws Exception {
        Path model = copy("models/whisper");
        Path weights = model.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length / 3));
        Path wav = fixture("kwt1/yes_1000ms.wav");
        for (CommandRun run : new CommandRun[] {
            sensorium("parity", model, model.resolve("case.safetensors")),
            sensorium("transcribe", model, wav),
            sensorium("transcribe", fixture("models/vit"), wav),
            sensorium("transcribe", fixture("models/whisper"), wav), // no preprocessor config, no tokenizer
            sensorium("classify", fixture("models/bert"), wav),
            sensorium("parity", fixture("models/vit"), fixture("models/ast/case.safetensors")),
        }) {
            assertThat(run.status()).as(run.err()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1);
        }
    }
}
