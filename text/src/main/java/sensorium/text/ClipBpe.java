package sensorium.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import sensorium.BadInputException;

/**
 * CLIP's tokenizer (Radford et al., arXiv 2103.00020): byte-level BPE in lower case, the last token of a word marked by
 * {@code </w>}. Spaces are not kept, so a decoded text is the encoded one in lower case with single spaces. The paper's
 * code also repairs broken Unicode and HTML entities, which is left out here.
 */
public final class ClipBpe implements Tokenizer {
    private static final String END = "</w>";
    private static final String START_OF_TEXT = "<|startoftext|>";
    private static final String END_OF_TEXT = "<|endoftext|>";
    /** Tokens of the published vocabulary: 2 x 256 bytes, the merges, two special ones. */
    private static final int SIZE = 49_408;

    private static final int FILE_BYTES = 16 << 20;
    private static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private final List<String> spellings = new ArrayList<>();
    private final Map<String, Integer> specials = new LinkedHashMap<>();
    private final int[] byteIds = new int[256];
    private final int[] lastByteIds = new int[256];
    private final MergeTable table = new MergeTable(SIZE);

    private ClipBpe(List<String> merges, Path file) {
        var ids = new HashMap<String, Integer>();
        for (int i = 0; i < 256; i++) {
            byteIds[ByteAlphabet.ORDER[i]] = i;
            lastByteIds[ByteAlphabet.ORDER[i]] = 256 + i;
            spellings.add(ByteAlphabet.spell(new byte[] {(byte) ByteAlphabet.ORDER[i]}));
        }
        IntStream.range(0, 256).forEach(i -> spellings.add(spellings.get(i) + END));
        for (int id = 0; id < spellings.size(); id++) {
            ids.put(spellings.get(id), id);
        }
        for (int rank = 0; rank < merges.size(); rank++) {
            var parts = merges.get(rank).split(" ", -1);
            var left = parts.length == 2 ? ids.get(parts[0]) : null;
            var right = parts.length == 2 ? ids.get(parts[1]) : null;
            if (left == null || right == null) {
                throw new BadInputException(file + ": line " + (rank + 2) + " is not a merge of two known tokens");
            }
            int into = spellings.size();
            table.put(left, right, rank, into);
            spellings.add(parts[0] + parts[1]);
            ids.put(spellings.get(into), into);
        }
        specials.put(START_OF_TEXT, spellings.size());
        specials.put(END_OF_TEXT, spellings.size() + 1);
    }

    /**
     * Reads the published {@code bpe_simple_vocab_16e6.txt.gz}: a heading, then a merge a line; as CLIP does, only the
     * first 48,894 are used.
     *
     * @throws BadInputException if the file is something else
     */
    public static ClipBpe read(Path file) {
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            var bytes = in.readNBytes(FILE_BYTES + 1);
            if (bytes.length > FILE_BYTES) {
                throw new BadInputException(file + ": larger than a list of merges can be");
            }
            var lines = new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .limit(SIZE - 2 - 512)
                    .toList();
            if (lines.size() < SIZE - 2 - 512) {
                throw new BadInputException(file + ": only " + lines.size() + " merges; CLIP has " + (SIZE - 2 - 512));
            }
            return new ClipBpe(lines, file);
        } catch (ZipException e) {
            throw new BadInputException(file + ": not gzip", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public int[] encode(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new BadInputException(
                    "text: %d characters, at most %d can be encoded".formatted(text.length(), MAX_CHARACTERS));
        }
        var out = IntStream.builder();
        var words = WORDS.matcher(SPACE.matcher(text).replaceAll(" ").strip().toLowerCase(Locale.ROOT));
        while (words.find()) {
            var bytes = Wtf8.encode(words.group());
            var ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (i < ids.length - 1 ? byteIds : lastByteIds)[bytes[i] & 0xff];
            }
            int n = table.merge(ids, ids.length);
            for (int i = 0; i < n; i++) {
                out.add(ids[i]);
            }
        }
        return out.build().toArray();
    }

    /** What CLIP is fed: the text between its two special tokens. */
    public int[] encodeForModel(String text) {
        var ids = encode(text);
        return IntStream.concat(
                        IntStream.concat(IntStream.of(special(START_OF_TEXT)), IntStream.of(ids)),
                        IntStream.of(special(END_OF_TEXT)))
                .toArray();
    }

    @Override
    public String decode(int... ids) {
        var out = new ByteArrayOutputStream();
        for (int id : ids) {
            if (id < 0 || id >= size()) {
                throw new BadInputException("token " + id + " does not exist; there are " + size());
            }
            if (id >= spellings.size()) {
                out.writeBytes((id == spellings.size() ? START_OF_TEXT : END_OF_TEXT).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            var spelling = spellings.get(id);
            boolean last = spelling.endsWith(END);
            out.writeBytes(
                    ByteAlphabet.read(last ? spelling.substring(0, spelling.length() - END.length()) : spelling));
            if (last) {
                out.write(' ');
            }
        }
        return Wtf8.decode(out.toByteArray()).strip();
    }

    @Override
    public int size() {
        return spellings.size() + specials.size();
    }

    @Override
    public Map<String, Integer> specials() {
        return Map.copyOf(specials);
    }
}
