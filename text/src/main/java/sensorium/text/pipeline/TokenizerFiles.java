package sensorium.text.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import sensorium.BadInputException;
import sensorium.nn.ModelConfigFile;
import sensorium.text.Tokenizer;
import sensorium.text.TokenizerJson;
import sensorium.text.VocabAndMerges;
import tools.jackson.databind.JsonNode;

/** The tokenizer in the folder of a published text model, whichever its kind. */
public final class TokenizerFiles {
    private static final String JSON = "tokenizer.json";
    private static final String VOCABULARY = "vocab.txt";
    private static final String CONFIG = "tokenizer_config.json";
    private static final long FILE_BYTES = 16L << 20;
    private static final int LONGEST_WORD = 100;
    private static final int LONGEST_TEXT = 1 << 20;

    private TokenizerFiles() {}

    /**
     * {@code tokenizer.json}; else BERT's {@code vocab.txt}; else GPT-2's {@code vocab.json} with {@code merges.txt}.
     *
     * @throws BadInputException if none of them is there, or it is malformed or has parts that are not known here
     */
    public static Tokenizer open(Path folder) {
        Path json = folder.resolve(JSON);
        if (Files.isRegularFile(json)) {
            JsonNode root = TokenizerJson.parse(json);
            return modelType(root).equals("BPE") ? TokenizerJson.read(json) : new PipelineJson(json, root).read();
        }
        if (Files.isRegularFile(folder.resolve(VOCABULARY))) {
            return readVocabulary(folder);
        }
        if (Files.isRegularFile(folder.resolve("vocab.json"))) {
            return VocabAndMerges.read(folder);
        }
        throw new BadInputException(folder + ": no tokenizer: neither " + JSON + ", nor " + VOCABULARY
                + ", nor vocab.json with merges.txt; put beside the model what was published with it");
    }

    /**
     * {@link #open}, for models that read WordPiece or Unigram.
     *
     * @throws BadInputException also if it is another kind
     */
    public static SubwordTokenizer openSubwords(Path folder) {
        if (open(folder) instanceof SubwordTokenizer subwords) {
            return subwords;
        }
        throw new BadInputException(
                folder + ": its tokenizer is a byte-level BPE; this model reads WordPiece or Unigram");
    }

    /**
     * The files that {@link #open} reads, into another folder.
     *
     * @throws BadInputException if they cannot be written
     */
    public static void copy(Path from, Path to) {
        try {
            for (String name : List.of(JSON, VOCABULARY, CONFIG)) {
                if (Files.isRegularFile(from.resolve(name))) {
                    Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new BadInputException(to + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** Old files do not say it. */
    static String modelType(JsonNode root) {
        JsonNode model = root.path("model");
        if (model.path("type").isString()) {
            return model.path("type").asString();
        }
        if (model.has("merges")) {
            return "BPE";
        }
        return model.path("vocab").isArray() ? "Unigram" : "WordPiece";
    }

    /** BERT's: a token a line, the line's number its id; how texts are normalised is in {@code tokenizer_config.json}. */
    private static SubwordTokenizer readVocabulary(Path folder) {
        Path file = folder.resolve(VOCABULARY);
        Map<String, Integer> ids = lines(file);
        Path settings = folder.resolve(CONFIG);
        boolean lower = true;
        boolean accents = true;
        boolean chinese = true;
        OptionalInt longest = OptionalInt.empty();
        if (Files.isRegularFile(settings)) {
            ModelConfigFile s = ModelConfigFile.read(settings);
            lower = s.flag("do_lower_case", true);
            accents = s.flag("strip_accents", lower);
            chinese = s.flag("tokenize_chinese_chars", true);
            double most = s.number("model_max_length", Double.MAX_VALUE); // 1e30 where there is none
            longest = most >= 1 && most <= LONGEST_TEXT ? OptionalInt.of((int) most) : longest;
        }
        List<AddedTokens.Token> specials = Stream.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
                .filter(ids::containsKey)
                .map(name -> AddedTokens.Token.special(name, ids.get(name)))
                .toList();
        var model = PipelineJson.wordPiece(ids, "[UNK]", "##", LONGEST_WORD, file);
        return new SubwordTokenizer(new SubwordTokenizer.Parts(
                new AddedTokens(specials, new TextNormalizer.Bert(true, chinese, accents, lower)),
                new PreTokenizer.Bert(),
                model,
                new SubwordTokenizer.Template(
                        List.of(required(ids, "[CLS]", file)), List.of(required(ids, "[SEP]", file))),
                new Decoding.Pieces("##", true),
                longest,
                ids.containsKey("[PAD]") ? OptionalInt.of(ids.get("[PAD]")) : OptionalInt.empty()));
    }

    private static int required(Map<String, Integer> ids, String token, Path file) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new BadInputException(file + ": has no token " + token + "; not a vocabulary of BERT's kind");
        }
        return id;
    }

    private static Map<String, Integer> lines(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES) {
                throw new BadInputException(file + ": larger than a vocabulary can be");
            }
            Map<String, Integer> ids = new HashMap<>();
            List<String> lines = new ArrayList<>(Files.readString(file).lines().toList());
            for (int i = 0; i < lines.size(); i++) {
                ids.put(lines.get(i).stripTrailing(), i);
            }
            return ids;
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
