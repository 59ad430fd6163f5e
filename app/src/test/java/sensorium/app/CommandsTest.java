package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static sensorium.app.CommandRun.sensorium;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.io.Safetensors;
import sensorium.nn.Init;
import sensorium.nn.Weights;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;
import tools.jackson.databind.JsonNode;

/** The commands as a user types them, on a folder of a dozen pictures and tones. */
final class CommandsTest {
    private static final List<String> NAMES = List.of("red", "green", "blue");
    private static final String[] SMALL = {"--set", "pictures=6", "--set", "sounds=6", "--set", "texts=3"};

    @TempDir
    static Path folder;

    private static Path data;
    private static Path space;

    @BeforeAll
    static void train() throws Exception {
        data = Files.createDirectory(folder.resolve("data"));
        var lines = new ArrayList<String>();
        for (int i = 0; i < 12; i++) {
            String name = NAMES.get(i % 3);
            PngWriter.write(picture(i % 3, i), data.resolve(i + ".png"));
            WavWriter.write(data.resolve(i + ".wav"), tone(220 << i % 3));
            lines.add("""
                    {"image_file_name":"%d.png","audio_file_name":"%d.wav","text":"a %s thing","label":"%s","split":"%s"}""".formatted(i, i, name, name, i < 9 ? "train" : "test"));
        }
        Files.write(data.resolve("metadata.jsonl"), lines);
        space = folder.resolve("space");
        JsonNode trained = sensorium(
                        with(SMALL, "train", "shared-space", "--data", data, "--out", space, "--epochs", 1))
                .json();
        assertThat(trained.path("steps").asInt()).isEqualTo(2);
        assertThat(trained.path("train_seconds").asDouble()).isPositive();
    }

    @Test
    void whatIsSaidIsMade() {
        Path vq = folder.resolve("vq");
        sensorium("train", "vq", "--data", data, "--out", vq, "--epochs", 1, "--json")
                .json();
        long[] tokens =
                Piped.outputs(folder, vq, data.resolve("0.png")).get("indices").toLongs();
        JsonNode ids = sensorium("tokenize", vq, "--image", data.resolve("0.png"), "--json")
                .json()
                .path("ids");
        assertThat(ids.toString()).isEqualTo(Arrays.toString(tokens).replace(" ", ""));
        Path made = folder.resolve("made");
        var trained = sensorium(
                        "train",
                        "diffusion",
                        "--data",
                        data,
                        "--text",
                        space,
                        "--latent",
                        vq,
                        "--width",
                        32,
                        "--out",
                        made,
                        "--epochs",
                        1,
                        "--json")
                .json();
        assertThat(trained.path("told").asString()).isEqualTo("what is said of them");
        assertThat(made.resolve("report.html")).content().contains("From one wish to another");
        Path one = folder.resolve("one.png");
        Path two = folder.resolve("two.png");
        for (int threads = 1; threads <= 2; threads++) {
            var generated = sensorium(
                    "generate",
                    made,
                    "--prompt",
                    "a red thing",
                    "--prompt",
                    "blue",
                    "-n",
                    2,
                    "--steps",
                    3,
                    "--threads",
                    threads,
                    "-o",
                    threads == 1 ? one : two);
            assertThat(generated.status()).isZero();
        }
        assertThat(one).hasSameBinaryContentAs(two);
        var judged = sensorium("eval", made, "--data", data, "--space", space, "-n", 4, "--steps", 2, "--json")
                .json();
        assertThat(judged.path("n").asInt()).isEqualTo(4);
        assertThat(judged.path("names").asInt()).isEqualTo(3);
        assertThat(judged.path("found").asDouble()).isEqualTo(1); // among five of three names
        var unasked = sensorium("generate", made, "-n", 1);
        assertThat(unasked.status()).isEqualTo(1);
        assertThat(unasked.err()).contains("--prompt").hasLineCount(1);
        var unjudged = sensorium("eval", made, "--data", data);
        assertThat(unjudged.status()).isEqualTo(1);
        assertThat(unjudged.err()).contains("--space").hasLineCount(1);
    }

    @Test
    void aPublishedEncoderReadsTheTexts() throws Exception {
        Path bert = TinyBert.in(folder.resolve("bert"));
        Path run = folder.resolve("over-bert");
        sensorium(with(
                        SMALL,
                        "train",
                        "shared-space",
                        "--data",
                        data,
                        "--out",
                        run,
                        "--epochs",
                        8,
                        "--text-tower",
                        bert))
                .json();
        // It stays as it was published, and what is after it learns.
        var before = Safetensors.open(bert.resolve("model.safetensors"));
        var after = Safetensors.open(run.resolve("model.safetensors"));
        assertThat(after.tensor("text.sentences.bert.words.weight").toFloats())
                .isEqualTo(before.tensor("embeddings.word_embeddings.weight").toFloats());
        assertThat(after.tensor("text.sentences.bert.encoder.blocks.2.mlp.up.weight")
                        .toFloats())
                .isEqualTo(before.tensor("encoder.layer.2.intermediate.dense.weight")
                        .toFloats());
        assertThat(after.tensor("text.projection.weight").toFloats())
                .isNotEqualTo(Weights.random(0)
                        .at("text")
                        .at("projection")
                        .parameter("weight", Init.xavier(32, 256), 256, 32)
                        .value()
                        .toFloats());
        var rows = sensorium("embed", run, "--text", "a red thing", "--image", data.resolve("0.png"), "--json")
                .json();
        assertThat(rows.get(0).path("vector")).hasSize(256);
        assertThat(rows.get(1).path("vector")).hasSize(256);
        assertThat(sensorium("eval", run, "--data", data, "--json").status()).isZero();
        CommandRun told = sensorium(
                "train", "diffusion", "--data", data, "--text", run, "--out", folder.resolve("told"), "--epochs", 1);
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.err()).contains("--text-tower").hasLineCount(1);
    }

    @Test
    void aRunIsNotOverwrittenAndGoesOn() {
        var again = sensorium(with(SMALL, "train", "shared-space", "--data", data, "--out", space, "--epochs", 1));
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("--resume").hasLineCount(1);
        var resumed = sensorium(
                with(SMALL, "train", "shared-space", "--data", data, "--out", space, "--epochs", 1, "--resume"));
        assertThat(resumed.json().path("steps").asInt()).isEqualTo(2);
    }

    @Test
    void otherDataMayBeTrainedOnAndIsNamed() throws Exception {
        Path labels = Files.createDirectories(folder.resolve("other").resolve("violet"));
        PngWriter.write(picture(1, 5), labels.resolve("0.png"));
        Path other = labels.getParent();
        Path run = folder.resolve("both");
        Object[] line =
                with(SMALL, "train", "shared-space", "--data", data, "--also", other, "--out", run, "--epochs", 2);
        JsonNode trained = sensorium(line).json();
        assertThat(trained.path("trained_on").toString()).contains("data", "other");
        assertThat(trained.path("steps").asInt()).isEqualTo(4); // 9 and 1 pictures, 6 at a time, twice
        assertThat(Path.of(trained.path("report").asString(""))).content().contains("10 items, 4 concepts");
        CommandRun scored = sensorium("eval", run, "--data", data);
        assertThat(scored.out()).startsWith("trained on " + data + ", " + other);
        assertThat(sensorium("eval", run, "--data", data, "--json")
                        .json()
                        .path("recall")
                        .path("text_to_picture")
                        .path("n")
                        .asInt())
                .isEqualTo(3); // nothing of the other is scored
        CommandRun without = sensorium(
                with(SMALL, "train", "shared-space", "--data", data, "--out", run, "--epochs", 2, "--resume"));
        assertThat(without.status()).isEqualTo(1);
        assertThat(without.err()).contains("--also").hasLineCount(1);
        Object[] again = Stream.concat(Stream.of(line), Stream.of("--resume")).toArray();
        assertThat(sensorium(again).json().path("steps").asInt()).isEqualTo(4);
    }

    @Test
    void everyRunLeavesAReport() throws Exception {
        String report = Files.readString(space.resolve("report.html"), StandardCharsets.UTF_8);
        assertThat(report)
                .contains("How it learnt", "Rate", "Where the time went", "trained last", "transformer")
                .doesNotContain("http:", "https:");
    }

    @Test
    void foldersOfLabelsAreEnough() throws Exception {
        Path labels = folder.resolve("labels");
        for (int i = 0; i < 6; i++) {
            Path of = Files.createDirectories(labels.resolve(NAMES.get(i % 3)));
            PngWriter.write(picture(i % 3, i), of.resolve(i + ".png"));
        }
        Files.write(labels.resolve("red").resolve("cut.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
        JsonNode known = sensorium("eval", space, "--data", labels, "--json").json();
        assertThat(known.path("skipped").asInt()).isEqualTo(1);
        assertThat(known.path("recall").path("text_to_picture").path("n").asInt())
                .isEqualTo(3);
        assertThat(known.path("recall").path("picture_to_text").path("n").asInt())
                .isEqualTo(6);
        Path run = folder.resolve("labels-run");
        JsonNode trained = sensorium("train", "classify", "--data", labels, "--out", run, "--epochs", "1", "--json")
                .json();
        assertThat(trained.path("skipped").asInt()).isEqualTo(1);
        assertThat(trained.path("n").asInt()).isEqualTo(6);
        assertThat(Path.of(trained.path("report").asString("")))
                .content()
                .contains("How good it is", "taken for", "What was left out", "cut.png");
    }

    @Test
    void aRunThatCannotBeginLeavesItsFolderFree() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("damaged").resolve("red"));
        Files.createFile(empty.resolve("0.png"));
        Path run = folder.resolve("free");
        Object[] line = with(SMALL, "train", "shared-space", "--data", empty.getParent(), "--out", run, "--epochs", 1);
        assertThat(sensorium(line).err()).contains("nothing in the data can be used");
        PngWriter.write(picture(0, 0), empty.resolve("1.png"));
        assertThat(sensorium(line).json().path("skipped").asInt()).isEqualTo(1);
    }

    @Test
    void evalTellsTheRecallInEveryDirection() {
        JsonNode all = sensorium("eval", space, "--data", data, "--json").json();
        assertThat(all.path("recall").propertyNames())
                .contains("text_to_picture", "picture_to_text", "sound_to_picture", "picture_to_sound");
        assertThat(all.path("recall").path("text_to_picture").path("n").asInt()).isEqualTo(3);
        JsonNode train = sensorium("eval", space, "--data", data, "--split", "train", "--json")
                .json();
        assertThat(train.path("recall").path("text_to_picture").path("n").asInt())
                .isEqualTo(9);
        assertThat(sensorium("eval", space, "--data", data).out()).contains("R@1", "text → picture");
    }

    @Test
    void evalTellsTheShapeOfASpaceAndWhatItIsWorthElsewhere() throws Exception {
        Path page = folder.resolve("shape.html");
        Object[] line = {
            "eval",
            space,
            "--data",
            data,
            "--transfer",
            "--shots",
            1,
            "--draws",
            3,
            "--scratch-steps",
            2,
            "--beside",
            space,
            "--report",
            page,
            "--json"
        };
        JsonNode all = sensorium(line).json();
        assertThat(all.path("geometry").path("uniformity").propertyNames()).containsExactly("text", "picture", "sound");
        assertThat(all.path("arithmetic").path("picture").path("n").asInt()).isEqualTo(6);
        assertThat(all.path("zero_shot").path("classes").asInt()).isEqualTo(3);
        assertThat(all.path("probe").path("shots").propertyNames()).containsExactly("1", "2", "5", "10");
        assertThat(all.path("transfer").path("gain").path("draws").asInt()).isEqualTo(3);
        assertThat(Files.readString(page, StandardCharsets.UTF_8))
                .contains("Labels it was never taught", "Arithmetic across senses", "trained from nothing")
                .doesNotContain("http:", "https:");
        CommandRun few = sensorium("eval", space, "--data", data, "--transfer", "--draws", 1);
        assertThat(few.status()).isEqualTo(1);
        assertThat(few.err()).contains("--draws").hasLineCount(1);
    }

    @Test
    void embedGivesUnitVectors() {
        JsonNode rows = sensorium(
                        "embed",
                        space,
                        "--text",
                        "a red thing",
                        "--image",
                        data.resolve("0.png"),
                        "--audio",
                        data.resolve("0.wav"),
                        "--json")
                .json();
        assertThat(rows).hasSize(3);
        for (JsonNode row : rows) {
            double squares = 0;
            for (JsonNode v : row.path("vector")) {
                squares += v.asDouble() * v.asDouble();
            }
            assertThat(squares).isCloseTo(1, offset(1e-4));
        }
    }

    @Test
    void aProfileComesBesideTheResult() {
        Object[] line = {"embed", space, "--text", "a red thing", "--json", "--profile"};
        CommandRun profiled = sensorium(line);
        assertThat(profiled.json()).hasSize(1);
        // A device that another test opened has its lines after the table.
        assertThat(profiled.err().lines().filter(l -> !l.startsWith("opencl")).toList())
                .anyMatch(l -> l.matches("linear +[1-9].*%.*"))
                .last(InstanceOfAssertFactories.STRING)
                .startsWith("in all");
        assertThat(sensorium(Arrays.copyOf(line, line.length - 1)).err()).isEmpty();
        assertThat(sensorium("embed", folder, "--text", "x", "--profile"))
                .satisfies(r -> assertThat(r.status()).isEqualTo(1))
                .satisfies(r -> assertThat(r.err()).contains("in all", "sensorium: "));
    }

    @Test
    void whatIsVerifiedComesOutTheSame() {
        Object[] line = {"embed", space, "--text", "a red thing", "--json", "--verify"};
        CommandRun verified = sensorium(line);
        assertThat(verified.json())
                .isEqualTo(sensorium(Arrays.copyOf(line, line.length - 1)).json());
    }

    @Test
    void searchFindsWhatWasIndexed() {
        Path index = folder.resolve("index");
        JsonNode made = sensorium("index", space, "--data", data, "--out", index, "--json")
                .json();
        assertThat(made.path("items").asInt()).isEqualTo(12);
        assertThat(made.path("vectors").asInt()).isEqualTo(36);
        JsonNode same = sensorium("search", index, "--image", data.resolve("5.png"), "-k", "3", "--json")
                .json();
        assertThat(same).hasSize(3);
        assertThat(made.path("search").asString("")).isEqualTo("exact scan");
        assertThat(same.path(0).path("search").asString("")).isEqualTo("exact scan");
        assertThat(same.path(0).path("score").asDouble()).isCloseTo(1, offset(1e-4));
        assertThat(same.path(0).path("image").asString("")).endsWith("5.png");
        assertThat(same.path(0).path("audio").asString("")).endsWith("5.wav");
        assertThat(same.path(0).path("text").asString("")).isEqualTo("a blue thing");
        assertThat(same.path(0).path("label").asString("")).isEqualTo("blue");
        assertThat(sensorium("search", index, "--audio", data.resolve("5.wav")).out())
                .hasLineCount(11)
                .endsWith("exact scan of 36 vectors of 12 items");
        assertThat(sensorium("search", index, "--text", "a red thing", "--label", "blue", "--json")
                        .json())
                .hasSize(4);
        assertThat(sensorium("search", index, "--text", "a red thing", "--with", "green thing", "--json")
                        .json())
                .hasSize(4);
        assertThat(sensorium("search", index, "--text", "a red thing", "--json").json())
                .hasSize(10);
    }

    @Test
    void wordsAreTakenFromAQueryAndAdded() {
        Path index = folder.resolve("sums");
        sensorium("index", space, "--data", data, "--out", index);
        Object[] blue = {"search", index, "--text", "blue", "--json"};
        Object[] sum = {"search", index, "--text", "red", "--minus", "red", "--plus", "blue", "--plus", "blue", "--json"
        };
        JsonNode found = sensorium(sum).json().path(0);
        JsonNode meant = sensorium(blue).json().path(0);
        assertThat(found.path("text")).isEqualTo(meant.path("text"));
        assertThat(found.path("score").asDouble()).isCloseTo(meant.path("score").asDouble(), offset(1e-4));
        CommandRun nothing = sensorium("search", index, "--text", "red", "--minus", "red");
        assertThat(nothing.status()).isEqualTo(1);
        assertThat(nothing.err()).contains("--minus").hasLineCount(1);
    }

    @Test
    void anIndexGrowsAndShrinks() {
        Path index = folder.resolve("growing");
        sensorium("index", space, "--data", data, "--split", "train", "--out", index, "--json")
                .json();
        Object[] add = {"index", space, "--data", data, "--out", index, "--add", "--json"};
        JsonNode grown = sensorium(add).json();
        assertThat(grown.path("items").asInt()).isEqualTo(12);
        assertThat(grown.path("added").asInt()).isEqualTo(12);
        String item = sensorium("search", index, "--image", data.resolve("5.png"), "--json")
                .json()
                .path(0)
                .path("item")
                .asString("");
        assertThat(sensorium("index", space, "--out", index, "--remove", item, "--json")
                        .json()
                        .path("items")
                        .asInt())
                .isEqualTo(11);
        CommandRun again = sensorium("index", space, "--out", index, "--remove", item);
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("has no item").hasLineCount(1);
        CommandRun nothing = sensorium("index", space, "--data", data, "--out", folder.resolve("none"), "--add");
        assertThat(nothing.status()).isEqualTo(1);
        assertThat(nothing.err()).contains("no such folder").hasLineCount(1);
    }

    @Test
    void aSpaceClassifiesByNames() {
        JsonNode rows = sensorium(
                        "classify",
                        space,
                        data.resolve("1.png"),
                        data.resolve("1.wav"),
                        "--label",
                        "a red thing",
                        "--label",
                        "a green thing",
                        "--json")
                .json();
        assertThat(rows).hasSize(2);
        assertThat(rows.path(0).path("guesses").size()).isEqualTo(2);
        assertThat(rows.path(0).path("probability").asDouble()).isBetween(0.5, 1.0);
        JsonNode labels = sensorium("classify", space, data.resolve("1.png"), "--data", data, "--json")
                .json();
        assertThat(NAMES).contains(labels.path(0).path("label").asString(""));
        assertThat(sensorium("classify", space, data.resolve("1.png")).status()).isEqualTo(2);
    }

    /** What a run is fed of a file or a text, run, is what embed and classify say. */
    @Test
    void whatARunIsFedRuns() {
        String text = "a red thing";
        JsonNode rows = sensorium(
                        "embed",
                        space,
                        "--text",
                        text,
                        "--image",
                        data.resolve("0.png"),
                        "--audio",
                        data.resolve("0.wav"),
                        "--json")
                .json();
        float[][] outputs = {
            Piped.outputs(folder, space, "--text", text).get("text_embeds").toFloats(),
            Piped.outputs(folder, space, data.resolve("0.png"))
                    .get("image_embeds")
                    .toFloats(),
            Piped.outputs(folder, space, data.resolve("0.wav"))
                    .get("audio_embeds")
                    .toFloats()
        };
        for (int i = 0; i < outputs.length; i++) {
            JsonNode vector = rows.get(i).path("vector");
            assertThat(vector).hasSize(outputs[i].length);
            for (int d = 0; d < outputs[i].length; d++) {
                assertThat(outputs[i][d]).isCloseTo(vector.get(d).floatValue(), offset(1e-6f));
            }
        }
        CommandRun other = sensorium("features", space, data.resolve("metadata.jsonl"), "-o", folder.resolve("no"));
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err()).contains("neither a picture nor a sound").hasLineCount(1);
        Path in = Piped.features(folder, space, data.resolve("0.png"));
        Path out = folder.resolve("out.safetensors");
        assertThat(sensorium("run", space, "--in", in, "--out", out, "--trace").status())
                .isZero();
        assertThat(Safetensors.open(out).names()).contains("image_embeds", "trace.picture.transformer.blocks.0");
    }

    @Test
    void aClassifierIsTrainedMeasuredAndUsed() {
        Path run = folder.resolve("classifier");
        String[] ofPictures = {"--set", "sense=picture"};
        Object[] line = with(ofPictures, "train", "classify", "--data", data, "--out", run, "--epochs", 2);
        JsonNode trained = sensorium(line).json();
        assertThat(trained.path("labels")).hasSize(3);
        JsonNode scores = sensorium("eval", run, "--data", data, "--json").json();
        assertThat(scores.path("n").asInt()).isEqualTo(3);
        assertThat(scores.path("accuracy").asDouble()).isBetween(0.0, 1.0);
        JsonNode rows =
                sensorium("classify", run, data.resolve("0.png"), "--json").json();
        assertThat(NAMES).contains(rows.path(0).path("label").asString(""));
        double[] p = Piped.outputs(folder, run, data.resolve("0.png"))
                .get("logits")
                .softmax(-1)
                .toDoubles();
        assertThat(Arrays.stream(p).max().orElse(0))
                .isCloseTo(rows.path(0).path("probability").asDouble(), offset(1e-6));
        assertThat(sensorium("embed", run, "--text", "x").status()).isEqualTo(1);
        assertThat(sensorium(line).err()).contains("--resume").hasLineCount(1);
    }

    @Test
    void demoLeavesAReport() throws Exception {
        Path run = folder.resolve("demo");
        JsonNode told = sensorium("demo", "--data", data, "--minutes", "0.02", "--out", run, "--json")
                .json();
        assertThat(told.propertyNames()).contains("recall", "data", "train_seconds", "report");
        String report = Files.readString(Path.of(told.path("report").asString("")), StandardCharsets.UTF_8);
        assertThat(report)
                .contains("How good it is", "Ask it", "A map of the space", "What it looks at", "What it hears")
                .doesNotContain("http:", "https:");
        assertThat(sensorium("search", run.resolve("index"), "--text", "a red thing")
                        .status())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train",
                "train nonsense",
                "train shared-space",
                "train shared-space --data d --out o --minutes 1 --epochs 1",
                "eval",
                "embed model",
                "index model --data d",
                "index model --out o",
                "index model --out o --data d --remove i",
                "search index",
                "search index --text a --image b",
                "search index --text a -k 0",
                "classify model",
                "devices --threads 0",
                "demo --minutes soon"
            })
    void wrongUseIsStatusTwoAndOneLine(String line) {
        var result = sensorium((Object[]) line.split(" "));
        assertThat(result.status()).as(result.err()).isEqualTo(2);
        assertThat(result.err())
                .hasLineCount(1)
                .startsWith("sensorium: ")
                .contains("--help")
                .doesNotContain("Exception");
    }

    static Stream<String> hopeless() {
        return Stream.of(
                "eval nowhere --data " + data,
                "search nowhere --text a",
                "train shared-space --data nowhere --out o",
                "train shared-space --data " + data + " --out o --set pictures=many",
                "train shared-space --data " + data + " --out o --set colour=3",
                "train shared-space --data " + data + " --out o --minutes 0",
                "embed " + space + " --image " + data.resolve("0.wav"),
                "eval " + space + " --data " + data + " --split none");
    }

    @ParameterizedTest
    @MethodSource
    void hopeless(String line) {
        var result = sensorium((Object[]) line.split(" "));
        assertThat(result.status()).as(result.err()).isEqualTo(1);
        assertThat(result.err()).hasLineCount(1).startsWith("sensorium: ").doesNotContain("defect");
    }

    private static Object[] with(String[] more, Object... first) {
        return Stream.concat(Stream.of(first), Stream.concat(Stream.of(more), Stream.of("--json")))
                .toArray();
    }

    /** A block of one colour on white, at a place of its own. */
    private static Picture picture(int channel, int place) {
        int side = 48;
        var bytes = new byte[side * side * 3];
        for (int i = 0; i < side * side; i++) {
            boolean inside = Math.abs(i % side - 16 - place) < 10 && Math.abs(i / side - 24) < 10;
            for (int c = 0; c < 3; c++) {
                bytes[3 * i + c] = (byte) (!inside || c == channel ? 255 : 0);
            }
        }
        return new Picture(side, side, 3, bytes);
    }

    private static Waveform tone(double hertz) {
        var samples = new float[8_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.3 * Math.sin(2 * Math.PI * hertz * i / 16_000));
        }
        return new Waveform(samples, 16_000);
    }
}
