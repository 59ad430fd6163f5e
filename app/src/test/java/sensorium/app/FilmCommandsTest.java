package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;

/** Films by the command line, in seconds: nothing here is learnt well, everything is there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FilmCommandsTest {
    @TempDir
    static Path folder;

    private Path data;
    private Path run;

    @BeforeAll
    void train() throws Exception {
        data = Files.createDirectories(folder.resolve("data"));
        var lines = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            for (int f = 0; f < 5; f++) {
                var bytes = new byte[16 * 16 * 3];
                Arrays.fill(bytes, (byte) (30 * i));
                int row = i % 2 == 0 ? 3 * f : 12 - 3 * f;
                Arrays.fill(bytes, row * 48, (row + 3) * 48, (byte) 255);
                Path frame = data.resolve("film" + i).resolve("frame" + f + ".png");
                Files.createDirectories(frame.getParent());
                PngWriter.write(new Picture(16, 16, 3, bytes), frame);
            }
            lines.append("{\"video_file_name\": \"film%d\", \"text\": \"stripe %d moving %s\"}%n"
                    .formatted(i, i, i % 2 == 0 ? "down" : "up"));
        }
        Files.writeString(data.resolve("metadata.jsonl"), lines);
        run = folder.resolve("run");
        var json = sensorium("train", "shared-space", "--data", data, "--out", run, "--epochs", 2, "--json")
                .json();
        assertThat(json.path("skipped").asInt()).isZero();
    }

    @Test
    void evalAsksForFilms() {
        var json = sensorium("eval", run, "--data", data, "--json").json();
        assertThat(json.path("recall").path("text_to_video").path("n").asInt()).isEqualTo(8);
        assertThat(json.path("recall").has("text_to_picture")).isFalse();
    }

    @Test
    void filmsAreIndexedFoundAndEmbedded() throws Exception {
        Path index = folder.resolve("index");
        assertThat(sensorium("index", run, "--data", data, "--out", index, "--json")
                        .json()
                        .path("items")
                        .asInt())
                .isEqualTo(8);
        Path film = data.resolve("film3");
        var hits =
                sensorium("search", index, "--video", film, "-k", 2, "--json").json();
        assertThat(hits.path(0).path("score").asDouble()).isGreaterThan(0.999);
        assertThat(hits.path(0).path("image").asString()).isEqualTo(film.toString());
        Path picture = film.resolve("frame0.png");
        assertThat(sensorium("search", index, "--image", picture, "--json").json())
                .isNotEmpty();
        var vectors = sensorium("embed", run, "--video", film, "--video", picture, "--json")
                .json();
        assertThat(vectors.path(0).path("vector")).hasSize(256);
        assertThat(vectors.path(0).path("vector")).isNotEqualTo(vectors.path(1).path("vector"));
        fails("no frames in it", "embed", run, "--video", Files.createDirectory(folder.resolve("none")));
        fails("no such file", "search", index, "--video", folder.resolve("nowhere.gif"));
    }

    private static void fails(String why, Object... words) {
        CommandRun failed = sensorium(words);
        assertThat(failed.status()).isNotZero();
        assertThat(failed.err()).contains(why).hasLineCount(1);
    }
}
