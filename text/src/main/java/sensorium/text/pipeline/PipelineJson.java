package sensorium.text.pipeline;

import java.nio.file.Path;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import sensorium.BadInputException;
import sensorium.nn.ModelConfigFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the parts of a {@code tokenizer.json} with a WordPiece or Unigram model. A part or a setting that is not known is refused. */
final class PipelineJson {
    private static final int MOST_TOKENS = 4_000_000;
    /** Of all tokens together: each may be a node of a tree. */
    private static final int MOST_CHARACTERS = 1 << 24;

    private static final int LONGEST = 1 << 20;
    /** The one regular expression that published files replace. */
    private static final String SPACES = " {2,}";

    private static final int METASPACE = 0x2581;

    private final Path file;
    private final JsonNode root;

    PipelineJson(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    SubwordTokenizer read() {
        var known = List.of("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "model");
        ModelConfigFile top = settings(root, "the file");
        known.forEach(top::ignore);
        top.ignore("post_processor", "decoder");
        top.refuseUnknown();
        TextNormalizer normalizer = normalizer(root.path("normalizer"));
        return new SubwordTokenizer(new SubwordTokenizer.Parts(
                new AddedTokens(added(), normalizer),
                preTokenizer(root.path("pre_tokenizer")),
                model(root.path("model")),
                template(root.path("post_processor")),
                decoding(root.path("decoder")),
                truncation(root.path("truncation")),
                padding(root.path("padding"))));
    }

    private List<AddedTokens.Token> added() {
        List<AddedTokens.Token> added = new ArrayList<>();
        for (JsonNode node : root.path("added_tokens")) {
            ModelConfigFile token = settings(node, "an added token");
            added.add(new AddedTokens.Token(
                    token.text("content", ""),
                    id(node.path("id")),
                    token.flag("single_word", false),
                    token.flag("lstrip", false),
                    token.flag("rstrip", false),
                    token.flag("normalized", true),
                    token.flag("special", false)));
        }
        return added;
    }

    private OptionalInt truncation(JsonNode node) {
        if (isEmpty(node)) {
            return OptionalInt.empty();
        }
        ModelConfigFile s = settings(node, "its truncation");
        s.require("direction", "Right");
        s.ignore("strategy", "stride"); // for pairs, and for what is left over
        int longest = s.integer("max_length", LONGEST, LONGEST);
        s.refuseUnknown();
        return OptionalInt.of(longest);
    }

    /** Of padding only the token matters: how far is padded is whoever makes batches' business. */
    private OptionalInt padding(JsonNode node) {
        return isEmpty(node) ? OptionalInt.empty() : OptionalInt.of(id(node.path("pad_id")));
    }

    private TextNormalizer normalizer(JsonNode node) {
        if (isEmpty(node)) {
            return new TextNormalizer.Chain(List.of());
        }
        String type = type(node);
        ModelConfigFile s = settings(node, "its normalizer " + type);
        s.ignore("type");
        TextNormalizer read = switch (type) {
            case "Sequence" ->
                new TextNormalizer.Chain(list(s, node.path("normalizers"), "normalizers", this::normalizer));
            case "BertNormalizer" -> bert(s);
            case "Lowercase" -> new TextNormalizer.Lowercase();
            case "StripAccents" -> new TextNormalizer.StripAccents();
            case "Strip" -> new TextNormalizer.Strip(s.flag("strip_left", true), s.flag("strip_right", true));
            case "Prepend" -> new TextNormalizer.Prepend(s.text("prepend", ""));
            case "Nmt" -> new TextNormalizer.Nmt();
            case "NFC", "NFD", "NFKC", "NFKD" -> new Canonical(Form.valueOf(type));
            case "Replace" -> replace(s, node.path("pattern"));
            case "Precompiled" -> charsmap(s);
            default -> throw unknown("normalizer", type);
        };
        s.refuseUnknown();
        return read;
    }

    private static TextNormalizer bert(ModelConfigFile s) {
        boolean lowercase = s.flag("lowercase", true);
        return new TextNormalizer.Bert(
                s.flag("clean_text", true),
                s.flag("handle_chinese_chars", true),
                s.flag("strip_accents", lowercase),
                lowercase);
    }

    private TextNormalizer replace(ModelConfigFile s, JsonNode pattern) {
        s.ignore("pattern");
        String by = s.text("content", "");
        if (pattern.path("String").isString()) {
            return new TextNormalizer.Replace(pattern.path("String").asString(), by, false);
        }
        String regex = pattern.path("Regex").asString("");
        if (regex.equals(SPACES)) {
            return new TextNormalizer.Replace(" ", by, true);
        }
        throw fault("its normalizer Replace has the pattern " + pattern + ", which is not known here; a text, or \""
                + SPACES + "\", is");
    }

    private Charsmap charsmap(ModelConfigFile s) {
        try {
            return Charsmap.of(Base64.getDecoder().decode(s.text("precompiled_charsmap", "")), file.toString());
        } catch (IllegalArgumentException e) {
            throw new BadInputException(file + ": its precompiled_charsmap is not in base 64", e);
        }
    }

    private PreTokenizer preTokenizer(JsonNode node) {
        if (isEmpty(node)) {
            return new PreTokenizer.Chain(List.of());
        }
        String type = type(node);
        ModelConfigFile s = settings(node, "its pre_tokenizer " + type);
        s.ignore("type");
        PreTokenizer read = switch (type) {
            case "Sequence" ->
                new PreTokenizer.Chain(list(s, node.path("pretokenizers"), "pretokenizers", this::preTokenizer));
            case "BertPreTokenizer" -> new PreTokenizer.Bert();
            case "WhitespaceSplit" -> new PreTokenizer.Spaces();
            case "Whitespace" -> new PreTokenizer.Words();
            case "Punctuation" -> {
                s.require("behavior", "Isolated");
                yield new PreTokenizer.Punctuation();
            }
            case "Digits" -> new PreTokenizer.Digits(s.flag("individual_digits", false));
            case "Metaspace" -> new PreTokenizer.Metaspace(replacement(s), prepend(s), s.flag("split", true));
            default -> throw unknown("pre_tokenizer", type);
        };
        s.refuseUnknown();
        return read;
    }

    private int replacement(ModelConfigFile s) {
        s.ignore("str_rep");
        String text = s.text("replacement", Character.toString(METASPACE));
        if (text.codePointCount(0, text.length()) != 1) {
            throw s.fault("replacement", "is not one character");
        }
        return text.codePointAt(0);
    }

    private static PreTokenizer.Prepend prepend(ModelConfigFile s) {
        boolean old = s.flag("add_prefix_space", true);
        return switch (s.text("prepend_scheme", old ? "always" : "never")) {
            case "always" -> PreTokenizer.Prepend.ALWAYS;
            case "first" -> PreTokenizer.Prepend.FIRST;
            case "never" -> PreTokenizer.Prepend.NEVER;
            default -> throw s.fault("prepend_scheme", "is none of always, first and never");
        };
    }

    private Subwords model(JsonNode node) {
        String type = TokenizerFiles.modelType(root);
        ModelConfigFile s = settings(node, "its model " + type);
        s.ignore("type", "vocab");
        Subwords read = switch (type) {
            case "WordPiece" -> wordPiece(s, node.path("vocab"));
            case "Unigram" -> unigram(s, node);
            default -> throw unknown("model", type);
        };
        s.refuseUnknown();
        return read;
    }

    private WordPiece wordPiece(ModelConfigFile s, JsonNode vocab) {
        Map<String, Integer> ids = new HashMap<>();
        vocab.properties().forEach(entry -> ids.put(entry.getKey(), id(entry.getValue())));
        String unknown = s.text("unk_token", "[UNK]");
        return wordPiece(
                ids,
                unknown,
                s.text("continuing_subword_prefix", "##"),
                s.integer("max_input_chars_per_word", 100, LONGEST),
                file);
    }

    /** @throws BadInputException if the unknown token is not in the vocabulary */
    static WordPiece wordPiece(Map<String, Integer> ids, String unknown, String continuing, int longest, Path file) {
        Integer id = ids.get(unknown);
        if (id == null) {
            throw new BadInputException(
                    file + ": its token for what is unknown, " + unknown + ", is not in its vocabulary");
        }
        int largest = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
        String[] spellings = new String[largest + 1];
        ids.forEach((spelling, at) -> spellings[at] = spelling);
        return new WordPiece(ids, Collections.unmodifiableList(Arrays.asList(spellings)), id, continuing, longest);
    }

    private Unigram unigram(ModelConfigFile s, JsonNode node) {
        JsonNode vocab = node.path("vocab");
        if (!vocab.isArray() || vocab.size() > MOST_TOKENS) {
            throw fault("its vocabulary is not a list of tokens");
        }
        List<String> spellings = new ArrayList<>();
        double[] scores = new double[vocab.size()];
        int characters = 0;
        for (JsonNode entry : vocab) {
            if (!entry.isArray()
                    || entry.size() != 2
                    || !entry.get(0).isString()
                    || !entry.get(1).isNumber()) {
                throw fault("entry " + spellings.size() + " of its vocabulary is not a token and its score");
            }
            scores[spellings.size()] = entry.get(1).asDouble();
            spellings.add(entry.get(0).asString());
            characters += spellings.getLast().length(); // no more than the file's bytes
            if (characters > MOST_CHARACTERS) {
                throw fault("its vocabulary has more characters than one can have");
            }
        }
        s.ignore("unk_id");
        int unknown = isEmpty(node.path("unk_id")) ? -1 : id(node.path("unk_id"));
        if (unknown >= scores.length) {
            throw fault("its unk_id, " + unknown + ", is beyond its vocabulary of " + scores.length);
        }
        return new Unigram(spellings, scores, unknown, s.flag("byte_fallback", false), file.toString());
    }

    private SubwordTokenizer.Template template(JsonNode node) {
        if (isEmpty(node)) {
            return SubwordTokenizer.Template.NONE;
        }
        String type = type(node);
        return switch (type) {
            case "BertProcessing", "RobertaProcessing" ->
                new SubwordTokenizer.Template(
                        List.of(id(node.path("cls").path(1))),
                        List.of(id(node.path("sep").path(1))));
            case "TemplateProcessing" -> processing(node);
            default -> throw unknown("post_processor", type);
        };
    }

    private SubwordTokenizer.Template processing(JsonNode node) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        boolean seen = false;
        for (JsonNode part : node.path("single")) {
            JsonNode special = part.path("SpecialToken");
            JsonNode what = special.isObject() ? special : part.path("Sequence");
            if (!what.isObject() || what.path("type_id").asInt(0) != 0 || !special.isObject() && seen) {
                throw fault("its post_processor TemplateProcessing has the part " + part + ", which is not known here");
            }
            if (special.isObject()) {
                JsonNode ids = node.path("special_tokens")
                        .path(special.path("id").asString(""))
                        .path("ids");
                if (!ids.isArray() || ids.isEmpty()) {
                    throw fault("its post_processor has no ids for " + special.path("id"));
                }
                for (JsonNode id : ids) {
                    (seen ? after : before).add(id(id));
                }
            } else {
                seen = true;
            }
        }
        if (!seen) {
            throw fault("its post_processor TemplateProcessing has no place for the text");
        }
        return new SubwordTokenizer.Template(before, after);
    }

    private Decoding decoding(JsonNode node) {
        if (isEmpty(node)) {
            return new Decoding.Spaced();
        }
        String type = type(node);
        ModelConfigFile s = settings(node, "its decoder " + type);
        s.ignore("type");
        Decoding read = switch (type) {
            case "Sequence" -> new Decoding.Chain(list(s, node.path("decoders"), "decoders", this::decoding));
            case "WordPiece" -> new Decoding.Pieces(s.text("prefix", "##"), s.flag("cleanup", true));
            case "Metaspace" -> {
                s.ignore("split");
                yield new Decoding.Metaspace(replacement(s), prepend(s) != PreTokenizer.Prepend.NEVER);
            }
            case "ByteFallback" -> new Decoding.Bytes();
            case "Fuse" -> new Decoding.Fuse();
            default -> throw unknown("decoder", type);
        };
        s.refuseUnknown();
        return read;
    }

    private <T> List<T> list(ModelConfigFile s, JsonNode nodes, String key, Function<JsonNode, T> reader) {
        s.ignore(key);
        if (!nodes.isArray()) {
            throw s.fault(key, "is not a list");
        }
        return nodes.valueStream().map(reader).toList();
    }

    private int id(JsonNode node) {
        if (!node.isInt() || node.intValue() < 0 || node.intValue() >= MOST_TOKENS) {
            throw fault("a token's id is no id");
        }
        return node.intValue();
    }

    private static String type(JsonNode node) {
        return node.path("type").asString("");
    }

    private static boolean isEmpty(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private ModelConfigFile settings(JsonNode node, String what) {
        return ModelConfigFile.of(node.isObject() ? node : JsonMapper.shared().createObjectNode(), file + ": " + what);
    }

    private BadInputException unknown(String part, String type) {
        return fault("its " + part + " is of the type \"" + type + "\", which is not known here");
    }

    private BadInputException fault(String what) {
        // Parts of the file are quoted in it and may be long.
        return new BadInputException(file + ": " + (what.length() > 300 ? what.substring(0, 300) + "…" : what));
    }
}
