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
    private static final Pattern SPECIAL = Pattern.compile("<\\|.+\\|>");

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

    private static Map<String, Integer> ids(Path file) {
        Map<String, Integer> ids = new HashMap<>();
        try {
            JsonNode json = JsonMapper.shared().readTree(text(file));
            json.properties().forEach(entry -> {
                JsonNode id = entry.getValue();
                if (!id.isInt() || id.intValue() < 0 || id.intValue() >= TOKENS) {
                    throw new BadInputException(file + ": a token's id is no id");
                }
                ids.put(entry.getKey(), id.intValue());
            });
        } catch (JacksonException e) {
            throw new BadInputException(file + ": not JSON (" + e.getOriginalMessage() + ")", e);
        }
        return ids;
    }

    private static List<ByteBpe.Merge> merges(Path file, Map<String, Integer> ids) {
        List<ByteBpe.Merge> merges = new ArrayList<>();
        for (String line : text(file).lines().toList()) {
            if (line.isBlank() || merges.isEmpty() && line.startsWith("#version")) {
                continue;
            }
            String[] parts = line.split(" ", -1);
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
