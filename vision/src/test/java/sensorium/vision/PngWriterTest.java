package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;

class PngWriterTest {
    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void writesWhatIsReadBack(int channels, @TempDir Path folder) throws IOException {
        var bytes = new byte[17 * 9 * channels];
        new Random(3).nextBytes(bytes);
        var picture = new Picture(17, 9, channels, bytes);
        PngWriter.write(picture, folder.resolve("a.png"));
        PngWriter.write(picture, folder.resolve("a.png"));
        assertThat(PictureFile.decode(folder.resolve("a.png"))).isEqualTo(picture);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void saysWhereItCannotWrite(@TempDir Path folder) {
        var picture = new Picture(1, 1, 3, new byte[3]);
        assertThatThrownBy(() -> PngWriter.write(picture, folder.resolve("absent/a.png")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("a.png: cannot be written");
    }
}
