package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ResizeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hopper__bicubic_224x224",
                "hopper__bicubic_32x32",
                "hopper__bilinear_50x77",
                "hopper__box_32x32",
                "hopper__lanczos_64x48",
                "flower__bicubic_224x168",
                "flower__bilinear_96x96",
                "flower__lanczos_100x30",
                "crow_rgba__bicubic_64x64",
                "crow_rgba__bilinear_33x47"
            })
    void equalsPillow(String name) {
        Path folder = Fixtures.path("image");
        var parts = Pattern.compile("(\\w+?)__([a-z]+)_(\\d+)x(\\d+)").matcher(name);
        assertThat(parts.matches()).isTrue();
        Picture source = PictureFile.decode(folder.resolve(parts.group(1) + ".png"));
        var filter = Resize.Filter.valueOf(parts.group(2).toUpperCase(Locale.ROOT));

        Picture actual =
                Resize.resize(source, Integer.parseInt(parts.group(3)), Integer.parseInt(parts.group(4)), filter);

        assertThat(actual).isEqualTo(PictureFile.decode(folder.resolve(name + ".png")));
    }

    @Test
    void everyFixtureIsTested() throws Exception {
        try (var files = Files.list(Fixtures.path("image"))) {
            assertThat(files.filter(f -> f.toString().matches(".*__[a-z]+_\\d+x\\d+\\.png")))
                    .hasSize(10);
        }
    }

    @Test
    void equalsPillowsOwnTests() throws Exception {
        var cases = JsonMapper.shared()
                .readTree(Files.readAllBytes(Fixtures.path("image/expected.json")))
                .get("pillow_exact_hex");
        int seen = 0;
        for (var entry : cases.properties()) {
            var how = Pattern.compile("(?:reduce|enlarge)_(\\w+) (\\d+)x\\d+->(\\d+)x\\d+")
                    .matcher(entry.getKey());
            if (how.matches()) {
                var filter = Resize.Filter.valueOf(how.group(1).toUpperCase(Locale.ROOT));
                int to = Integer.parseInt(how.group(3));
                Picture actual = Resize.resize(quadrants(Integer.parseInt(how.group(2))), to, to, filter);
                String[] rows = entry.getValue().asString().split(" ", -1);
                for (int y = 0; y < to; y++) {
                    for (int x = 0; x < to; x++) {
                        byte[] row = HexFormat.of().parseHex(rows[Math.min(y, to - 1 - y)]);
                        int quarter = row[Math.min(x, to - 1 - x)] & 0xFF;
                        boolean mirrored = (x < to / 2) != (y < to / 2);
                        assertThat(actual.at(x, y, 0))
                                .as("%s at %d,%d", entry.getKey(), x, y)
                                .isEqualTo(mirrored ? 255 - quarter : quarter);
                    }
                }
                seen++;
            }
        }
        assertThat(seen).isEqualTo(6);
    }

    private static Picture quadrants(int side) {
        var bytes = new byte[side * side * 3];
        for (int i = 0; i < bytes.length; i++) {
            int x = i / 3 % side;
            int y = i / 3 / side;
            bytes[i] = (byte) ((x < side / 2) == (y < side / 2) ? 0xE1 : 0x1E);
        }
        return new Picture(side, side, 3, bytes);
    }

    @ParameterizedTest
    @EnumSource(Resize.Filter.class)
    void keepsAPlainColour(Resize.Filter filter) {
        var bytes = new byte[37 * 23 * 3];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) new int[] {200, 7, 131}[i % 3];
        }
        Picture actual = Resize.resize(new Picture(37, 23, 3, bytes), 53, 9, filter);
        for (int i = 0; i < actual.bytes().length; i++) {
            assertThat(actual.bytes()[i]).isEqualTo(bytes[i % 3]);
        }
    }

    @ParameterizedTest
    @EnumSource(Resize.Filter.class)
    void aBoxOfWholePixelsIsACropForSmallSupports(Resize.Filter filter) {
        Picture source = noise(40, 30, 4);
        var box = new Resize.Box(10, 5, 30, 25);
        Picture boxed = Resize.resize(source, 20, 20, filter, box);
        if (filter != Resize.Filter.NEAREST) {
            source = Resize.unpremultiply(Resize.premultiply(source)); // what any filtering does to alpha pictures
        }
        assertThat(boxed).isEqualTo(source.crop(10, 5, 20, 20));
    }

    @Test
    void nearestTakesThePixelUnderTheCentre() {
        Picture source = noise(7, 5, 3);
        Picture actual = Resize.resize(source, 3, 11, Resize.Filter.NEAREST);
        for (int y = 0; y < 11; y++) {
            for (int x = 0; x < 3; x++) {
                for (int c = 0; c < 3; c++) {
                    assertThat(actual.at(x, y, c)).isEqualTo(source.at((2 * x + 1) * 7 / 6, (2 * y + 1) * 5 / 22, c));
                }
            }
        }
    }

    @Test
    void refusesImpossibleSizesAndBoxes() {
        Picture source = noise(8, 8, 3);
        assertThatThrownBy(() -> Resize.resize(source, 0, 5, Resize.Filter.BOX)).hasMessageContaining("0x5");
        for (var box : new Resize.Box[] {
            new Resize.Box(-1, 0, 8, 8),
            new Resize.Box(0, 0, 9, 8),
            new Resize.Box(4, 0, 4, 8),
            new Resize.Box(Float.NaN, 0, 8, 8)
        }) {
            assertThatThrownBy(() -> Resize.resize(source, 5, 5, Resize.Filter.BOX, box))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[resize]");
        }
    }

    private static Picture noise(int width, int height, int channels) {
        var bytes = new byte[width * height * channels];
        new Random(1).nextBytes(bytes);
        return new Picture(width, height, channels, bytes);
    }
}
