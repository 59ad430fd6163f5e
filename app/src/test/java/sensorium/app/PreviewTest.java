package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sensorium.vision.Picture;

final class PreviewTest {
    private static final String ESC = "\u001b[";

    /** Red, green / blue, white. */
    private static final Picture FOUR = picture(2, 2, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);

    private static Picture picture(int width, int height, int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return new Picture(width, height, 3, bytes);
    }

    @Test
    void aCharacterIsTwoPixels() {
        assertThat(Preview.lines(FOUR, 80, 24))
                .containsExactly(ESC + "38;2;255;0;0m" + ESC + "48;2;0;0;255m▀" + ESC + "38;2;0;255;0m" + ESC
                        + "48;2;255;255;255m▀" + ESC + "0m");
    }

    @Test
    void aColourIsSaidOnceForNeighboursThatHaveIt() {
        assertThat(Preview.lines(picture(3, 2, new int[18]), 80, 24))
                .containsExactly(ESC + "38;2;0;0;0m" + ESC + "48;2;0;0;0m▀▀▀" + ESC + "0m");
    }

    @Test
    void theLastOfAnOddNumberOfRowsHasNoPaper() {
        assertThat(Preview.lines(picture(1, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9), 80, 24))
                .containsExactly(
                        ESC + "38;2;1;2;3m" + ESC + "48;2;4;5;6m▀" + ESC + "0m", ESC + "38;2;7;8;9m▀" + ESC + "0m");
    }

    @Test
    void aLargePictureIsAveraged() {
        String grey = ESC + "38;2;128;128;128m▀" + ESC + "0m"; // a quarter of 255·2 each
        assertThat(Preview.lines(FOUR, 1, 24)).containsExactly(grey);
        assertThat(Preview.lines(picture(400, 100, new int[120_000]), 40, 24)).hasSize(5);
        assertThat(Preview.lines(picture(100, 400, new int[120_000]), 40, 6)).hasSize(6);
    }

    @Test
    void itIsDrawnOverItselfAndTakenAway() {
        var bytes = new ByteArrayOutputStream();
        try (var preview = new Preview(new PrintStream(bytes, true, StandardCharsets.UTF_8), 80, 24)) {
            assertThat(preview.isDue()).isTrue();
            preview.show(FOUR);
            assertThat(preview.isDue()).isFalse();
            preview.show(FOUR);
        }
        String line = ESC + "2K" + Preview.lines(FOUR, 80, 24)[0] + "\n" + ESC + "0J";
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("\r" + line + ESC + "1A\r" + line + ESC + "1A\r" + ESC + "0J");
    }

    @Test
    void onlyATerminalOf24BitColourShowsIt() {
        var able = Map.of("TERM", "xterm-256color", "COLORTERM", "truecolor");
        assertThat(Preview.isPossible(true, able)).isTrue();
        assertThat(Preview.isPossible(false, able)).isFalse();
        assertThat(Preview.isPossible(true, Map.of("TERM", "xterm", "COLORTERM", "24bit")))
                .isTrue();
        assertThat(Preview.isPossible(true, Map.of("TERM", "dumb", "COLORTERM", "truecolor")))
                .isFalse();
        assertThat(Preview.isPossible(true, Map.of("COLORTERM", "truecolor"))).isFalse();
        assertThat(Preview.isPossible(true, Map.of("TERM", "xterm"))).isFalse();
        assertThat(Preview.isPossible(true, Map.of("TERM", "xterm", "COLORTERM", "truecolor", "NO_COLOR", "1")))
                .isFalse();
    }
}
