package sensorium.text.pipeline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes a table of SentencePiece's, with a double-array trie in the units of darts-clone. */
final class CharsmapBytes {
    private static final int BLOCK = 256;

    private final List<Integer> units = new ArrayList<>();
    private final List<Boolean> used = new ArrayList<>();

    private static final class Node {
        final TreeMap<Integer, Node> below = new TreeMap<>();
        int value = -1;
    }

    private CharsmapBytes() {}

    /** Wide and half-wide forms, ligatures, composed letters and white space. */
    static byte[] example() {
        Map<String, String> map = new TreeMap<>();
        for (char c = '!'; c <= '~'; c++) {
            map.put(Character.toString(c + 0xFEE0), Character.toString(c));
        }
        map.put("ﬁ", "fi");
        map.put("½", "1⁄2");
        map.put("…", "...");
        map.put("²", "2");
        map.put("Ⅷ", "VIII");
        map.put("ﾊﾟ", "パ");
        map.put("e\u0301", "é");
        map.put("n\u0303", "ñ");
        map.put("\u00A0", " ");
        map.put("\u3000", " ");
        map.put("\t", " ");
        map.put("\n", " ");
        map.put("\u200B", " ");
        map.put("\uFEFF", " ");
        map.put("豈", "豈");
        return of(map);
    }

    static byte[] of(Map<String, String> map) {
        var root = new Node();
        var texts = new java.io.ByteArrayOutputStream();
        map.forEach((from, to) -> {
            Node node = root;
            for (byte b : from.getBytes(StandardCharsets.UTF_8)) {
                node = node.below.computeIfAbsent(b & 0xFF, _ -> new Node());
            }
            node.value = texts.size();
            texts.writeBytes(to.getBytes(StandardCharsets.UTF_8));
            texts.write(0);
        });
        var built = new CharsmapBytes();
        built.room(BLOCK);
        built.used.set(0, true);
        built.place(root, 0, 0);
        ByteBuffer bytes =
                ByteBuffer.allocate(4 + 4 * built.units.size() + texts.size()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(4 * built.units.size());
        built.units.forEach(bytes::putInt);
        return bytes.put(texts.toByteArray()).array();
    }

    /** Puts the children of the node in unit {@code at}, which is labelled, where all of them find room. */
    private void place(Node node, int at, int label) {
        int base = base(node, at);
        units.set(at, label | (node.value >= 0 ? 1 << 8 : 0) | (base ^ at) << 10);
        if (node.value >= 0) {
            take(base, node.value | 1 << 31);
        }
        node.below.forEach((b, _) -> take(base ^ b, b));
        node.below.forEach((b, child) -> place(child, base ^ b, b));
    }

    /** The units below a node are {@code base ^ label}; label 0 is its own value. */
    private int base(Node node, int at) {
        for (int base = 1; ; base++) {
            room(base + BLOCK);
            int tried = base;
            boolean free = (node.value < 0 || !used.get(base))
                    && node.below.keySet().stream().noneMatch(b -> used.get(tried ^ b));
            if (free && base != at) {
                return base;
            }
        }
    }

    private void take(int unit, int value) {
        units.set(unit, value);
        used.set(unit, true);
    }

    private void room(int size) {
        while (units.size() < (size + BLOCK) / BLOCK * BLOCK) {
            units.add(0);
            used.add(false);
        }
    }
}
