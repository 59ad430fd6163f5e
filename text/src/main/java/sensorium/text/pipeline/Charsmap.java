package sensorium.text.pipeline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sensorium.BadInputException;

/**
 * SentencePiece's table of what becomes of which characters ({@code precompiled_charsmap}): the number of bytes of a double-array trie
 * (Aoe 1989, in the units of darts-clone), the trie, whose values are places in what follows, texts that end in a zero byte.
 *
 * <p>As in the reference, a grapheme of fewer than 6 bytes is looked up at once, and the shortest key that it begins with decides for
 * all of it; where there is none, its characters are looked up one by one.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Charsmap(int[] trie, byte[] texts, String source) implements TextNormalizer {
    private static final Pattern GRAPHEME = Pattern.compile("\\X");
    private static final int SHORT = 6;

    /** @throws BadInputException if the bytes are no such table */
    static Charsmap of(byte[] bytes, String source) {
        if (bytes.length < 4) {
            throw new BadInputException(source + ": its precompiled_charsmap is only " + bytes.length + " bytes long");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long size = Integer.toUnsignedLong(buffer.getInt());
        if (size % 4 != 0 || size == 0 || size > buffer.remaining()) {
            throw new BadInputException(
                    source + ": its precompiled_charsmap claims a trie of " + size + " bytes in " + bytes.length);
        }
        int[] trie = new int[(int) (size / 4)];
        buffer.asIntBuffer().get(trie);
        byte[] texts = new byte[buffer.remaining() - (int) size];
        buffer.get(buffer.position() + (int) size, texts);
        return new Charsmap(trie, texts, source);
    }

    @Override
    public AlignedText apply(AlignedText text) {
        var out = new AlignedText.Builder(text.length());
        Matcher graphemes = GRAPHEME.matcher(text.toString());
        int at = 0;
        while (graphemes.find()) {
            String grapheme = graphemes.group();
            int n = grapheme.codePointCount(0, grapheme.length());
            if (!replace(text, at, n, out)) {
                for (int i = at; i < at + n; i++) {
                    if (!replace(text, i, 1, out)) {
                        out.add(text.points()[i], text, i);
                    }
                }
            }
            at += n;
        }
        return out.build();
    }

    /** Whether there was something to put in their place. */
    private boolean replace(AlignedText text, int from, int n, AlignedText.Builder out) {
        byte[] key = text.text(from, from + n).getBytes(StandardCharsets.UTF_8);
        if (n > 1 && key.length >= SHORT) {
            return false;
        }
        int place = find(key);
        if (place < 0) {
            return false;
        }
        int[] points = textAt(place).codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            out.add(points[i], text, Math.min(from + i, from + n - 1));
        }
        return true;
    }

    /** The value of the shortest key that the bytes begin with, or -1. */
    private int find(byte[] key) {
        int node = offset(unit(0));
        for (byte b : key) {
            if (b == 0) {
                return -1;
            }
            node ^= b & 0xFF;
            int unit = unit(node);
            if ((unit & 0x8000_00FF) != (b & 0xFF)) {
                return -1;
            }
            node ^= offset(unit);
            if ((unit >>> 8 & 1) == 1) {
                return unit(node) & 0x7FFF_FFFF;
            }
        }
        return -1;
    }

    private int unit(int node) {
        if (node < 0 || node >= trie.length) {
            throw damaged();
        }
        return trie[node];
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private String textAt(int place) {
        int end = place;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        if (place > texts.length) {
            throw damaged();
        }
        return new String(texts, place, end - place, StandardCharsets.UTF_8);
    }

    private BadInputException damaged() {
        return new BadInputException(source + ": its precompiled_charsmap is damaged; fetch the file again");
    }
}
