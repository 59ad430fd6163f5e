package sensorium.audio;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Makes the bytes of small sound files. */
final class SoundFiles {
    private SoundFiles() {}

    /** A WAV of the given format tag; {@code data} holds the samples as stored. */
    static byte[] wav(int tag, int channels, int rate, int bits, byte[] data) {
        int frameBytes = channels * ((bits + 7) / 8);
        ByteBuffer out = ByteBuffer.allocate(44 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(ascii("RIFF")).putInt(36 + data.length).put(ascii("WAVEfmt ")).putInt(16);
        out.putShort((short) tag).putShort((short) channels).putInt(rate).putInt(rate * frameBytes);
        out.putShort((short) frameBytes)
                .putShort((short) bits)
                .put(ascii("data"))
                .putInt(data.length);
        return out.put(data).array();
    }

    /** An AIFF (compression null) or AIFF-C at 8 kHz. */
    static byte[] aiff(String compression, int channels, int bits, byte[] data) {
        int common = compression == null ? 18 : 24;
        ByteBuffer out = ByteBuffer.allocate(12 + 8 + common + 16 + data.length); // big-endian
        out.put(ascii("FORM")).putInt(out.capacity() - 8).put(ascii(compression == null ? "AIFF" : "AIFC"));
        out.put(ascii("COMM")).putInt(common).putShort((short) channels);
        out.putInt(data.length / channels / ((bits + 7) / 8)).putShort((short) bits);
        out.putShort((short) (16_383 + 12)).putLong(8_000L << 51); // 80-bit float: 8000 = 1.953125 · 2^12
        if (compression != null) {
            out.put(ascii(compression)).putShort((short) 0);
        }
        out.put(ascii("SSND")).putInt(8 + data.length).putInt(0).putInt(0);
        return out.put(data).array();
    }

    /**
     * An MP3 (MPEG-1 layer III, 44.1 kHz, mono) of one constant MDCT coefficient: a tone near (2 · pair + ½) · 44100 /
     * 1152 Hz.
     */
    static byte[] mp3(int frames, int pair) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < frames; i++) {
            var bits = new Bits(417); // 144 · 128000 / 44100, without padding
            bits.put(0xfffb90c0L, 32); // sync, MPEG-1, layer III, no CRC, 128 kbit/s, 44.1 kHz, mono
            bits.put(0, 9 + 5 + 4); // main data begins here, private bits, scale factors not shared
            int dataBits = pair + 3; // each empty pair takes one bit, the last one two and a sign
            for (int granule = 0; granule < 2; granule++) {
                bits.put(dataBits, 12);
                bits.put(pair + 1, 9); // pairs coded with tables
                bits.put(200, 8); // global gain: 2^((200 − 210) / 4)
                bits.put(0, 4 + 1); // no scale factors, long blocks
                bits.put(1, 5);
                bits.put(1, 5);
                bits.put(1, 5); // Huffman table 1 in all three regions
                bits.put(7, 4);
                bits.put(7, 3);
                bits.put(0, 3);
            }
            for (int granule = 0; granule < 2; granule++) {
                for (int p = 0; p < pair; p++) {
                    bits.put(1, 1); // table 1: "1" is (0, 0)
                }
                bits.put(0b010, 3); // "01" is (1, 0), then its sign
            }
            out.writeBytes(bits.bytes);
        }
        return out.toByteArray();
    }

    private static final class Bits {
        final byte[] bytes;
        int at;

        Bits(int length) {
            bytes = new byte[length];
        }

        void put(long value, int count) {
            for (int i = count - 1; i >= 0; i--, at++) {
                bytes[at / 8] |= (byte) ((value >> i & 1) << (7 - at % 8));
            }
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
