package sensorium.text;

import java.util.Arrays;

/**
 * GPT-2's visible spelling of bytes: every byte is a printable character, most of them themselves, the others (white
 * space, controls) the characters from U+0100 on. Vocabulary files are written in it.
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];
    private static final int[] BYTES = new int[512];
    /** The bytes in the order of their characters, which is the order of their ids in GPT-2's family. */
    static final int[] ORDER = new int[256];

    static {
        Arrays.fill(BYTES, -1);
        int hidden = 0;
        for (int b = 0; b < 256; b++) {
            boolean visible = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            CHARACTERS[b] = (char) (visible ? b : 256 + hidden++);
            BYTES[CHARACTERS[b]] = b;
        }
        int next = 0;
        for (int b : BYTES) {
            if (b >= 0) {
                ORDER[next++] = b;
            }
        }
    }

    private ByteAlphabet() {}

    static String spell(byte[] bytes) {
        var out = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            out.append(CHARACTERS[b & 0xff]);
        }
        return out.toString();
    }

    /** The bytes of a spelling, or null if a character of it stands for none. */
    static byte[] read(String spelling) {
        var bytes = new byte[spelling.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = spelling.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }
}
