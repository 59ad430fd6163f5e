package sensorium.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that also carries what a Java string may hold and UTF-8 may not: surrogates without a partner, as three bytes
 * each (Sapin, "The WTF-8 encoding"). So every string comes back as it was.
 */
final class Wtf8 {
    private Wtf8() {}

    static byte[] encode(String text) {
        var out = new ByteArrayOutputStream(text.length());
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            out.writeBytes(text.substring(plain, i).getBytes(StandardCharsets.UTF_8));
            out.write(0xE0 | c >> 12);
            out.write(0x80 | (c >> 6 & 0x3F));
            out.write(0x80 | (c & 0x3F));
            plain = i + 1;
        }
        out.writeBytes(text.substring(plain).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /** The text; what is neither UTF-8 nor a lone surrogate becomes U+FFFD. */
    static String decode(byte[] bytes) {
        var out = new StringBuilder(bytes.length);
        int plain = 0;
        for (int i = 0; i + 2 < bytes.length; i++) {
            // ED A0..BF xx: a surrogate
            if ((bytes[i] & 0xFF) == 0xED && (bytes[i + 1] & 0xE0) == 0xA0 && (bytes[i + 2] & 0xC0) == 0x80) {
                out.append(new String(bytes, plain, i - plain, StandardCharsets.UTF_8));
                out.append((char) (0xD000 | (bytes[i + 1] & 0x3F) << 6 | (bytes[i + 2] & 0x3F)));
                i += 2;
                plain = i + 1;
            }
        }
        return out.append(new String(bytes, plain, bytes.length - plain, StandardCharsets.UTF_8))
                .toString();
    }
}
