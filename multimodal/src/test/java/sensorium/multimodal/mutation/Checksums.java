package sensorium.multimodal.mutation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Makes checksums right again: readers see what was damaged beyond them. */
final class Checksums {
    private static final int PNG_HEAD = 8;
    private static final int OGG_HEAD = 27;
    private static final int OGG_POLYNOMIAL = 0x04c1_1db7;

    private Checksums() {}

    /** Of every chunk that is whole: its length, type, content and CRC-32. */
    static byte[] ofPng(byte[] damaged) {
        byte[] png = damaged.clone();
        ByteBuffer b = ByteBuffer.wrap(png);
        for (int at = PNG_HEAD; at + 12 <= png.length; ) {
            int length = b.getInt(at);
            if (length < 0 || length > png.length - at - 12) {
                break;
            }
            var crc = new CRC32();
            crc.update(png, at + 4, length + 4);
            b.putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
        return png;
    }

    /** Of every page that is whole: a head of 27 bytes, the lengths of its segments, and these. */
    static byte[] ofOgg(byte[] damaged) {
        byte[] ogg = damaged.clone();
        ByteBuffer b = ByteBuffer.wrap(ogg).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (at + OGG_HEAD <= ogg.length && ogg[at] == 'O' && ogg[at + 1] == 'g') {
            int segments = ogg[at + 26] & 0xff;
            int size = OGG_HEAD + segments;
            for (int i = 0; i < segments && at + OGG_HEAD + i < ogg.length; i++) {
                size += ogg[at + OGG_HEAD + i] & 0xff;
            }
            if (size > ogg.length - at) {
                break;
            }
            Arrays.fill(ogg, at + 22, at + 26, (byte) 0);
            b.putInt(at + 22, oggCrc(ogg, at, size));
            at += size;
        }
        return ogg;
    }

    private static int oggCrc(byte[] bytes, int from, int count) {
        int crc = 0;
        for (int i = from; i < from + count; i++) {
            crc ^= (bytes[i] & 0xff) << 24;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc < 0 ? crc << 1 ^ OGG_POLYNOMIAL : crc << 1;
            }
        }
        return crc;
    }
}
