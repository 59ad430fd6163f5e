package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;

final class AnimationTest {
    @TempDir
    Path folder;

    /** Grey as its red sample says; −1 where nothing is seen. */
    private static int at(Picture picture, int x, int y) {
        return picture.hasAlpha() && picture.at(x, y, 3) == 0 ? -1 : picture.at(x, y, 0);
    }

    private static List<Integer> corners(List<Picture> frames) {
        return frames.stream().map(f -> at(f, 0, 0)).toList();
    }

    // GIF: a palette of four greys, 0 85 170 255; a clear code before each pixel keeps all codes 3 bits wide.

    private static ByteArrayOutputStream gif(int width, int height) {
        var out = new ByteArrayOutputStream();
        out.writeBytes("GIF89a".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(new byte[] {(byte) width, 0, (byte) height, 0, (byte) 0x81, 0, 0});
        for (int grey = 0; grey < 4; grey++) {
            out.writeBytes(new byte[] {(byte) (85 * grey), (byte) (85 * grey), (byte) (85 * grey)});
        }
        return out;
    }

    /** @param transparent number of the colour that is not seen, −1 for none */
    private static void frame(
            ByteArrayOutputStream out,
            int left,
            int top,
            int width,
            int height,
            int disposal,
            int transparent,
            int colour) {
        header(out, left, top, width, height, disposal, transparent);
        var data = new ByteArrayOutputStream();
        int bits = 0; // codes of three bits, the first one lowest
        int held = 0;
        for (int i = 0; i <= 2 * width * height; i++) {
            int code = i == 2 * width * height ? 5 : i % 2 == 0 ? 4 : colour;
            bits |= code << held;
            held += 3;
            if (held >= 8) {
                data.write(bits);
                bits >>= 8;
                held -= 8;
            }
        }
        data.write(bits);
        byte[] all = data.toByteArray();
        for (int at = 0; at < all.length; at += 255) {
            int length = Math.min(255, all.length - at);
            out.write(length);
            out.write(all, at, length);
        }
        out.write(0);
    }

    private static void header(
            ByteArrayOutputStream out, int left, int top, int width, int height, int disposal, int transparent) {
        int flags = disposal << 2 | (transparent < 0 ? 0 : 1);
        out.writeBytes(new byte[] {0x21, (byte) 0xF9, 4, (byte) flags, 5, 0, (byte) Math.max(0, transparent), 0});
        out.writeBytes(new byte[] {0x2C, (byte) left, 0, (byte) top, 0, (byte) width, 0, (byte) height, 0, 0, 2});
    }

    private Path write(String name, ByteArrayOutputStream gif) throws Exception {
        gif.write(0x3B);
        return Files.write(folder.resolve(name), gif.toByteArray());
    }

    @Test
    void framesOfAGifAreDrawnOverEachOtherAsItSays() throws Exception {
        var out = gif(4, 2);
        frame(out, 0, 0, 4, 2, 1, -1, 1); // all 85
        frame(out, 0, 0, 2, 2, 3, -1, 3); // left 255, then back
        frame(out, 2, 0, 2, 2, 2, -1, 2); // right 170, then cleared
        frame(out, 0, 0, 1, 1, 1, 0, 0); // nothing is seen of it
        List<Picture> frames = Animation.frames(write("a.gif", out), 10, 64);
        assertThat(frames).hasSize(4);
        assertThat(frames).allMatch(f -> f.width() == 4 && f.height() == 2);
        assertThat(corners(frames)).containsExactly(85, 255, 85, 85);
        assertThat(frames.stream().map(f -> at(f, 3, 1))).containsExactly(85, 85, 170, -1);
        assertThat(at(PictureFile.decode(folder.resolve("a.gif")), 3, 1)).isEqualTo(85);
    }

    @Test
    void fewAreTakenEvenlyAndMadeSmall() throws Exception {
        var out = gif(40, 20);
        for (int i = 0; i < 30; i++) {
            frame(out, 0, 0, 40, 20, 1, -1, i / 8);
        }
        List<Picture> frames = Animation.frames(write("b.gif", out), 3, 10);
        assertThat(frames).allMatch(f -> f.width() == 10 && f.height() == 5);
        assertThat(corners(frames)).containsExactly(0, 85, 255); // 5, 15, 25
        assertThat(Film.evenly(30, 3)).containsExactly(5, 15, 25);
        assertThat(Film.evenly(2, 3)).containsExactly(0, 1);
    }

    @Test
    void aHundredThousandFramesAreNoBurdenWhereEachStandsAlone() throws Exception {
        var out = gif(8, 8);
        var one = new ByteArrayOutputStream();
        frame(one, 0, 0, 8, 8, 1, -1, 2);
        for (int i = 0; i < 100_000; i++) {
            out.writeBytes(one.toByteArray());
        }
        Path file = write("many.gif", out);
        assertThat(corners(Animation.frames(file, 8, 64)))
                .isEqualTo(Arrays.asList(170, 170, 170, 170, 170, 170, 170, 170));
        for (int i = 0; i < 100_001; i++) {
            out.writeBytes(one.toByteArray());
        }
        // What follows the end is no part of it, so the end is taken out.
        byte[] bytes = out.toByteArray();
        int end = (int) Files.size(file) - 1;
        System.arraycopy(bytes, end + 1, bytes, end, bytes.length - end - 1);
        bytes[bytes.length - 1] = 0x3B;
        fails(Files.write(folder.resolve("more.gif"), bytes), "more than 200000 frames");
    }

    @Test
    void framesThatBuildOnEachOtherAreRefusedWhereTheyAreTooMany() throws Exception {
        var out = gif(255, 255);
        for (int i = 0; i < 9_000; i++) {
            header(out, 0, 0, 255, 255, 1, 0);
            out.writeBytes(new byte[] {1, 4, 0}); // what is claimed is refused before any pixel is decoded
        }
        fails(write("deep.gif", out), "frames that build on each other");
    }

    @Test
    void anAnimatedPngIsReadWithItsOffsetsBlendingAndDisposal() throws Exception {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        chunk(
                out,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(4)
                        .putInt(2)
                        .put(new byte[] {8, 6, 0, 0, 0})
                        .array());
        chunk(out, "acTL", ByteBuffer.allocate(8).putInt(4).putInt(0).array());
        chunk(out, "fcTL", control(0, 4, 2, 0, 0, 0, 0));
        chunk(out, "IDAT", pixels(4, 2, 100, 255));
        chunk(out, "fcTL", control(1, 2, 1, 2, 1, 2, 1)); // over, then back
        chunk(out, "fdAT", numbered(2, pixels(2, 1, 200, 128)));
        chunk(out, "fcTL", control(3, 2, 1, 0, 0, 1, 0)); // in place of it, then cleared
        chunk(out, "fdAT", numbered(4, pixels(2, 1, 50, 0)));
        chunk(out, "fcTL", control(5, 1, 1, 3, 1, 0, 0));
        chunk(out, "fdAT", numbered(6, pixels(1, 1, 9, 255)));
        chunk(out, "IEND", new byte[0]);
        Path file = Files.write(folder.resolve("a.png"), out.toByteArray());
        List<Picture> frames = Animation.frames(file, 8, 64);
        assertThat(frames).hasSize(4);
        assertThat(corners(frames)).containsExactly(100, 100, -1, -1);
        assertThat(frames.stream().map(f -> at(f, 3, 1))).containsExactly(100, 150, 100, 9);
        assertThat(frames.get(1).at(3, 1, 3)).isEqualTo(255);
        assertThat(at(PictureFile.decode(file), 0, 0)).isEqualTo(100);

        byte[] leaves = out.toByteArray();
        int second = new String(leaves, StandardCharsets.ISO_8859_1).indexOf("fcTL", 100);
        leaves[second + 4 + 15] = 3; // its left
        fails(Files.write(folder.resolve("b.png"), leaves), "wrong checksum of chunk fcTL");
        fails(Files.write(folder.resolve("c.png"), Arrays.copyOf(out.toByteArray(), 150)), "get the file again");
    }

    private static byte[] control(int number, int width, int height, int left, int top, int dispose, int blend) {
        return ByteBuffer.allocate(26)
                .putInt(number)
                .putInt(width)
                .putInt(height)
                .putInt(left)
                .putInt(top)
                .putShort((short) 1)
                .putShort((short) 10)
                .put((byte) dispose)
                .put((byte) blend)
                .array();
    }

    private static byte[] numbered(int number, byte[] data) {
        return ByteBuffer.allocate(4 + data.length).putInt(number).put(data).array();
    }

    private static byte[] pixels(int width, int height, int grey, int alpha) {
        ByteBuffer raw = ByteBuffer.allocate((width * 4 + 1) * height);
        for (int y = 0; y < height; y++) {
            raw.put((byte) 0);
            for (int x = 0; x < width; x++) {
                raw.put(new byte[] {(byte) grey, (byte) grey, (byte) grey, (byte) alpha});
            }
        }
        var deflater = new Deflater();
        deflater.setInput(raw.array());
        deflater.finish();
        var out = new byte[200];
        int length = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, length);
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] body) {
        byte[] all = ByteBuffer.allocate(4 + body.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(body)
                .array();
        var crc = new CRC32();
        crc.update(all);
        out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        out.writeBytes(all);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    @Test
    void aFolderOfFramesIsInTheOrderOfItsNumbers() throws Exception {
        Path frames = Files.createDirectory(folder.resolve("frames"));
        fails(frames, "no frames in it");
        for (int i = 0; i < 12; i++) {
            var image = new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB);
            image.setRGB(0, 0, 20 * i << 16);
            ImageIO.write(image, "png", frames.resolve("frame-" + i + ".png").toFile());
        }
        Files.writeString(frames.resolve("notes.txt"), "no frame");
        assertThat(corners(Animation.frames(frames, 12, 64)))
                .containsExactly(0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220);
        assertThat(corners(Animation.frames(frames, 2, 64))).containsExactly(60, 180);
        assertThat(Animation.compareNames("a2", "a10")).isNegative();
        assertThat(Animation.compareNames("a010", "a10")).isNotZero();
        assertThat(Animation.compareNames("a99999999999999999999", "a100000000000000000000"))
                .isNegative();
        fails(folder.resolve("nowhere"), "no such file");
    }

    @Test
    void anyPictureIsAnAnimationOfOneFrame() throws Exception {
        var image = new BufferedImage(100, 50, BufferedImage.TYPE_INT_RGB);
        Path file = folder.resolve("still.png");
        ImageIO.write(image, "png", file.toFile());
        assertThat(Animation.frames(file, 8, 20)).singleElement().matches(p -> p.width() == 20 && p.height() == 10);
    }

    @Test
    void filmsAreLaidOutForTubelets() {
        var film = new ArrayList<Picture>();
        for (int f = 0; f < 4; f++) {
            var bytes = new byte[8 * 8 * 3];
            Arrays.fill(bytes, (byte) (60 * f));
            film.add(new Picture(8, 8, 3, bytes));
        }
        var bank = FilmBank.of(List.of(film, film.subList(2, 3)), 8, 4);
        var augment = new FilmAugment(bank, 8, 2, Augmentation.NONE, 1);
        float[] out = new float[2 * augment.length()];
        augment.draw(0, 0, out, 0);
        augment.draw(1, 0, out, augment.length());
        assertThat(augment.length()).isEqualTo(6 * 2 * 8 * 8);
        for (int channel = 0; channel < 6; channel++) {
            for (int slab = 0; slab < 2; slab++) {
                int middle = (channel * 2 + slab) * 64 + 4 * 8 + 4;
                int frame = 2 * slab + channel / 3;
                assertThat(out[middle])
                        .as("channel %d, slab %d", channel, slab)
                        .isCloseTo(60 * frame / 255f, within(1e-3f));
                assertThat(out[augment.length() + middle]).isCloseTo(120 / 255f, within(1e-3f));
            }
        }
        assertThatThrownBy(() -> new FilmAugment(bank, 8, 3, Augmentation.NONE, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void fails(Path file, String why) {
        assertThatThrownBy(() -> Animation.frames(file, 8, 64))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(why)
                .hasMessageContaining(file.toString())
                .message()
                .doesNotContain("\n");
    }
}
