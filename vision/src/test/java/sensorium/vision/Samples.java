package sensorium.vision;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** One small file of every format and kind, made here. */
final class Samples {
    static final int WIDTH = 21;
    static final int HEIGHT = 13;

    static final String SVG = """
            <?xml version="1.0"?>
            <!-- a red square in the middle of nothing -->
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="20" height="10">
              <defs><rect id="r" width="4" height="4"/></defs>
              <use xlink:href="#r" x="8" y="3" fill="#f00"/>
            </svg>
            """;

    /** The four one-pixel files by which pages test what a browser can read: lossy, lossless, alpha, animation. */
    private static final Map<String, String> TINY_WEBP = Map.of(
            "webp lossy", "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
            "webp alpha",
                    "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==",
            "webp moving",
                    "UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA");

    private Samples() {}

    static Map<String, byte[]> all() {
        var samples = new LinkedHashMap<String, byte[]>();
        samples.put("png rgb", write("png", image(BufferedImage.TYPE_INT_RGB)));
        samples.put("png rgba", write("png", image(BufferedImage.TYPE_INT_ARGB)));
        samples.put("png grey", write("png", image(BufferedImage.TYPE_BYTE_GRAY)));
        samples.put("png grey 16", write("png", image(BufferedImage.TYPE_USHORT_GRAY)));
        samples.put("png palette", write("png", image(BufferedImage.TYPE_BYTE_INDEXED)));
        samples.put("png bits", write("png", image(BufferedImage.TYPE_BYTE_BINARY)));
        samples.put("jpeg", write("jpeg", image(BufferedImage.TYPE_INT_RGB)));
        samples.put("jpeg grey", write("jpeg", image(BufferedImage.TYPE_BYTE_GRAY)));
        samples.put("jpeg progressive", progressive());
        samples.put("jpeg cmyk", cmyk());
        samples.put("gif", write("gif", image(BufferedImage.TYPE_BYTE_INDEXED)));
        samples.put("bmp", write("bmp", image(BufferedImage.TYPE_INT_RGB)));
        samples.put("bmp palette", write("bmp", image(BufferedImage.TYPE_BYTE_INDEXED)));
        samples.put("webp lossless", webp(picture(image(BufferedImage.TYPE_INT_ARGB), 4)));
        TINY_WEBP.forEach((name, code) -> samples.put(name, Base64.getDecoder().decode(code)));
        samples.put("svg", SVG.getBytes(StandardCharsets.UTF_8));
        return samples;
    }

    /** A smooth picture with every channel different. */
    static BufferedImage image(int type) {
        var image = new BufferedImage(WIDTH, HEIGHT, type);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                image.setRGB(x, y, 100 + x * 7 << 24 | x * 12 << 16 | y * 19 << 8 | (x + y) * 7);
            }
        }
        return image;
    }

    /** What {@link BufferedImage#getRGB} says, channel by channel. */
    static Picture picture(BufferedImage image, int channels) {
        var bytes = new byte[WIDTH * HEIGHT * channels];
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            int argb = image.getRGB(i % WIDTH, i / WIDTH);
            for (int c = 0; c < channels; c++) {
                bytes[i * channels + c] = (byte) (argb >> (c == 3 ? 24 : 16 - 8 * c));
            }
        }
        return new Picture(WIDTH, HEIGHT, channels, bytes);
    }

    static byte[] write(String format, BufferedImage image) {
        var out = new ByteArrayOutputStream();
        try (var stream = new MemoryCacheImageOutputStream(out)) {
            if (!ImageIO.write(image, format, stream)) {
                throw new IllegalStateException("no encoder for " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] progressive() {
        return jpeg(new IIOImage(image(BufferedImage.TYPE_INT_RGB), null, null), true);
    }

    /** Four channels and no word about what they are, which means CMYK. */
    private static byte[] cmyk() {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, WIDTH, HEIGHT, 4, null);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                raster.setPixel(x, y, new int[] {x * 12, y * 19, 40, 30});
            }
        }
        return jpeg(new IIOImage(raster, null, null), false);
    }

    private static byte[] jpeg(IIOImage image, boolean progressive) {
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        var out = new ByteArrayOutputStream();
        try (var stream = new MemoryCacheImageOutputStream(out)) {
            var param = writer.getDefaultWriteParam();
            if (progressive) {
                param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.setOutput(stream);
            writer.write(null, image, param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    /**
     * A PNG of one row, uncoloured by any encoder's choices.
     *
     * @param extra further chunks' types and contents, in turn
     */
    static byte[] png(int width, int bits, int colourType, byte[] row, Object... extra) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        var header = ByteBuffer.allocate(13).putInt(width).putInt(1);
        chunk("IHDR", header.put((byte) bits).put((byte) colourType).array(), out);
        for (int i = 0; i < extra.length; i += 2) {
            chunk((String) extra[i], (byte[]) extra[i + 1], out);
        }
        var data = new ByteArrayOutputStream();
        try (var deflate = new DeflaterOutputStream(data)) {
            deflate.write(0); // no row filter
            deflate.write(row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        chunk("IDAT", data.toByteArray(), out);
        chunk("IEND", new byte[0], out);
        return out.toByteArray();
    }

    private static void chunk(String type, byte[] content, ByteArrayOutputStream out) {
        var chunk = ByteBuffer.allocate(content.length + 12).putInt(content.length);
        chunk.put(type.getBytes(StandardCharsets.ISO_8859_1)).put(content);
        var crc = new CRC32();
        crc.update(chunk.array(), 4, content.length + 4);
        out.writeBytes(chunk.putInt((int) crc.getValue()).array());
    }

    /** A lossless WebP (RFC 9649, chapter 3) without any of its tricks: every sample a code of eight bits. */
    static byte[] webp(Picture picture) {
        var bits = new Bits();
        bits.put(0x2F, 8);
        bits.put(picture.width() - 1, 14);
        bits.put(picture.height() - 1, 14);
        bits.put(1, 1); // alpha is used
        bits.put(0, 3 + 1 + 1 + 1); // version, no transform, no colour cache, one set of codes
        bits.codeLengths(true);
        bits.put(-1, 32); // green: 256 literals of length 8 …
        for (int i = 1; i < 8; i++) {
            bits.put(-1, 32);
        }
        bits.put(0, 24); // … and no back references
        bits.codeLengths(false); // red, blue, alpha: 256 literals of length 8
        bits.codeLengths(false);
        bits.codeLengths(false);
        bits.put(1, 4); // distance: a simple code of the one symbol 0
        byte[] pixels = picture.bytes();
        for (int i = 0; i < pixels.length; i += 4) {
            for (int c : new int[] {1, 0, 2, 3}) {
                bits.put(Integer.reverse(pixels[i + c] & 0xFF) >>> 24, 8);
            }
        }
        byte[] data = bits.bytes();
        var out = new ByteArrayOutputStream();
        out.writeBytes("RIFF".getBytes(StandardCharsets.ISO_8859_1));
        little(12 + data.length + data.length % 2, out);
        out.writeBytes("WEBPVP8L".getBytes(StandardCharsets.ISO_8859_1));
        little(data.length, out);
        out.writeBytes(data);
        out.writeBytes(new byte[data.length % 2]);
        return out.toByteArray();
    }

    private static void little(int value, ByteArrayOutputStream out) {
        for (int shift = 0; shift < 32; shift += 8) {
            out.write(value >> shift);
        }
    }

    /** Bits packed from the lowest of each byte. */
    private static final class Bits {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private int waiting;
        private int count;

        void put(int value, int bits) {
            for (int i = 0; i < bits; i++) {
                waiting |= (value >>> i & 1) << count;
                if (++count == 8) {
                    out.write(waiting);
                    waiting = 0;
                    count = 0;
                }
            }
        }

        /** A code for code lengths: length 8 alone (no bits), or 0 and 8 (a bit each). */
        void codeLengths(boolean withZero) {
            put(0, 1);
            put(12 - 4, 4);
            for (int i = 0; i < 12; i++) { // in the order 17 18 0 1 2 3 4 5 16 6 7 8
                put(i == 11 || withZero && i == 2 ? 1 : 0, 3);
            }
            put(0, 1);
        }

        byte[] bytes() {
            put(0, (8 - count) % 8);
            return out.toByteArray();
        }
    }
}
