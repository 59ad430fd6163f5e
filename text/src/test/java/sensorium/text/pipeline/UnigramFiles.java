package sensorium.text.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import sensorium.text.Fixtures;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes tokenizers as the published families have them, with a vocabulary of pieces of generated lines. */
final class UnigramFiles {
    /** Families. */
    enum Kind {
        /** XLM-RoBERTa: a charsmap, words at white space, a mask that takes the space before it. */
        XLM_R,
        /** T5: the same without a token in front; extra tokens. */
        T5,
        /** ALBERT: quotes replaced, decomposed, without accents, in lower case. */
        ALBERT,
        /** Bytes for what is unknown, the metaspace only in front, nothing cut. */
        BYTES
    }

    private static final JsonMapper JSON = new JsonMapper();

    private UnigramFiles() {}

    static Path write(Kind kind, Path file, long seed) throws IOException {
        Map<String, Double> vocabulary = vocabulary(kind, seed);
        List<String> tokens = new ArrayList<>(vocabulary.keySet());
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (String special : List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>")) {
            added.addObject()
                    .put("id", tokens.indexOf(special))
                    .put("content", special)
                    .put("single_word", special.equals("</s>"))
                    .put("lstrip", special.equals("<mask>"))
                    .put("rstrip", kind == Kind.T5 && special.equals("<mask>"))
                    .put("normalized", false)
                    .put("special", true);
        }
        if (kind != Kind.BYTES) {
            added.addObject() // neither special nor left as it is
                    .put("id", tokens.size())
                    .put("content", "Quick Brown")
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", true)
                    .put("special", false);
        }
        root.set("normalizer", normalizer(kind));
        root.set("pre_tokenizer", preTokenizer(kind));
        root.set("post_processor", template(kind, tokens));
        root.set("decoder", decoder(kind));
        ObjectNode model = root.putObject("model").put("type", "Unigram").put("unk_id", tokens.indexOf("<unk>"));
        ArrayNode vocab = model.putArray("vocab");
        vocabulary.forEach((token, score) -> vocab.addArray().add(token).add(score));
        model.put("byte_fallback", kind == Kind.BYTES);
        return Files.write(file, JSON.writeValueAsBytes(root));
    }

    /** Special ones, bytes where there are any, and pieces of what will be asked; not every character has one. */
    private static Map<String, Double> vocabulary(Kind kind, long seed) {
        var random = new Random(seed);
        Map<String, Double> vocabulary = new LinkedHashMap<>();
        for (String special : List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>")) {
            vocabulary.put(special, 0.0);
        }
        if (kind == Kind.BYTES) {
            for (int b = 0; b < 256; b++) {
                vocabulary.put(String.format("<0x%02X>", b), -20.0);
            }
        }
        Set<String> pieces = new LinkedHashSet<>();
        for (int i = 0; pieces.size() < 3000; i++) {
            String line = "▁" + Fixtures.line(seed, i).strip().replaceAll("\\s+", "▁");
            int[] points = line.codePoints().toArray();
            for (int k = 0; k < 6; k++) {
                int from = random.nextInt(points.length);
                int n = Math.min(points.length - from, 1 + random.nextInt(random.nextInt(3) == 0 ? 1 : 6));
                pieces.add(new String(points, from, n));
            }
        }
        pieces.removeIf(p -> p.indexOf('\u0000') >= 0);
        // Equal scores and sums are meant: ties must be broken alike.
        pieces.forEach(p -> vocabulary.putIfAbsent(p, -1.0 - random.nextInt(40) * 0.25));
        return vocabulary;
    }

    private static ObjectNode node(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    private static ObjectNode chain(String key, ObjectNode... parts) {
        ObjectNode chain = node("Sequence");
        ArrayNode list = chain.putArray(key);
        for (ObjectNode part : parts) {
            list.add(part);
        }
        return chain;
    }

    private static ObjectNode replace(String form, String what, String by) {
        ObjectNode replace = node("Replace");
        replace.putObject("pattern").put(form, what);
        return replace.put("content", by);
    }

    private static ObjectNode charsmap() {
        return node("Precompiled")
                .put("precompiled_charsmap", Base64.getEncoder().encodeToString(CharsmapBytes.example()));
    }

    private static ObjectNode normalizer(Kind kind) {
        return switch (kind) {
            case XLM_R, T5 -> chain("normalizers", charsmap(), replace("Regex", " {2,}", " "));
            case ALBERT ->
                chain(
                        "normalizers",
                        replace("String", "``", "\""),
                        replace("String", "''", "\""),
                        node("NFKD"),
                        node("StripAccents"),
                        node("Lowercase"),
                        charsmap());
            case BYTES ->
                chain(
                        "normalizers",
                        node("Nmt"),
                        node("NFKC"),
                        node("Strip").put("strip_left", true).put("strip_right", true));
        };
    }

    private static ObjectNode metaspace(String scheme, boolean split) {
        return node("Metaspace")
                .put("replacement", "▁")
                .put("prepend_scheme", scheme)
                .put("split", split);
    }

    private static ObjectNode preTokenizer(Kind kind) {
        return switch (kind) {
            case XLM_R, T5 -> chain("pretokenizers", node("WhitespaceSplit"), metaspace("always", true));
            case ALBERT ->
                chain(
                        "pretokenizers",
                        node("WhitespaceSplit"),
                        node("Digits").put("individual_digits", true),
                        metaspace("always", true));
            case BYTES -> metaspace("first", false);
        };
    }

    private static ObjectNode template(Kind kind, List<String> tokens) {
        if (kind == Kind.ALBERT) {
            ObjectNode bert = node("BertProcessing");
            bert.putArray("sep").add("</s>").add(tokens.indexOf("</s>"));
            bert.putArray("cls").add("<s>").add(tokens.indexOf("<s>"));
            return bert;
        }
        ObjectNode template = node("TemplateProcessing");
        ArrayNode single = template.putArray("single");
        ArrayNode pair = template.putArray("pair");
        ObjectNode special = template.putObject("special_tokens");
        for (String around : kind == Kind.T5 ? List.of("", "</s>") : List.of("<s>", "</s>")) {
            if (around.equals("</s>")) {
                single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
                pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
                pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
            }
            if (!around.isEmpty()) {
                single.addObject().putObject("SpecialToken").put("id", around).put("type_id", 0);
                ObjectNode ids = special.putObject(around).put("id", around);
                ids.putArray("ids").add(tokens.indexOf(around));
                ids.putArray("tokens").add(around);
            }
        }
        return template;
    }

    private static ObjectNode decoder(Kind kind) {
        return kind == Kind.BYTES
                ? chain("decoders", node("ByteFallback"), metaspace("first", false))
                : metaspace("always", true);
    }
}
