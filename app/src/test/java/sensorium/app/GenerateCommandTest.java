package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.vision.Picture;
import sensorium.vision.PictureFile;

final class GenerateCommandTest {
    @TempDir
    Path folder;

    private static Path digits() {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "dit-mnist");
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    @Test
    void theSameSeedMakesTheSamePicture() throws Exception {
        Path model = digits();
        Path first = folder.resolve("first.png");
        Path second = folder.resolve("second.png");
        var json = sensorium("generate", model, "-n", 10, "--steps", 5, "-o", first, "--json")
                .json();
        assertThat(json.path("n").asInt()).isEqualTo(10);
        Picture grid = PictureFile.decode(first);
        assertThat(grid.width()).isEqualTo(10 * 30 - 2);
        assertThat(grid.height()).isEqualTo(28);
        assertThat(sensorium("generate", model, "-n", 10, "--steps", 5, "-o", second)
                        .status())
                .isZero();
        assertThat(second).hasSameBinaryContentAs(first);
        assertThat(sensorium("generate", model, "-n", 10, "--steps", 5, "--seed", 1, "-o", second)
                        .status())
                .isZero();
        assertThat(Files.mismatch(first, second)).isNotNegative();
    }

    private static String complaint(Object... words) {
        CommandRun run = sensorium(words);
        assertThat(run.status()).isBetween(1, 2);
        assertThat(run.err().lines()).hasSize(1);
        return run.err();
    }

    @Test
    void wrongWishesAreOneLine() {
        Path model = digits();
        assertThat(complaint("generate", model, "--label", "ten")).contains("there are: 0, 1, 2");
        assertThat(complaint("generate", model, "--sampler", "magic")).contains("ddim");
        assertThat(complaint("generate", model, "--steps", 0)).contains("1000");
        assertThat(complaint("generate", model, "--steps", 1001)).contains("1000");
        assertThat(complaint("generate", folder)).contains("config.json");
    }
}
