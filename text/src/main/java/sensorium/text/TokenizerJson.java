package sensorium.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes a {@link ByteBpe} as Hugging Face's {@code tokenizer.json}: model {@code BPE} with pre-tokenizer
 * {@code ByteLevel} and no normaliser, which is GPT-2's kind. Other kinds are refused by name.
 */
public final class TokenizerJson {
    private static final long FILE_BYTES = 64L << 20;
    private static final int TOKENS = 4_000_000;
    private static final JsonMapper JSON = new JsonMapper();

    private TokenizerJson() {}

    /**
     * Reads a file.
     *
     * @throws BadInputException if it is not a byte-level BPE
     */
    public static ByteBpe read(Path file) {
        JsonNode root = parse(file);
        var model = root.path("model");
        require(file, "BPE".equals(model.path("type").asString("")), "its model is not of type BPE");
        require(file, isEmpty(root.path("normalizer")), "it has a normalizer");
        require(
                file,
                isByteLevel(root.path("pre_tokenizer")),
                "its pre_tokenizer is not ByteLevel without prefix space");
        for (var option : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            require(file, model.path(option).asString("").isEmpty(), "its model has " + option);
        }
        require(file, !model.path("byte_fallback").asBoolean(false), "its model has byte_fallback");
        require(file, !model.path("ignore_merges").asBoolean(false), "its model has ignore_merges");

        var specials = new LinkedHashMap<String, Integer>();
        for (var added : root.path("added_tokens")) {
            specials.put(added.path("content").asString(""), id(file, added.path("id")));
        }
        var ids = new HashMap<String, Integer>();
        int largest = -1;
        for (var entry : model.path("vocab").properties()) {
            int id = id(file, entry.getValue());
            if (!specials.containsKey(entry.getKey())) {
                ids.put(entry.getKey(), id);
                largest = Math.max(largest, id);
            }
        }
        var tokens = new byte[largest + 1][];
        ids.forEach((spelling, id) -> {
            tokens[id] = ByteAlphabet.read(spelling);
            require(file, tokens[id] != null, "token " + id + " is not spelt in bytes");
        });
        return new ByteBpe(Arrays.asList(tokens), merges(file, model.path("merges"), ids), specials, file.toString());
    }

    /**
     * The JSON of a file.
     *
     * @throws BadInputException if it is not there, too large, or no JSON
     */
    public static JsonNode parse(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInputException(file + ": no such file");
            }
            if (Files.size(file) > FILE_BYTES) {
                throw new BadInputException(file + ": larger than a vocabulary can be");
            }
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new BadInputException(file + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static List<ByteBpe.Merge> merges(Path file, JsonNode node, Map<String, Integer> ids) {
        var merges = new ArrayList<ByteBpe.Merge>();
        for (var merge : node) {
            // since 2024 a list of two, before that a string with one space
            var parts = merge.isArray()
                    ? merge.valueStream().map(p -> p.asString("")).toArray(String[]::new)
                    : merge.asString("").split(" ", -1);
            var left = parts.length == 2 ? ids.get(parts[0]) : null;
            var right = parts.length == 2 ? ids.get(parts[1]) : null;
            require(file, left != null && right != null, "merge " + merges.size() + " is not of two tokens");
            merges.add(new ByteBpe.Merge(left, right, merges.size()));
        }
        return merges;
    }

    private static int id(Path file, JsonNode node) {
        require(file, node.isInt() && node.intValue() >= 0 && node.intValue() < TOKENS, "a token's id is no id");
        return node.intValue();
    }

    private static boolean isEmpty(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static boolean isByteLevel(JsonNode node) {
        return "ByteLevel".equals(node.path("type").asString(""))
                && !node.path("add_prefix_space").asBoolean(false)
                && node.path("use_regex").asBoolean(true);
    }

    private static void require(Path file, boolean condition, String fault) {
        if (!condition) {
            throw new BadInputException(file + ": not a byte-level BPE that can be read: " + fault);
        }
    }

    /**
     * Writes a file in one step.
     *
     * @throws BadInputException if it cannot be written
     */
    public static void write(ByteBpe tokenizer, Path file) {
        var root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        var added = root.putArray("added_tokens");
        tokenizer.specials().forEach((name, id) -> {
            var token = added.addObject().put("id", id).put("content", name);
            for (var flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                token.put(flag, false);
            }
            token.put("special", true);
        });
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        root.putNull("post_processor");
        byteLevel(root.putObject("decoder"));
        var model = root.putObject("model").put("type", "BPE");
        for (var option : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            model.putNull(option);
        }
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        var vocabulary = model.putObject("vocab");
        var spellings = new ArrayList<String>();
        for (int id = 0; id < tokenizer.tokens().size(); id++) {
            var bytes = tokenizer.tokens().get(id);
            spellings.add(bytes == null ? "" : ByteAlphabet.spell(bytes));
            if (bytes != null) {
                vocabulary.put(spellings.get(id), id);
            }
        }
        var merges = model.putArray("merges");
        for (var merge : tokenizer.merges()) {
            merges.addArray().add(spellings.get(merge.left())).add(spellings.get(merge.right()));
        }
        try {
            var temporary = Files.createTempFile(file.toAbsolutePath().getParent(), "tokenizer", ".tmp");
            Files.write(temporary, JSON.writeValueAsBytes(root));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }
}
