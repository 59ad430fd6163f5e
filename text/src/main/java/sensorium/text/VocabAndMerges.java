package sensorium.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import sensorium.BadInputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a {@link ByteBpe} as GPT-2's: {@code vocab.json}, ids by spelling, and {@code merges.txt}, two spellings a line, the first
 * merged first; special tokens beside them in {@code added_tokens.json}.
 */
public final class VocabAndMerges {
    private static final long FILE_BYTES = 64L << 20;
    private static final int TOKENS = 4_000_000;
    /** Special whichever file it is in. */
    private static final Pattern SPECIAL = Pattern.compile("<\\|.+\\|>|</?s>|<(pad|unk|mask)>");

    private VocabAndMerges() {}

    /** @throws BadInputException if a file is not there, or no such thing */
    public static ByteBpe read(Path folder) {
        Path vocabulary = folder.resolve("vocab.json");
        Path added = folder.resolve("added_tokens.json");
        Map<String, Integer> ids = ids(vocabulary);
        Map<String, Integer> specials = new LinkedHashMap<>();
        ids.forEach((spelling, id) -> {
            if (SPECIAL.matcher(spelling).matches()) {
                specials.put(spelling, id);
            }
        });
        if (Files.isRegularFile(added)) {
            specials.putAll(ids(added));
        }
        ids.keySet().removeAll(specials.keySet());
        int largest = ids.values().stream().mapToInt(id -> id).max().orElse(-1);
        var tokens = new byte[largest + 1][];
        ids.forEach((spelling, id) -> {
            tokens[id] = ByteAlphabet.read(spelling);
            if (tokens[id] == null) {
                throw new BadInputException(vocabulary + ": token " + id + " is not spelt in bytes");
            }
        });
        Path merges = folder.resolve("merges.txt");
        return new ByteBpe(Arrays.asList(tokens), merges(merges, ids), specials, vocabulary.toString());
    }

    /** Ids by spelling, of a file that holds nothing else. */
    static Map<String, Integer> ids(Path file) {
        return ids(file, json(file));
    }

    /** Ids by spelling. */
    static Map<String, Integer> ids(Path file, JsonNode vocabulary) {
        Map<String, Integer> ids = new HashMap<>();
        vocabulary.properties().forEach(entry -> ids.put(entry.getKey(), id(file, entry.getValue())));
        return ids;
    }

    static int id(Path file, JsonNode id) {
        if (!id.isInt() || id.intValue() < 0 || id.intValue() >= TOKENS) {
            throw new BadInputException(file + ": a token's id is no id");
        }
        return id.intValue();
    }

    static JsonNode json(Path file) {
        try {
            return JsonMapper.shared().readTree(text(file));
        } catch (JacksonException e) {
            throw new BadInputException(file + ": not JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    /** Two spellings each, the first merged first. */
    static List<String[]> pairs(Path file) {
        return text(file)
                .lines()
                .dropWhile(line -> line.isBlank() || line.startsWith("#version"))
                .filter(line -> !line.isBlank())
                .map(line -> line.split(" ", -1))
                .toList();
    }

    private static List<ByteBpe.Merge> merges(Path file, Map<String, Integer> ids) {
        List<ByteBpe.Merge> merges = new ArrayList<>();
        for (String[] parts : pairs(file)) {
            Integer left = ids.get(parts[0]);
            Integer right = parts.length == 2 ? ids.get(parts[1]) : null;
            if (left == null || right == null) {
                throw new BadInputException(file + ": merge " + merges.size() + " is not of two tokens");
            }
            merges.add(new ByteBpe.Merge(left, right, merges.size()));
        }
        return merges;
    }

    private static String text(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInputException(file + ": no such file");
            }
            if (Files.size(file) > FILE_BYTES) {
                throw new BadInputException(file + ": larger than a vocabulary can be");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
