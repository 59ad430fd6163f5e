package sensorium.audio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import sensorium.audio.AudioFile.Malformed;

/**
 * Uncompressed sound: RIFF/WAVE (little-endian; PCM of 8 to 32 bits, IEEE float of 32 and 64) and AIFF/AIFF-C
 * (big-endian; signed PCM, {@code sowt}, {@code fl32}, {@code fl64}). Both are chunks of a four-letter name, a 32-bit
 * length and that many bytes, padded to even.
 */
final class PcmFile {
    private static final String CUT_SHORT = "; the file was cut short: fetch or record it again";

    private PcmFile() {}

    /** How one sample is stored. */
    private enum Encoding {
        UNSIGNED_8(1),
        SIGNED_8(1),
        SIGNED_16(2),
        SIGNED_24(3),
        SIGNED_32(4),
        FLOAT_32(4),
        FLOAT_64(8);

        final int bytes;

        Encoding(int bytes) {
            this.bytes = bytes;
        }

        /** The sample at {@code at}, full scale 1. */
        float read(ByteBuffer data, int at) {
            return switch (this) {
                case UNSIGNED_8 -> ((data.get(at) & 0xff) - 128) / 128f;
                case SIGNED_8 -> data.get(at) / 128f;
                case SIGNED_16 -> data.getShort(at) / 32_768f;
                case SIGNED_24 -> signed24(data, at) / 8_388_608f;
                case SIGNED_32 -> data.getInt(at) / 2_147_483_648f;
                case FLOAT_32 -> data.getFloat(at);
                case FLOAT_64 -> (float) data.getDouble(at);
            };
        }

        private static int signed24(ByteBuffer data, int at) {
            boolean big = data.order() == ByteOrder.BIG_ENDIAN;
            int low = data.get(big ? at + 2 : at) & 0xff;
            int middle = data.get(at + 1) & 0xff;
            int high = data.get(big ? at : at + 2);
            return high << 16 | middle << 8 | low;
        }
    }

    private record Layout(Encoding encoding, int channels, long sampleRate) {
        int frameBytes() {
            return encoding.bytes * channels;
        }
    }

    static Recording decodeWav(byte[] bytes, double maxSeconds) throws Malformed {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Layout layout = null;
        int at = 12;
        while (at + 8 <= bytes.length) {
            String name = name(file, at);
            long size = Integer.toUnsignedLong(file.getInt(at + 4));
            int body = at + 8;
            long available = bytes.length - body;
            if (name.equals("data")) {
                if (layout == null) {
                    throw new Malformed("WAV data before any fmt chunk; encode it again");
                }
                long riffSize = Integer.toUnsignedLong(file.getInt(4));
                if (size > 0x7fff_0000L || (size == 0 && riffSize <= body)) {
                    size = available; // written to a pipe: the length was never filled in
                }
                requireWhole("WAV data", size, available);
                return samples(file, body, (int) size, layout, maxSeconds);
            }
            requireWhole("WAV chunk \"" + name + '"', size, available);
            if (name.equals("fmt ")) {
                layout = wavLayout(file, body, (int) size);
            }
            at = Math.toIntExact(Math.min(bytes.length, body + size + (size & 1)));
        }
        throw new Malformed("WAV without a data chunk" + CUT_SHORT);
    }

    private static Layout wavLayout(ByteBuffer file, int at, int size) throws Malformed {
        if (size < 16) {
            throw new Malformed("WAV fmt chunk of " + size + " bytes where 16 are needed; encode it again");
        }
        int tag = file.getShort(at) & 0xffff;
        if (tag == 0xfffe && size >= 26) {
            tag = file.getShort(at + 24) & 0xffff; // WAVE_FORMAT_EXTENSIBLE: the sub-format begins with the real tag
        }
        int channels = file.getShort(at + 2) & 0xffff;
        int frameBytes = file.getShort(at + 12) & 0xffff;
        int bits = file.getShort(at + 14) & 0xffff;
        int sampleBits = (bits + 7) / 8 * 8; // 12 bits lie left-justified in 16
        Encoding encoding = switch (tag << 8 | sampleBits) {
            case 1 << 8 | 8 -> Encoding.UNSIGNED_8;
            case 1 << 8 | 16 -> Encoding.SIGNED_16;
            case 1 << 8 | 24 -> Encoding.SIGNED_24;
            case 1 << 8 | 32 -> Encoding.SIGNED_32;
            case 3 << 8 | 32 -> Encoding.FLOAT_32;
            case 3 << 8 | 64 -> Encoding.FLOAT_64;
            default ->
                throw new Malformed("WAV encoding " + tag + " of " + bits
                        + " bits; convert it to PCM (8, 16, 24 or 32 bits) or float");
        };
        if (frameBytes != encoding.bytes * channels) {
            throw new Malformed("WAV frames of " + frameBytes + " bytes do not hold " + channels + " channels of "
                    + sampleBits + " bits; encode it again");
        }
        return new Layout(encoding, channels, Integer.toUnsignedLong(file.getInt(at + 4)));
    }

    static Recording decodeAiff(byte[] bytes, double maxSeconds) throws Malformed {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
        boolean compressed = name(file, 8).equals("AIFC");
        Layout layout = null;
        String compression = "NONE";
        int soundAt = -1;
        int soundSize = 0;
        int at = 12;
        while (at + 8 <= bytes.length) { // COMM may come after SSND
            String name = name(file, at);
            long size = Integer.toUnsignedLong(file.getInt(at + 4));
            int body = at + 8;
            requireWhole("AIFF chunk \"" + name + '"', size, bytes.length - body);
            if (name.equals("COMM")) {
                if (size < (compressed ? 22 : 18)) {
                    throw new Malformed("AIFF COMM chunk of only " + size + " bytes; encode it again");
                }
                compression = compressed ? name(file, body + 18) : "NONE";
                layout = aiffLayout(file, body, compression);
            } else if (name.equals("SSND") && size >= 8) {
                long offset = Integer.toUnsignedLong(file.getInt(body));
                if (offset > size - 8) {
                    throw new Malformed("AIFF sound begins beyond its chunk; encode it again");
                }
                soundAt = (int) (body + 8 + offset);
                soundSize = (int) (size - 8 - offset);
            }
            at = Math.toIntExact(Math.min(bytes.length, body + size + (size & 1)));
        }
        if (layout == null || soundAt < 0) {
            throw new Malformed("AIFF without " + (layout == null ? "a COMM" : "an SSND") + " chunk" + CUT_SHORT);
        }
        file.order(compression.equals("sowt") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        return samples(file, soundAt, soundSize, layout, maxSeconds);
    }

    private static Layout aiffLayout(ByteBuffer file, int at, String compression) throws Malformed {
        int channels = file.getShort(at) & 0xffff;
        int bits = file.getShort(at + 6) & 0xffff;
        Encoding encoding = switch (compression) {
            case "NONE", "twos", "sowt" ->
                switch ((bits + 7) / 8) {
                    case 1 -> Encoding.SIGNED_8;
                    case 2 -> Encoding.SIGNED_16;
                    case 3 -> Encoding.SIGNED_24;
                    case 4 -> Encoding.SIGNED_32;
                    default -> throw new Malformed("AIFF with " + bits + " bits a sample; convert it to 16");
                };
            case "fl32", "FL32" -> Encoding.FLOAT_32;
            case "fl64", "FL64" -> Encoding.FLOAT_64;
            default ->
                throw new Malformed("AIFF-C compression \"" + compression + "\"; convert it to plain AIFF or WAV");
        };
        return new Layout(encoding, channels, extended(file, at + 8));
    }

    /** An 80-bit IEEE extended float, as AIFF stores its sample rate; rounded, −1 where it is no sensible rate. */
    private static long extended(ByteBuffer file, int at) {
        int exponent = file.getShort(at) - 16_383; // of the mantissa's highest bit; the sign makes it negative
        long mantissa = file.getLong(at + 2);
        return exponent < 0 || exponent > 30 ? -1 : Math.round(Math.scalb((double) (mantissa >>> 1), exponent - 62));
    }

    private static Recording samples(ByteBuffer file, int at, int size, Layout layout, double maxSeconds)
            throws Malformed {
        var store = new SampleStore(layout.channels, layout.sampleRate, maxSeconds);
        int frames = size / layout.frameBytes();
        store.extend(frames);
        int bytes = layout.encoding.bytes;
        for (int c = 0; c < layout.channels; c++) {
            float[] channel = store.channel(c);
            int position = at + c * bytes;
            for (int i = 0; i < frames; i++, position += layout.frameBytes()) {
                float sample = layout.encoding.read(file, position);
                if (!Float.isFinite(sample)) {
                    throw new Malformed("sample " + i + " is not a finite number; encode it again");
                }
                channel[i] = sample;
            }
        }
        return store.recording();
    }

    private static void requireWhole(String what, long size, long available) throws Malformed {
        if (size > available) {
            throw new Malformed(what + " claims " + size + " bytes, " + available + " are there" + CUT_SHORT);
        }
    }

    private static String name(ByteBuffer file, int at) {
        var name = new byte[4];
        file.get(at, name);
        return new String(name, StandardCharsets.ISO_8859_1);
    }
}
