package sensorium.vision;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;

/** PNG (W3C Recommendation, third edition): of the chunks only those that make pixels reach the decoder. */
final class PngFile {
    /** The best that deflate can do is 1032 : 1 (zlib's technical notes). */
    private static final long MOST_DEFLATE = 1032;

    private PngFile() {}

    static Picture decode(Source source) {
        var clean = new ByteArrayOutputStream(source.length());
        source.copy(0, 8, clean);
        long data = 0;
        boolean ended = false;
        for (int at = 8; !ended; ) {
            source.need(at, 12);
            long length = source.u32be(at);
            source.need(at, length + 12);
            String type = source.ascii(at + 4, 4);
            if (at == 8) {
                checkHeader(source, type, length);
            }
            switch (type) {
                case "IDAT" -> data += length;
                case "IEND" -> ended = true;
                default -> {}
            }
            if (type.equals("IHDR") || type.equals("PLTE") || type.equals("tRNS") || type.equals("IDAT") || ended) {
                checkSum(source, at, (int) length);
                source.copy(at, (int) length + 12, clean);
            }
            at += (int) length + 12;
        }
        checkData(source, source.u32be(16), source.u32be(20), data);
        return Raster.decode(source, "png", clean.toByteArray());
    }

    /** What the first chunk must be. */
    static void checkHeader(Source source, String type, long length) {
        if (!type.equals("IHDR") || length != 13) {
            throw source.fault("damaged PNG: it does not begin with its header");
        }
        source.checkSize(source.u32be(16), source.u32be(20));
    }

    static void checkSum(Source source, int at, int length) {
        var crc = new CRC32();
        crc.update(source.bytes(), at + 4, length + 4);
        if (crc.getValue() != source.u32be(at + 8 + length)) {
            throw source.fault(
                    "damaged PNG: wrong checksum of chunk %s; get the file again".formatted(printable(source, at + 4)));
        }
    }

    private static String printable(Source source, int at) {
        return source.ascii(at, 4).replaceAll("[^A-Za-z]", "?");
    }

    /** Refuses a size that so many bytes of pixels cannot make. */
    static void checkData(Source source, long width, long height, long data) {
        int samples = switch (source.u8(25)) {
            case 0, 3 -> 1;
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> throw source.fault("damaged PNG: unknown colour type " + source.u8(25));
        };
        long bitsPerPixel = Math.max(1, source.u8(24) * samples);
        source.checkData(width, height, data, data * MOST_DEFLATE * 8 / bitsPerPixel);
    }
}
