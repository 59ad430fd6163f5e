package sensorium.multimodal.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;

class WholePicturesTest {
    private static final int SIDE = 32;
    private static final int WIDTH = 64;
    private static final int HEIGHT = 32;

    @TempDir
    Path folder;

    /** Twice as wide as high; the left half is red, the right half transparent. */
    private Path half() {
        var bytes = new byte[WIDTH * HEIGHT * 4];
        for (int p = 0; p < WIDTH * HEIGHT; p++) {
            if (p % WIDTH < WIDTH / 2) {
                bytes[4 * p] = (byte) 255;
                bytes[4 * p + 3] = (byte) 255;
            }
        }
        Path file = folder.resolve("half.png");
        PngWriter.write(new Picture(WIDTH, HEIGHT, 4, bytes), file);
        return file;
    }

    private static float at(float[] drawn, int channel, int x, int y) {
        return drawn[(channel * SIDE + y) * SIDE + x];
    }

    @Test
    void nothingIsCutOffAndGreyIsAllAround() {
        Examples whole = Examples.ofFile(new Input.Whole(SIDE), half());
        float[] drawn = new float[whole.length()];
        whole.draw(0, drawn, 0);
        for (int x : new int[] {0, 15, 31}) {
            assertThat(at(drawn, 0, x, 4)).isEqualTo(0.5f); // above it
            assertThat(at(drawn, 2, x, 28)).isEqualTo(0.5f); // below
        }
        assertThat(at(drawn, 0, 28, 16)).isEqualTo(0.5f); // its margin, not cropped away
        assertThat(at(drawn, 0, 2, 16)).isCloseTo(1, within(0.01f));
        assertThat(at(drawn, 1, 2, 16)).isCloseTo(0, within(0.01f));
        assertThat(at(drawn, 0, 13, 9)).isCloseTo(1, within(0.01f));
    }

    @Test
    void aVariationDependsOnItsKeyAlone() {
        var item = new Item(
                "half",
                List.of(),
                List.of(new ImageSource.InFile(half())),
                List.of(),
                Optional.of("red"),
                Optional.empty());
        var config = ClassifierConfig.small(List.of("blue", "red"), new Input.Whole(SIDE));
        Examples examples = Examples.of(config, List.of(item), 7, (_, _, _) -> {});
        float[][] drawn = new float[4][examples.length()];
        examples.draw(0, drawn[0], 0);
        examples.draw(0, 1, drawn[1], 0);
        examples.draw(0, 2, drawn[2], 0);
        examples.draw(0, 1, drawn[3], 0);
        assertThat(drawn[3]).isEqualTo(drawn[1]);
        assertThat(drawn[1]).isNotEqualTo(drawn[0]).isNotEqualTo(drawn[2]);
        assertThat(examples.label(0)).isEqualTo(1);
    }

    @Test
    void whatIsNoPictureIsSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("no.png"), "no picture");
        assertThatThrownBy(() -> Examples.ofFile(new Input.Whole(SIDE), file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no.png");
        assertThatThrownBy(() -> new Input.Whole(8)).hasMessageContaining("16 to 256");
    }
}
