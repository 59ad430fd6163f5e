package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;

@Timeout(120) // against hanging only
class PictureFileTest {
    @TempDir
    Path folder;

    static Iterable<String> samples() {
        return Samples.all().keySet();
    }

    @ParameterizedTest
    @CsvSource({"png rgb,1,3", "png rgba,2,4", "webp lossless,2,4", "bmp,1,3", "png palette,13,3", "gif,13,3"})
    void losslessFormatsGiveTheirExactPixels(String sample, int type, int channels) {
        assertThat(decode(Samples.all().get(sample), sample)).isEqualTo(Samples.picture(Samples.image(type), channels));
    }

    @Test
    void greyIsTakenAsItIsStored() {
        for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
            var image = Samples.image(type);
            Picture picture = decode(Samples.write("png", image), "grey");
            for (int x = 0; x < Samples.WIDTH; x++) {
                int stored = image.getRaster().getSample(x, 5, 0) >> (type == BufferedImage.TYPE_BYTE_GRAY ? 0 : 8);
                for (int c = 0; c < 3; c++) {
                    assertThat(picture.at(x, 5, c)).isEqualTo(stored);
                }
            }
        }
    }

    @Test
    void pngsOfEveryKindKeepTheirSamples() {
        byte[] gamma = {0, 1, (byte) 0x86, (byte) 0xA0};
        byte[] two = {0x40, 1, 0x50, 2};
        assertThat(decode(
                                Samples.png(2, 8, 0, new byte[] {64, 80}, "gAMA", gamma, "tRNS", new byte[] {0, 80}),
                                "grey, one clear")
                        .bytes())
                .containsExactly(64, 64, 64, -1, 80, 80, 80, 0);
        assertThat(decode(Samples.png(4, 2, 0, new byte[] {0x1B}), "grey of 2 bits")
                        .bytes())
                .containsExactly(0, 0, 0, 85, 85, 85, (byte) 170, (byte) 170, (byte) 170, -1, -1, -1);
        assertThat(decode(Samples.png(2, 8, 4, two), "grey and alpha").bytes())
                .containsExactly(64, 64, 64, 1, 80, 80, 80, 2);
        assertThat(decode(Samples.png(1, 16, 4, two), "grey and alpha of 16 bits")
                        .bytes())
                .containsExactly(64, 64, 64, 80);
        assertThat(decode(Samples.png(1, 16, 2, new byte[] {1, 2, 3, 4, 5, 6}), "rgb of 16 bits")
                        .bytes())
                .containsExactly(1, 3, 5);
        assertThat(decode(Samples.png(1, 16, 6, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), "rgba of 16 bits")
                        .bytes())
                .containsExactly(1, 3, 5, 7);
        assertThat(decode(
                                Samples.png(
                                        2, 8, 2, new byte[] {1, 2, 3, 4, 5, 6}, "tRNS", new byte[] {0, 1, 0, 2, 0, 3}),
                                "rgb, one clear")
                        .bytes())
                .containsExactly(1, 2, 3, 0, 4, 5, 6, -1);
        assertThat(decode(
                                Samples.png(
                                        2,
                                        8,
                                        3,
                                        new byte[] {0, 1},
                                        "PLTE",
                                        new byte[] {1, 2, 3, 4, 5, 6},
                                        "tRNS",
                                        new byte[] {17}),
                                "palette and alpha")
                        .bytes())
                .containsExactly(1, 2, 3, 17, 4, 5, 6, -1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "jpeg progressive"})
    void jpegIsClose(String sample) {
        Picture expected = Samples.picture(Samples.image(BufferedImage.TYPE_INT_RGB), 3);
        Picture actual = decode(Samples.all().get(sample), sample);
        assertThat(meanDifference(actual, expected)).isLessThan(6);
    }

    @Test
    void cmykIsTurnedIntoRgb() {
        Picture actual = decode(Samples.all().get("jpeg cmyk"), "cmyk");
        var expected = new byte[Samples.WIDTH * Samples.HEIGHT * 3];
        for (int i = 0; i < Samples.WIDTH * Samples.HEIGHT; i++) {
            int[] inks = {i % Samples.WIDTH * 12, i / Samples.WIDTH * 19, 40};
            for (int c = 0; c < 3; c++) {
                expected[i * 3 + c] = (byte) ((255 - inks[c]) * (255 - 30) / 255);
            }
        }
        assertThat(actual.channels()).isEqualTo(3);
        assertThat(meanDifference(actual, new Picture(Samples.WIDTH, Samples.HEIGHT, 3, expected)))
                .isLessThan(6);
    }

    private static double meanDifference(Picture a, Picture b) {
        assertThat(a.bytes()).hasSameSizeAs(b.bytes());
        double sum = 0;
        for (int i = 0; i < a.bytes().length; i++) {
            sum += Math.abs((a.bytes()[i] & 0xFF) - (b.bytes()[i] & 0xFF));
        }
        return sum / a.bytes().length;
    }

    @Test
    void svgIsDrawnAtTheSizeAskedForWithAlpha() {
        Picture picture = PictureFile.decode(Samples.all().get("svg"), "svg", 40);
        assertThat(picture).hasToString("Picture[40x20 RGBA]");
        assertThat(new int[] {picture.at(20, 10, 0), picture.at(20, 10, 1), picture.at(20, 10, 3)})
                .containsExactly(255, 0, 255);
        assertThat(picture.at(2, 2, 3)).isZero();
        assertThat(picture.cropToAlpha()).hasToString("Picture[8x8 RGBA]");
        assertThat(picture.over(0x0102FF).at(2, 2, 2)).isEqualTo(255);
    }

    @Test
    void svgReadsNothingElse() throws IOException {
        Path secret = folder.resolve("secret.png");
        Files.write(secret, Samples.all().get("png rgb"));
        String body =
                "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='9' height='9'>"
                        + "<image width='9' height='9' xlink:href='%s'/></svg>".formatted(secret.toUri());
        assertThat(decode(body.getBytes(StandardCharsets.UTF_8), "svg").bytes()).containsOnly(0);

        String entity =
                "<!DOCTYPE svg [<!ENTITY x SYSTEM '%s'>]><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text y='9'>&x;</text></svg>"
                        .formatted(secret.toUri());
        assertThat(decode(entity.getBytes(StandardCharsets.UTF_8), "svg").bytes())
                .containsOnly(0);
    }

    @Test
    void illustratorsSwitchIsDrawn() {
        String text =
                "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><switch><foreignObject requiredExtensions='x'/>"
                        + "<g><rect width='9' height='9'/></g></switch></svg>";
        assertThat(decode(text.getBytes(StandardCharsets.UTF_8), "svg").at(99, 99, 3))
                .isEqualTo(255);
    }

    @Test
    void svgThatMultipliesItselfIsRefused() {
        var text = new StringBuilder(
                "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect id='a0' width='9' height='9'/>");
        for (int i = 1; i <= 12; i++) {
            text.append("<g id='a%d'>".formatted(i))
                    .append("<use href='#a%d'/>".formatted(i - 1).repeat(10))
                    .append("</g>");
        }
        byte[] bytes = text.append("</svg>").toString().getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> decode(bytes, "bomb.svg"))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("bomb.svg: SVG that draws more than 200000 elements");
    }

    @Test
    void aManyPartedSvgIsDrawn() {
        var text = new StringBuilder("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>");
        text.append("<path d='M0 0h9v9z'/>".repeat(6000)).append("</svg>");
        assertThat(decode(text.toString().getBytes(StandardCharsets.UTF_8), "svg")
                        .at(400, 100, 3))
                .isEqualTo(255);
    }

    @Test
    void theFirstFrameOfAMovingWebpIsRead() {
        assertThat(decode(Samples.all().get("webp moving"), "webp")).hasToString("Picture[1x1 RGBA]");
    }

    @Test
    void aGifFrameIsPlacedOnItsCanvas() {
        byte[] gif = Samples.all().get("gif");
        int frame = 13 + (3 << (gif[10] & 7) + 1);
        while (gif[frame] != 0x2C) {
            frame++;
        }
        gif[6] = 40; // canvas
        gif[8] = 30;
        gif[frame + 1] = 10;
        gif[frame + 3] = 5;
        Picture placed = decode(gif, "gif");
        assertThat(placed).hasToString("Picture[40x30 RGBA]");
        assertThat(placed.at(9, 5, 3)).isZero();
        assertThat(placed.crop(10, 5, Samples.WIDTH, Samples.HEIGHT).rgb())
                .isEqualTo(decode(Samples.all().get("gif"), "gif").rgb());
    }

    @Test
    void theNameOfAFileSaysNothing() throws IOException {
        Path file = folder.resolve("picture.jpg");
        Files.write(file, Samples.all().get("png rgba"));
        assertThat(PictureFile.decode(file)).isEqualTo(decode(Samples.all().get("png rgba"), "png"));
    }

    @Test
    void hugeClaimsAreRefusedUnbelieved() {
        byte[] png = Samples.all().get("png rgb");
        ByteBuffer.wrap(png).putInt(16, 31623).putInt(20, 31623);
        assertThatThrownBy(() -> decode(png, "huge.png"))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("huge.png: claims 31623x31623 pixels, more than the limit of ");

        // Within the limit, but these few bytes cannot be so many pixels.
        ByteBuffer.wrap(png).putInt(16, 9000).putInt(20, 9000);
        var crc = new CRC32();
        crc.update(png, 12, 17);
        ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
        assertThatThrownBy(() -> decode(png, "hollow.png"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("claims 9000x9000 pixels but has only ");
    }

    @Test
    void whatIsNoPictureIsNamed() throws IOException {
        Files.write(folder.resolve("empty.png"), new byte[0]);
        Files.writeString(folder.resolve("words.png"), "not a picture at all");
        assertThatThrownBy(() -> PictureFile.decode(folder.resolve("empty.png")))
                .isInstanceOf(BadInputException.class)
                .hasMessageEndingWith("empty.png: empty file; get the file again");
        assertThatThrownBy(() -> PictureFile.decode(folder.resolve("words.png")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("words.png: not a picture in a known format");
        assertThatThrownBy(() -> PictureFile.decode(folder.resolve("absent.png")))
                .isInstanceOf(BadInputException.class)
                .hasMessageEndingWith("absent.png: no such file");
        assertThatThrownBy(() -> PictureFile.decode(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageEndingWith(": not a file");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everySampleIsRead(String sample) {
        assertThat(decode(Samples.all().get(sample), sample)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aTruncatedFileIsRefusedInOneLine(String sample) {
        byte[] whole = Samples.all().get(sample);
        int step = Math.max(1, whole.length / 150);
        int refused = 0;
        int tried = 0;
        for (int length = 0; length < whole.length; length += step, tried++) {
            refused += readable(Arrays.copyOf(whole, length), sample) ? 0 : 1;
        }
        // A missing trailer may be forgiven, missing pixels may not.
        assertThat(refused).isGreaterThanOrEqualTo(tried - 3);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aDamagedFileIsReadOrRefused(String sample) {
        byte[] whole = Samples.all().get(sample);
        var random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextBoolean()
                        ? random.nextInt(Math.min(64, whole.length))
                        : random.nextInt(whole.length);
                damaged[at] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : damaged[at] ^ 1 << random.nextInt(8));
            }
            readable(sample.startsWith("png") && i % 2 == 0 ? withChecksums(damaged) : damaged, sample);
        }
    }

    /** Checksums made right again, so that damage reaches the decoder. */
    private static byte[] withChecksums(byte[] png) {
        var buffer = ByteBuffer.wrap(png);
        for (int at = 8; at + 12 <= png.length; ) {
            int length = buffer.getInt(at);
            if (length < 0 || length > png.length - at - 12) {
                return png;
            }
            var crc = new CRC32();
            crc.update(png, at + 4, length + 4);
            buffer.putInt(at + 8 + length, (int) crc.getValue());
            at += length + 12;
        }
        return png;
    }

    /** Whether it was read; anything but that and a one-line refusal lets the test fail. */
    private static boolean readable(byte[] bytes, String name) {
        try {
            decode(bytes, name);
            return true;
        } catch (BadInputException e) {
            assertThat(e.getMessage()).startsWith(name + ": ").doesNotContain("\n", "\r");
            return false;
        }
    }

    private static Picture decode(byte[] bytes, String name) {
        return PictureFile.decode(bytes, name);
    }
}
