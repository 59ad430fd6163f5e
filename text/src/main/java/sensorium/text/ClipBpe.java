package sensorium.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
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
import tools.jackson.databind.JsonNode;

/**
 * CLIP's tokenizer (Radford et al., arXiv 2103.00020): byte-level BPE in lower case, the last token of a word marked by
 * {@code </w>}. Spaces are not kept, so a decoded text is the encoded one in lower case with single spaces, its characters composed
 * (NFC). The paper's code also repairs broken Unicode and HTML entities, which is left out here.
 */
public final class ClipBpe implements Tokenizer {
    private static final String END = "</w>";
    /** The token that begins a text. */
    public static final String START_OF_TEXT = "<|startoftext|>";

    /** The token that ends it. */
    public static final String END_OF_TEXT = "<|endoftext|>";

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

    /**
     * @param ids of all tokens, special ones included, by their spelling; of bytes that are no token there is no trace but the end
     * @param merges two spellings each, the first merged first
     */
    private ClipBpe(Map<String, Integer> ids, List<String[]> merges, Path file) {
        for (String special : List.of(START_OF_TEXT, END_OF_TEXT)) {
            if (!ids.containsKey(special)) {
                throw new BadInputException(file + ": has no token " + special + "; not a vocabulary of CLIP's kind");
            }
            specials.put(special, ids.get(special));
        }
        int unknown = ids.get(END_OF_TEXT);
        ids.forEach((spelling, id) -> {
            while (spellings.size() <= id) {
                spellings.add(null);
            }
            spellings.set(id, spelling);
        });
        for (int b = 0; b < 256; b++) {
            String spelling = ByteAlphabet.spell(new byte[] {(byte) b});
            byteIds[b] = ids.getOrDefault(spelling, unknown);
            lastByteIds[b] = ids.getOrDefault(spelling + END, unknown);
        }
        for (int rank = 0; rank < merges.size(); rank++) {
            String[] parts = merges.get(rank);
            Integer left = parts.length == 2 ? ids.get(parts[0]) : null;
            Integer right = parts.length == 2 ? ids.get(parts[1]) : null;
            Integer into = parts.length == 2 ? ids.get(parts[0] + parts[1]) : null;
            if (left == null || right == null || into == null) {
                throw new BadInputException(file + ": merge " + rank + " is not of two known tokens into a third");
            }
            table.put(left, right, rank, into);
        }
    }

    /**
     * The tokenizer in a model's folder: {@code tokenizer.json}, or else {@code vocab.json} with {@code merges.txt}.
     *
     * @throws BadInputException if neither is there, or it is of another kind
     */
    public static ClipBpe open(Path folder) {
        Path json = folder.resolve("tokenizer.json");
        if (!Files.isRegularFile(json)) {
            Path merges = folder.resolve("merges.txt");
            return new ClipBpe(VocabAndMerges.ids(folder.resolve("vocab.json")), VocabAndMerges.pairs(merges), merges);
        }
        JsonNode root = VocabAndMerges.json(json);
        JsonNode model = root.path("model");
        if (!model.path("end_of_word_suffix").asString("").equals(END)) {
            throw new BadInputException(json + ": not a BPE whose words end in " + END + ", as CLIP's do");
        }
        Map<String, Integer> ids = VocabAndMerges.ids(json, model.path("vocab"));
        for (JsonNode added : root.path("added_tokens")) {
            ids.put(added.path("content").asString(""), VocabAndMerges.id(json, added.path("id")));
        }
        return new ClipBpe(ids, merges(model.path("merges")), json);
    }

    /**
     * Id of what fills a text up: the {@code pad_token} of {@code tokenizer_config.json} or {@code special_tokens_map.json}, or else
     * the end.
     *
     * @throws BadInputException if it is no token
     */
    public int padding(Path folder) {
        for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file) && VocabAndMerges.json(file).hasNonNull("pad_token")) {
                JsonNode said = VocabAndMerges.json(file).path("pad_token");
                String token = (said.isObject() ? said.path("content") : said).asString("");
                int id = spellings.indexOf(token);
                if (id < 0) {
                    throw new BadInputException(file + ": \"pad_token\" is no token of the vocabulary");
                }
                return id;
            }
        }
        return special(END_OF_TEXT);
    }

    private static List<String[]> merges(JsonNode list) {
        // Since 2024 a list of two, before that a text with one space.
        return list.valueStream()
                .map(m -> m.isArray()
                        ? m.valueStream().map(part -> part.asString("")).toArray(String[]::new)
                        : m.asString("").split(" ", -1))
                .toList();
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
            return ofMerges(lines, file);
        } catch (ZipException e) {
            throw new BadInputException(file + ": not gzip", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The published order: bytes, bytes that end a word, what the merges make, the special tokens. */
    private static ClipBpe ofMerges(List<String> lines, Path file) {
        Map<String, Integer> ids = new HashMap<>();
        for (String end : List.of("", END)) {
            for (int b : ByteAlphabet.ORDER) {
                ids.put(ByteAlphabet.spell(new byte[] {(byte) b}) + end, ids.size());
            }
        }
        List<String[]> merges = lines.stream().map(line -> line.split(" ", -1)).toList();
        for (String[] parts : merges) {
            ids.putIfAbsent(String.join("", parts), ids.size());
        }
        ids.put(START_OF_TEXT, SIZE - 2);
        ids.put(END_OF_TEXT, SIZE - 1);
        return new ClipBpe(ids, merges, file);
    }

    @Override
    public int[] encode(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new BadInputException(
                    "text: %d characters, at most %d can be encoded".formatted(text.length(), MAX_CHARACTERS));
        }
        var out = IntStream.builder();
        String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
        var words =
                WORDS.matcher(SPACE.matcher(composed).replaceAll(" ").strip().toLowerCase(Locale.ROOT));
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
            var spelling = id < 0 || id >= size() ? null : spellings.get(id);
            if (spelling == null) {
                throw new BadInputException("token " + id + " does not exist; there are " + size());
            }
            if (specials.containsKey(spelling)) {
                out.writeBytes(spelling.getBytes(StandardCharsets.UTF_8));
                continue;
            }
            boolean last = spelling.endsWith(END);
            byte[] bytes = ByteAlphabet.read(last ? spelling.substring(0, spelling.length() - END.length()) : spelling);
            out.writeBytes(bytes == null ? spelling.getBytes(StandardCharsets.UTF_8) : bytes);
            if (last) {
                out.write(' ');
            }
        }
        return Wtf8.decode(out.toByteArray()).strip();
    }

    @Override
    public int size() {
        return spellings.size();
    }

    @Override
    public Map<String, Integer> specials() {
        return Map.copyOf(specials);
    }
}
