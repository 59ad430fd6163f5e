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
     * An MP3 (MPEG-1 layer III, 44.1 kHz) whose first channel is one constant MDCT coefficient, a tone near (2 · pair + ½)
     * · 44100 / 1152 Hz, and whose second, if any, is silent.
     */
    static byte[] mp3(int channels, int frames, int pair) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < frames; i++) {
            out.writeBytes(mp3Frame(channels, pair));
        }
        return out.toByteArray();
    }

    private static byte[] mp3Frame(int channels, int pair) {
        var bits = new Bits(417); // 144 · 128000 / 44100, without padding
        bits.put(
                channels == 1 ? 0xfffb90c0L : 0xfffb9000L, 32); // sync, MPEG-1, layer III, no CRC, 128 kbit/s, 44.1 kHz
        bits.put(0, channels == 1 ? 9 + 5 + 4 : 9 + 3 + 8); // main data begins here, private bits, nothing shared
        for (int granule = 0; granule < 2; granule++) {
            for (int c = 0; c < channels; c++) {
                bits.put(c == 0 ? pair + 3 : 0, 12); // each empty pair takes one bit, the last one two and a sign
                bits.put(c == 0 ? pair + 1 : 0, 9); // pairs coded with tables
                bits.put(200, 8); // global gain: 2^((200 − 210) / 4)
                bits.put(0, 4 + 1); // no scale factors, long blocks
                bits.put(1, 5);
                bits.put(1, 5);
                bits.put(1, 5); // Huffman table 1 in all three regions
                bits.put(7, 4);
                bits.put(7, 3);
                bits.put(0, 3);
            }
        }
        for (int granule = 0; granule < 2; granule++) {
            for (int p = 0; p < pair; p++) {
                bits.put(1, 1); // table 1: "1" is (0, 0)
            }
            bits.put(0b010, 3); // "01" is (1, 0), then its sign
        }
        return bits.bytes;
    }

    /** The frame that LAME puts first in a mono file: how many frames follow, what it added before and behind. */
    static byte[] lameFrame(int frames, int delay, int padding) {
        ByteBuffer frame = ByteBuffer.wrap(mp3Frame(1, 0));
        frame.position(4 + 17).put(new byte[417 - 21]).position(4 + 17);
        frame.put(ascii("Info")).putInt(1).putInt(frames);
        frame.put(ascii("LAME3.100")).put(new byte[12]);
        frame.put((byte) (delay >> 4)).put((byte) (delay << 4 | padding >> 8)).put((byte) padding);
        return frame.array();
    }

    /** A mono FLAC of one frame of at most 256 samples, stored as they are: the residual of a prediction of nothing, escaped. */
    static byte[] flacOfRawResiduals(int rate, short... samples) {
        int n = samples.length;
        var frame = new Bits(7 + (8 + 2 + 4 + 4 + 5 + 16 * n + 7) / 8 + 2);
        frame.put(0xfff8, 16); // sync, blocks of one size
        frame.put(0b0110, 4); // the number of samples follows in a byte
        frame.put(0, 4); // rate as in the stream info
        frame.put(0, 4 + 3 + 1); // mono, depth as in the stream info
        frame.put(0, 8); // frame 0
        frame.put(n - 1, 8);
        frame.put(crc(frame.bytes, 6, 0x07, 8), 8);
        frame.put(0b0_001000_0, 8); // fixed predictor of order 0, no wasted bits
        frame.put(0, 2 + 4); // Rice parameters of four bits, one partition
        frame.put(0b1111, 4); // escape
        frame.put(16, 5);
        for (short s : samples) {
            frame.put(s & 0xffff, 16);
        }
        frame.at = (frame.bytes.length - 2) * 8;
        frame.put(crc(frame.bytes, frame.bytes.length - 2, 0x8005, 16), 16);
        var info = new Bits(4 + 4 + 34);
        info.put(0x664c6143, 32); // fLaC
        info.put(0x80000022, 32); // stream info, the last block, 34 bytes
        info.put(n, 16); // smallest and largest block
        info.put(n, 16);
        info.put(0, 24 + 24); // frame sizes are not known
        info.put(rate, 20);
        info.put(0, 3); // one channel
        info.put(15, 5); // 16 bits
        info.put(n, 36);
        var out = new ByteArrayOutputStream();
        out.writeBytes(info.bytes); // without a checksum of the samples
        out.writeBytes(frame.bytes);
        return out.toByteArray();
    }

    private static int crc(byte[] bytes, int length, int polynomial, int width) {
        int crc = 0;
        for (int i = 0; i < 8 * length; i++) {
            int bit = bytes[i / 8] >> (7 - i % 8) & 1;
            boolean out = (crc >> (width - 1) & 1) != bit;
            crc = (crc << 1 ^ (out ? polynomial : 0)) & ((1 << width) - 1);
        }
        return crc;
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
