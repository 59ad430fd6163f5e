package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static sensorium.app.CommandRun.sensorium;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.audio.AudioFile;
import sensorium.audio.WavWriter;
import sensorium.io.Safetensors;
import sensorium.multimodal.dual.DualEncoder;
import sensorium.multimodal.dual.HuggingFaceDual;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;
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

    /** The first picture of a recording, as a file. */
    private Path picture(String model) {
        Tensor image = Safetensors.open(fixture(model + "/case.safetensors")).tensor("input.image_u8");
        long[] levels = image.toLongs();
        byte[] bytes = new byte[levels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) levels[i];
        }
        Path file = folder.resolve("picture.png");
        PngWriter.write(new Picture(image.dim(1), image.dim(0), image.dim(2), bytes), file);
        return file;
    }

    private static float[] vector(JsonNode row) {
        float[] vector = new float[row.path("vector").size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = row.path("vector").get(i).floatValue();
        }
        return vector;
    }

    /** From a file to the reference's vector. */
    @ParameterizedTest
    @CsvSource({"models/clip, image_embeds", "models/siglip, image_embeds", "models/dinov2, pooler_output"})
    void vectorsOfPictures(String model, String output) {
        Tensor recorded = Safetensors.open(fixture(model + "/case.safetensors")).tensor("output." + output);
        float[] expected = Arrays.copyOf(recorded.toFloats(), recorded.dim(1));
        JsonNode rows = sensorium("embed", fixture(model), "--image", picture(model), "--json")
                .json();
        assertThat(vector(rows.get(0))).containsExactly(expected, within(2e-5f));
    }

    /** A tokenizer of a few letters, and of nothing else. */
    private static void writeLetters(Path model) throws Exception {
        Files.writeString(model.resolve("vocab.json"), """
                {"a": 0, "a</w>": 1, "c": 2, "t</w>": 3, "d": 4, "o": 5, "g</w>": 6, "at</w>": 7, "cat</w>": 8,
                 "<|startoftext|>": 38, "<|endoftext|>": 39}
                """);
        Files.writeString(model.resolve("merges.txt"), "#version: 0.2\na t</w>\nc at</w>\n");
    }

    @Test
    void namesForPictures() throws Exception {
        Path model = copy("models/clip");
        Path picture = picture("models/clip");
        CommandRun without = sensorium("classify", model, picture, "--labels", "a cat,a dog");
        assertThat(without.status()).isEqualTo(1);
        assertThat(without.err()).hasLineCount(1).contains("vocab.json: no such file");
        writeLetters(model);
        JsonNode verdict = sensorium(
                        "classify", model, picture, "--labels", "a cat, a dog,cat", "--template", "{}", "--json")
                .json()
                .get(0);
        assertThat(verdict.path("guesses")).hasSize(3);
        double sum = 0;
        for (JsonNode guess : verdict.path("guesses")) {
            sum += guess.path("probability").asDouble();
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
        // What the model itself says of these ids: <start> a</w> cat</w> <end>, and so on.
        DualEncoder clip = HuggingFaceDual.load(model);
        Tensor image = Safetensors.open(model.resolve("case.safetensors"))
                .tensor("output.image_embeds")
                .slice(0, 0, 1);
        double[] scores = new double[3];
        long[][] ids = {{38, 1, 8, 39}, {38, 1, 4, 5, 6, 39}, {38, 8, 39}};
        for (int i = 0; i < ids.length; i++) {
            Tensor text = clip.ofText(clip.text().forward(Tensor.of(ids[i], 1, ids[i].length)));
            scores[i] = clip.scores(image, DualEncoder.unit(text)).item();
        }
        double[] p = Tensor.of(scores, 3).softmax(0).toDoubles();
        List<String> names = List.of("a cat", "a dog", "cat");
        for (JsonNode guess : verdict.path("guesses")) {
            int i = names.indexOf(guess.path("label").asString());
            assertThat(guess.path("probability").asDouble()).isCloseTo(p[i], within(1e-4));
        }
        assertThat(vector(sensorium("embed", model, "--text", "a cat", "--json")
                        .json()
                        .get(0)))
                .hasSize(16);
        assertThat(sensorium("classify", model, picture).status()).isEqualTo(2);
    }

    @Test
    void whatAPublishedModelCannotTake() throws Exception {
        Path model = copy("models/clip");
        Path dot = folder.resolve("dot.png");
        PngWriter.write(new Picture(1, 1, 3, new byte[3]), dot);
        assertThat(vector(sensorium("embed", model, "--image", dot, "--json")
                        .json()
                        .get(0)))
                .hasSize(16);
        Path huge = folder.resolve("huge.png");
        byte[] png = Files.readAllBytes(dot);
        ByteBuffer.wrap(png).putInt(16, 20_000).putInt(20, 20_000); // a header that claims it
        Files.write(huge, png);
        Path thin = folder.resolve("thin.png");
        PngWriter.write(new Picture(30_000, 1, 3, new byte[90_000]), thin);
        Path dinov2 = fixture("models/dinov2");
        Path wav = fixture("kwt1/yes_1000ms.wav");
        for (CommandRun run : new CommandRun[] {
            sensorium("embed", model, "--image", huge),
            sensorium("embed", model, "--image", thin),
            sensorium("embed", model, "--image", wav),
            sensorium("embed", model, "--audio", wav),
            sensorium("embed", dinov2, "--text", "a cat"),
            sensorium("embed", fixture("models/siglip"), "--text", "a cat"),
            sensorium("embed", fixture("models/vit"), "--image", dot),
            sensorium("classify", dinov2, dot),
            sensorium("classify", model, dot, "--label", "a", "--template", "none"),
            sensorium("parity", dinov2, fixture("models/clip/case.safetensors")),
        }) {
            assertThat(run.status()).as(run.err()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1);
        }
        replace(model.resolve("preprocessor_config.json"), "\"width\": 24", "\"width\": 25");
        assertThat(sensorium("embed", model, "--image", dot).err())
                .contains("makes pictures of 3 channels, 25x24; the model sees 3, 24x24");
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
            assertThat(squares).isCloseTo(1, within(1e-5));
        }
        assertThat(rows.get(0).path("vector")).isNotEqualTo(rows.get(1).path("vector"));
        // Of seventeen tokens sixteen are read.
        assertThat(line(model, "! ".repeat(15))).isEqualTo(line(model, "! ".repeat(14)));
        CommandRun run = sensorium("embed", model, "--text", "red", "--image", folder.resolve("no.png"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("a model of texts").hasLineCount(1);
        CommandRun parity = sensorium("parity", model, fixture("models/bert/case.safetensors"));
        assertThat(parity.status()).as(parity.err()).isZero();
    }

    private static String line(Path model, String text) {
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
