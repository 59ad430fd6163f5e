package sensorium.vision;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * WebP (RFC 9649): the picture, or the first frame of a moving one, placed on its canvas. Only the frame's own chunks
 * reach the decoder: no colour profile, no metadata.
 */
final class WebpFile {
    private static final int ALPHA_FLAG = 0x10;
    /** Pixels of one colour take no data at all; so many are believed. */
    private static final long PLAIN = 16_000_000;

    private WebpFile() {}

    static Picture decode(Source source) {
        long end = source.u32le(4) + 8;
        source.need(0, end);
        var frame = new Frame();
        frame.collect(source, 12, end);
        Picture picture = Raster.decode(source, "webp", frame.file(source));
        boolean moving = frame.canvasWidth > 0 && frame.left >= 0;
        return moving ? picture.onCanvas(frame.left, frame.top, frame.canvasWidth, frame.canvasHeight) : picture;
    }

    /** The chunks of one frame: where they begin, and what they claim. */
    private static final class Frame {
        private int alpha = -1;
        private int pixels = -1;
        private int width;
        private int height;
        private int canvasWidth;
        private int canvasHeight;
        private int left = -1;
        private int top = -1;

        void collect(Source source, int from, long end) {
            for (int at = from; at + 8 <= end && pixels < 0; ) {
                long length = source.u32le(at + 4);
                source.need(at, length + 8);
                switch (source.ascii(at, 4)) {
                    case "VP8X" -> {
                        canvasWidth = u24(source, at + 12) + 1;
                        canvasHeight = u24(source, at + 15) + 1;
                        source.checkSize(canvasWidth, canvasHeight);
                    }
                    case "ANMF" -> {
                        left = u24(source, at + 8) * 2;
                        top = u24(source, at + 11) * 2;
                        collect(source, at + 24, at + 8 + length);
                    }
                    case "ALPH" -> alpha = at;
                    case "VP8 " -> {
                        pixels = at;
                        width = source.u16le(at + 14) & 0x3FFF;
                        height = source.u16le(at + 16) & 0x3FFF;
                        source.checkSize(width, height);
                    }
                    case "VP8L" -> {
                        pixels = at;
                        long bits = source.u32le(at + 9);
                        width = (int) (bits & 0x3FFF) + 1;
                        height = (int) (bits >> 14 & 0x3FFF) + 1;
                        source.checkSize(width, height);
                    }
                    default -> {}
                }
                at = Math.toIntExact(at + 8 + length + length % 2);
            }
        }

        /** A still file of this frame alone. */
        byte[] file(Source source) {
            if (pixels < 0) {
                throw source.fault("damaged WebP: no picture in it");
            }
            var body = new ByteArrayOutputStream(source.length());
            body.writeBytes("WEBP".getBytes(StandardCharsets.ISO_8859_1));
            if (alpha >= 0) {
                body.writeBytes("VP8X".getBytes(StandardCharsets.ISO_8859_1));
                little(10, 4, body);
                little(ALPHA_FLAG, 4, body);
                little(width - 1, 3, body);
                little(height - 1, 3, body);
                chunk(source, alpha, body);
            }
            long data = source.u32le(pixels + 4);
            source.checkData(width, height, data, Math.max(PLAIN, data * 4096));
            chunk(source, pixels, body);
            var file = new ByteArrayOutputStream(body.size() + 8);
            file.writeBytes("RIFF".getBytes(StandardCharsets.ISO_8859_1));
            little(body.size(), 4, file);
            file.writeBytes(body.toByteArray());
            return file.toByteArray();
        }

        private static void chunk(Source source, int at, ByteArrayOutputStream to) {
            source.copy(at, 8 + (int) source.u32le(at + 4), to);
            if (to.size() % 2 == 1) {
                to.write(0);
            }
        }
    }

    private static void little(int value, int bytes, ByteArrayOutputStream to) {
        for (int i = 0; i < bytes; i++) {
            to.write(value >> 8 * i);
        }
    }

    private static int u24(Source source, int at) {
        return source.u16le(at) | source.u8(at + 2) << 16;
    }
}
