package sensorium.vision;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import sensorium.BadInputException;

/**
 * The bytes of one picture file and the name it goes by in error messages. Every read is checked against the end of the
 * file, so what a header claims is never believed further than the bytes reach.
 */
record Source(String name, byte[] bytes) {
    BadInputException fault(String what) {
        return new BadInputException(name + ": " + what);
    }

    int length() {
        return bytes.length;
    }

    /** Refuses unless {@code count} bytes from {@code at} on are there. */
    void need(long at, long count) {
        if (at < 0 || count < 0 || at + count > bytes.length) {
            throw fault("truncated or damaged: a part said to end at byte %d of a file of %d; get the file again"
                    .formatted(at + count, bytes.length));
        }
    }

    int u8(int at) {
        need(at, 1);
        return bytes[at] & 0xFF;
    }

    int u16be(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    int u16le(int at) {
        return u8(at) | u8(at + 1) << 8;
    }

    long u32be(int at) {
        return (long) u16be(at) << 16 | u16be(at + 2);
    }

    long u32le(int at) {
        return u16le(at) | (long) u16le(at + 2) << 16;
    }

    int i32le(int at) {
        return (int) u32le(at);
    }

    String ascii(int at, int count) {
        need(at, count);
        return new String(bytes, at, count, StandardCharsets.ISO_8859_1);
    }

    boolean startsWith(int... magic) {
        return bytes.length >= magic.length && IntStream.range(0, magic.length).allMatch(i -> u8(i) == magic[i]);
    }

    void copy(int at, int count, ByteArrayOutputStream to) {
        need(at, count);
        to.write(bytes, at, count);
    }

    /** Refuses a claimed size before anything is allocated for it. */
    void checkSize(long width, long height) {
        if (width < 1 || height < 1) {
            throw fault("claims %dx%d pixels; not a picture".formatted(width, height));
        }
        if (width > PictureFile.MAX_SIDE || height > PictureFile.MAX_SIDE || width * height > PictureFile.MAX_PIXELS) {
            throw fault("claims %dx%d pixels, more than the limit of %d million; make it smaller"
                    .formatted(width, height, PictureFile.MAX_PIXELS / 1_000_000));
        }
    }

    /** Refuses a claimed size that so few bytes of compressed data cannot make, before anything is allocated for it. */
    void checkData(long width, long height, long data, long mostPixels) {
        if (width * height > mostPixels) {
            throw fault("claims %dx%d pixels but has only %d bytes of data; get the file again"
                    .formatted(width, height, data));
        }
    }
}
