package sensorium.text;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import sensorium.BadInputException;

/**
 * Byte-level byte-pair encoding with GPT-2's way of cutting a text into words. Every byte is a token, so every text in
 * any language can be encoded and comes back exactly: {@code decode(encode(x)).equals(x)}.
 */
public final class ByteBpe implements Tokenizer {
    /** GPT-2's words: a contraction, or letters, digits or other signs with one space before them, or white space. */
    static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    /** Two tokens that become one, the lowest rank first. */
    record Merge(int left, int right, int rank) {}

    /** The bytes of each token; null for an id that is special or not used. */
    private final List<byte[]> tokens;

    private final List<Merge> merges;
    private final Map<String, Integer> specials;
    private final Map<Integer, String> specialNames = new TreeMap<>();
    private final int[] byteIds = new int[256];
    private final MergeTable table;
    private final int size;

    /**
     * A tokenizer of parts.
     *
     * @param tokens by id; null where the id belongs to no ordinary token
     * @param merges the bytes of the two together must be a token
     * @throws BadInputException if the parts don't fit together
     */
    ByteBpe(List<byte[]> tokens, List<Merge> merges, Map<String, Integer> specials, String source) {
        this.tokens = Collections.unmodifiableList(new ArrayList<>(tokens));
        this.merges = List.copyOf(merges);
        this.specials = Collections.unmodifiableMap(new LinkedHashMap<>(specials));
        var ids = idsByBytes(tokens, source);
        for (int b = 0; b < 256; b++) {
            var id = ids.get(ByteAlphabet.spell(new byte[] {(byte) b}));
            if (id == null) {
                throw new BadInputException(source + ": byte " + b + " is no token; not a byte-level vocabulary");
            }
            byteIds[b] = id;
        }
        table = new MergeTable(merges.size());
        for (var merge : merges) {
            int left = merge.left();
            int right = merge.right();
            var into = ids.get(ByteAlphabet.spell(tokens.get(left)) + ByteAlphabet.spell(tokens.get(right)));
            if (into == null) {
                throw new BadInputException(source + ": merge " + merge.rank() + " makes what is no token");
            }
            table.put(left, right, merge.rank(), into);
        }
        int largest = tokens.size();
        for (var special : specials.entrySet()) {
            specialNames.put(special.getValue(), special.getKey());
            largest = Math.max(largest, special.getValue() + 1);
        }
        size = largest;
    }

    static Map<String, Integer> idsByBytes(List<byte[]> tokens, String source) {
        var ids = new HashMap<String, Integer>(2 * tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.get(id) != null && ids.put(ByteAlphabet.spell(tokens.get(id)), id) != null) {
                throw new BadInputException(source + ": token " + id + " is there twice");
            }
        }
        return ids;
    }

    /**
     * One of merges alone, as {@code merges.txt} has them: the 256 bytes are the first tokens, then each merge makes one that is not there
     * yet.
     *
     * @param lines two tokens each, spelt in GPT-2's alphabet of bytes
     * @throws BadInputException if a line is not of two tokens that are there by then
     */
    public static ByteBpe ofMerges(List<String> lines, String source) {
        List<byte[]> tokens = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        for (int b : ByteAlphabet.ORDER) {
            byte[] one = {(byte) b};
            ids.put(ByteAlphabet.spell(one), tokens.size());
            tokens.add(one);
        }
        List<Merge> merges = new ArrayList<>();
        for (String line : lines) {
            String[] parts = line.split(" ", -1);
            Integer left = ids.get(parts[0]);
            Integer right = parts.length == 2 ? ids.get(parts[1]) : null;
            if (left == null || right == null) {
                throw new BadInputException(source + ": merge " + merges.size() + " is not of two tokens");
            }
            merges.add(new Merge(left, right, merges.size()));
            String both = parts[0] + parts[1];
            if (ids.putIfAbsent(both, tokens.size()) == null) {
                tokens.add(ByteAlphabet.read(both));
            }
        }
        return new ByteBpe(tokens, merges, Map.of(), source);
    }

    /** Its merges as {@link #ofMerges} takes them. */
    public List<String> mergeLines() {
        return merges.stream()
                .map(m -> ByteAlphabet.spell(tokens.get(m.left())) + " " + ByteAlphabet.spell(tokens.get(m.right())))
                .toList();
    }

    @Override
    public int[] encode(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new BadInputException(
                    "text: %d characters, at most %d can be encoded".formatted(text.length(), MAX_CHARACTERS));
        }
        var out = new int[Math.max(16, text.length() / 2)];
        int n = 0;
        var words = WORDS.matcher(text);
        while (words.find()) {
            var bytes = Wtf8.encode(words.group());
            var ids = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                ids[i] = byteIds[bytes[i] & 0xff];
            }
            int left = table.merge(ids, ids.length);
            if (n + left > out.length) {
                out = Arrays.copyOf(out, Math.max(n + left, 2 * out.length));
            }
            System.arraycopy(ids, 0, out, n, left);
            n += left;
        }
        return Arrays.copyOf(out, n);
    }

    @Override
    public String decode(int... ids) {
        var bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            var special = specialNames.get(id);
            if (special != null) {
                bytes.writeBytes(Wtf8.encode(special));
            } else if (id >= 0 && id < tokens.size() && tokens.get(id) != null) {
                bytes.writeBytes(tokens.get(id));
            } else {
                throw new BadInputException("token " + id + " does not exist; there are " + size);
            }
        }
        return Wtf8.decode(bytes.toByteArray());
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Map<String, Integer> specials() {
        return specials;
    }

    List<byte[]> tokens() {
        return tokens;
    }

    List<Merge> merges() {
        return merges;
    }
}
