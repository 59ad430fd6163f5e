package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static sensorium.app.CommandRun.sensorium;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;
import tools.jackson.databind.JsonNode;

/** A published model is taught to tell red from blue, as a user types it. */
class FineTuningCommandsTest {
    @TempDir
    static Path folder;

    private static Path model;
    private static Path data;

    @BeforeAll
    static void make() throws Exception {
        model = TinyVit.in(folder.resolve("vit"));
        data = folder.resolve("data");
        for (int i = 0; i < 16; i++) {
            boolean red = i % 2 == 0;
            byte[] rgb = new byte[20 * 20 * 3];
            for (int p = 0; p < 400; p++) {
                rgb[3 * p + (red ? 0 : 2)] = (byte) (120 + (p * 7 + i * 13) % 120);
                rgb[3 * p + 1] = (byte) ((p * 3 + i * 5) % 60);
            }
            Path file = data.resolve(red ? "red" : "blue").resolve(i + ".png");
            Files.createDirectories(file.getParent());
            PngWriter.write(new Picture(20, 20, 3, rgb), file);
        }
    }

    @Test
    void threeWaysBesideEachOther() {
        Path runs = folder.resolve("runs");
        JsonNode rows = sensorium(
                        "train",
                        "classify",
                        "--from",
                        model,
                        "--data",
                        data,
                        "--out",
                        runs,
                        "--fine-tune",
                        "full,head,lora",
                        "--rank",
                        2,
                        "--alpha",
                        4,
                        "--epochs",
                        20,
                        "--batch",
                        8,
                        "--rate",
                        0.01,
                        "--json")
                .json();
        assertThat(rows).hasSize(3);
        long full = rows.path(0).path("optimizer_bytes").asLong();
        long head = rows.path(1).path("optimizer_bytes").asLong();
        long lora = rows.path(2).path("optimizer_bytes").asLong();
        assertThat(head).isEqualTo(2 * 4 * (2 * 16 + 2));
        assertThat(lora).isEqualTo(head + 2 * 4 * 2 * 2 * (2 * 16 + 16 * 2)).isLessThan(full / 4);
        for (JsonNode row : rows) {
            assertThat(row.path("accuracy").asDouble()).as(row.toString()).isGreaterThan(0.9);
            assertThat(row.path("steps").asInt()).isEqualTo(40);
        }
        Path run = runs.resolve("lora");
        assertThat(run.resolve("adapter/adapter_config.json")).exists();
        assertThat(run.resolve("report.html")).exists();
        // Fed as it is published, under the names of its checkpoint.
        double[] p = Piped.outputs(folder, run, data.resolve("red/0.png"))
                .get("logits")
                .softmax(-1)
                .toDoubles();
        assertThat(sensorium("classify", run, data.resolve("red/0.png"), "--json")
                        .json()
                        .get(0)
                        .path("probability")
                        .asDouble())
                .isCloseTo(Math.max(p[0], p[1]), offset(1e-6));
        assertThat(sensorium("classify", run, data.resolve("red/0.png"), "--json")
                        .json()
                        .path(0)
                        .path("label")
                        .asString())
                .isEqualTo("red");
        assertThat(sensorium("eval", run, "--data", data, "--json")
                        .json()
                        .path("accuracy")
                        .asDouble())
                .isEqualTo(1);
        Path exported = folder.resolve("exported");
        assertThat(sensorium("export", run, "--out", exported).status()).isZero();
        assertThat(exported.toFile().list())
                .containsExactlyInAnyOrder("config.json", "model.safetensors", "preprocessor_config.json");
        assertThat(sensorium("classify", exported, data.resolve("blue/1.png"), "--json")
                        .json()
                        .path(0)
                        .path("label")
                        .asString())
                .isEqualTo("blue");
        CommandRun again = sensorium("train", "classify", "--from", run, "--data", data, "--out", folder.resolve("no"));
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("a run, not a published model").hasLineCount(1);
    }

    @Test
    void whatCannotBeIsALine() {
        Path out = folder.resolve("none");
        for (Object[] wrong : new Object[][] {
            {"--rank", 0},
            {"--alpha", -1},
            {"--fine-tune", "lora", "--target", "nothing"},
            {"--freeze", "("},
            {"--freeze", "."},
            {"--batch", 0},
            {"--target", "classifier", "--fine-tune", "lora"}
        }) {
            Object[] words = new Object[8 + wrong.length];
            System.arraycopy(
                    new Object[] {"train", "classify", "--from", model, "--data", data, "--out", out}, 0, words, 0, 8);
            System.arraycopy(wrong, 0, words, 8, wrong.length);
            CommandRun run = sensorium(words);
            assertThat(run.status()).as(run.err()).isEqualTo(1);
            assertThat(run.err()).as(run.err()).hasLineCount(1);
        }
        assertThat(sensorium("export", model, "--out", out).status()).isZero(); // a published model is written again
        assertThat(out.resolve("model.safetensors")).isNotEmptyFile();
        CommandRun refused = sensorium("export", data, "--out", folder.resolve("none"));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).hasLineCount(1);
    }
}
