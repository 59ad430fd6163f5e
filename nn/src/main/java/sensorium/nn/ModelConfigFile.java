package sensorium.nn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import sensorium.BadInputException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code config.json} of a published model. It remembers what was asked, so that a setting nobody looked at is refused
 * by name instead of being passed over.
 */
public final class ModelConfigFile {
    /** Python writes infinities, as schedulers have them. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private static final long LIMIT = 16 << 20; // label lists of large classifiers are part of it
    private static final int MOST_OF_A_NAME = 100;
    private static final int LARGEST_PLACE = 1 << 16;
    private final JsonNode json;
    private final String name;
    private final Set<String> asked = new HashSet<>();

    private ModelConfigFile(JsonNode json, String name) {
        this.json = json;
        this.name = name;
    }

    /**
     * @param folder of a model in the Hugging Face layout
     * @param type the {@code model_type} that is understood
     * @throws BadInputException if the file is not there, not JSON, or of another type
     */
    public static ModelConfigFile read(Path folder, String type) {
        ModelConfigFile file = read(folder.resolve("config.json"));
        file.requireOne("model_type", type);
        return file;
    }

    /**
     * Any JSON object in a file.
     *
     * @throws BadInputException if the file is not there, too large, or not JSON
     */
    public static ModelConfigFile read(Path file) {
        return parse(file);
    }

    /**
     * What a sound goes through before a model hears it, {@code preprocessor_config.json}.
     *
     * @param type the {@code feature_extractor_type} that is understood
     * @throws BadInputException if the file is not there, not JSON, or of another type
     */
    public static ModelConfigFile readPreprocessor(Path folder, String type) {
        ModelConfigFile file = parse(folder.resolve("preprocessor_config.json"));
        file.requireOne("feature_extractor_type", type);
        return file;
    }

    /**
     * How a model writes, {@code generation_config.json}.
     *
     * @throws BadInputException if the file is not there, or not JSON
     */
    public static ModelConfigFile readGeneration(Path folder) {
        return parse(folder.resolve("generation_config.json"));
    }

    /** What it calls its model, fit for a line: its {@code model_type}, or its {@code _class_name}; empty if neither. */
    public String kind() {
        return brief(rawKind().lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?"));
    }

    private String rawKind() {
        return json.path(kindKey()).asString("");
    }

    private String kindKey() {
        return isDiffusers() ? "_class_name" : "model_type";
    }

    /** Whether it is one of diffusers' files, which name a class. */
    boolean isDiffusers() {
        return !json.path("model_type").isString() && json.path("_class_name").isString();
    }

    /** @throws BadInputException if it calls its model otherwise */
    void requireKind(String... kinds) {
        requireOne(kindKey(), kinds);
    }

    /** Where it is from, for messages. */
    String name() {
        return name;
    }

    /** Everything in it, to be changed. */
    ObjectNode copy() {
        return (ObjectNode) json.deepCopy();
    }

    private void requireOne(String key, String... types) {
        String found = json.path(key).asString("");
        if (!List.of(types).contains(found)) {
            throw new BadInputException(name + ": " + key + " is \"" + brief(found) + "\", not \""
                    + String.join("\" or \"", types) + "\"; is this the right model?");
        }
    }

    /** Words of a file, fit for a line. */
    static String brief(String text) {
        return text.length() > MOST_OF_A_NAME ? text.substring(0, MOST_OF_A_NAME) + "…" : text;
    }

    private static ModelConfigFile parse(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInputException(
                        file + ": no such file; is " + file.getParent() + " the folder of a model?");
            }
            if (Files.size(file) > LIMIT) {
                throw new BadInputException(
                        file + ": larger than " + LIMIT / (1 << 20) + " MiB; not a " + file.getFileName());
            }
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (json == null || !json.isObject()) {
                throw new BadInputException(file + ": not a JSON object");
            }
            return new ModelConfigFile(json, file.toString());
        } catch (JacksonException e) {
            String fault = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new BadInputException(file + ": not JSON (" + fault + ")", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Settings that are at hand.
     *
     * @param name of what they are from, for messages
     */
    public static ModelConfigFile of(JsonNode json, String name) {
        return new ModelConfigFile(json, name);
    }

    /** The model's class, as diffusers has it. */
    public String className() {
        return json.path("_class_name").asString("");
    }

    /**
     * The settings of a part, such as one tower of two; none where the file says none.
     *
     * @throws BadInputException if they are not an object
     */
    public ModelConfigFile section(String key) {
        JsonNode node = ask(key);
        if (node != null && !node.isObject()) {
            throw fault(key, "is not an object of settings");
        }
        return new ModelConfigFile(node == null ? JSON.createObjectNode() : node, name + " " + key);
    }

    /** Whether a setting is there and not null. */
    public boolean has(String key) {
        return ask(key) != null;
    }

    /** Whether a setting is there and is null, where that means another thing than its absence. */
    public boolean isNone(String key) {
        asked.add(key);
        return json.has(key) && json.get(key).isNull();
    }

    public String text(String key, String absent) {
        JsonNode node = ask(key);
        if (node == null) {
            return absent;
        }
        if (!node.isString()) {
            throw fault(key, "is not a text");
        }
        return node.asString();
    }

    /** @throws BadInputException if there is none, or anything in it is not a text */
    public List<String> texts(String key) {
        List<String> all = new ArrayList<>();
        for (JsonNode node : array(key)) {
            if (!node.isString()) {
                throw fault(key, "is not a list of texts");
            }
            all.add(node.asString());
        }
        return all;
    }

    /** The class of a part of a pipeline, which is told as a library and a class; empty where there is no such part. */
    public Optional<String> part(String key) {
        JsonNode node = ask(key);
        if (node == null || node.isArray() && node.valueStream().allMatch(JsonNode::isNull)) {
            return Optional.empty();
        }
        if (!node.isArray() || node.size() != 2 || !node.valueStream().allMatch(JsonNode::isString)) {
            throw fault(key, "is not a library and a class");
        }
        return Optional.of(brief(node.get(1).asString()));
    }

    /** @throws BadInputException if there are none, or one is not a text */
    public Map<String, String> textsByName(String key) {
        JsonNode node = ask(key);
        if (node == null || !node.isObject() || node.isEmpty()) {
            throw fault(key, "is missing or no texts by name");
        }
        Map<String, String> all = new LinkedHashMap<>();
        for (var entry : node.properties()) {
            if (!entry.getValue().isString()) {
                throw fault(key, "is not texts by name");
            }
            all.put(entry.getKey(), entry.getValue().asString());
        }
        return all;
    }

    /** Whole numbers between 1 and {@code most}, at least one. */
    public List<Integer> integers(String key, int most) {
        List<Integer> all = new ArrayList<>();
        for (JsonNode node : array(key)) {
            if (!isWhole(node, 1, most)) {
                throw fault(key, "is not a list of whole numbers from 1 to " + most);
            }
            all.add(node.asInt());
        }
        return all;
    }

    /** The same, or {@code absent} where there is no such list. */
    public List<Integer> integers(String key, List<Integer> absent, int most) {
        return has(key) ? integers(key, most) : absent;
    }

    /**
     * As many whole numbers between 1 and {@code most} as there are parts; one stands for all.
     *
     * @throws BadInputException if it is a list of another length
     */
    public List<Integer> each(String key, int parts, int absent, int most) {
        JsonNode node = ask(key);
        if (node == null || !node.isArray()) {
            return Collections.nCopies(parts, integer(key, absent, most));
        }
        List<Integer> all = integers(key, most);
        requireLength(key, all, parts);
        return all;
    }

    /** The same of switches. */
    public List<Boolean> eachFlag(String key, int parts, boolean absent) {
        JsonNode node = ask(key);
        if (node == null || !node.isArray()) {
            return Collections.nCopies(parts, flag(key, absent));
        }
        List<Boolean> all = new ArrayList<>();
        for (JsonNode each : node) {
            if (!each.isBoolean()) {
                throw fault(key, "is not a list of true and false");
            }
            all.add(each.asBoolean());
        }
        requireLength(key, all, parts);
        return all;
    }

    /**
     * The same of lists: for each part so many whole numbers; one number stands for all of a part, and one alone for all.
     *
     * @param lengths how many numbers there are for each part
     */
    public List<List<Integer>> eachOfEach(String key, List<Integer> lengths, int absent, int most) {
        JsonNode node = ask(key);
        if (node == null || !node.isArray()) {
            int all = integer(key, absent, most);
            return lengths.stream().map(n -> Collections.nCopies(n, all)).toList();
        }
        requireLength(key, node.valueStream().toList(), lengths.size());
        List<List<Integer>> all = new ArrayList<>();
        for (int i = 0; i < lengths.size(); i++) {
            JsonNode part = node.get(i);
            List<JsonNode> numbers =
                    part.isArray() ? part.valueStream().toList() : Collections.nCopies(lengths.get(i), part);
            if (!numbers.stream().allMatch(n -> isWhole(n, 1, most))) {
                throw fault(key, "holds what is not a whole number from 1 to " + most);
            }
            requireLength(key, numbers, lengths.get(i));
            all.add(numbers.stream().map(JsonNode::asInt).toList());
        }
        return all;
    }

    private void requireLength(String key, List<?> all, int length) {
        if (all.size() != length) {
            throw fault(key, "has " + all.size() + " entries where there must be " + length);
        }
    }

    /** Two whole numbers between 1 and {@code most}; one stands for two of the same. */
    public List<Integer> pair(String key, int absent, int most) {
        JsonNode node = ask(key);
        if (node == null || !node.isArray()) {
            int both = integer(key, absent, most);
            return List.of(both, both);
        }
        List<Integer> two = integers(key, most);
        if (two.size() != 2) {
            throw fault(key, "is not a whole number or two of them");
        }
        return two;
    }

    /** Token ids below {@code size}, in order; none where there is no such list. */
    public List<Integer> ids(String key, int size) {
        JsonNode node = ask(key);
        if (node == null) {
            return List.of();
        }
        if (!node.isArray()) {
            throw fault(key, "is not a list");
        }
        List<Integer> all = new ArrayList<>();
        for (JsonNode id : node) {
            all.add(id(key, id, size));
        }
        return all;
    }

    /** Token ids below {@code size} by name; none where there are none. */
    public Map<String, Integer> idsByName(String key, int size) {
        JsonNode node = ask(key);
        Map<String, Integer> all = new LinkedHashMap<>();
        if (node != null) {
            node.properties().forEach(e -> all.put(e.getKey(), id(key, e.getValue(), size)));
        }
        return all;
    }

    /** Token ids below {@code size} by place, from pairs of both; a pair without a token says nothing. */
    public Map<Integer, Integer> idsByPlace(String key, int size) {
        JsonNode node = ask(key);
        Map<Integer, Integer> all = new LinkedHashMap<>();
        if (node == null) {
            return all;
        }
        for (JsonNode pair : node) {
            if (!pair.isArray() || pair.size() != 2) {
                throw fault(key, "is not a list of pairs of a place and a token");
            }
            if (!pair.get(1).isNull()) {
                all.put(id(key, pair.get(0), LARGEST_PLACE), id(key, pair.get(1), size));
            }
        }
        return all;
    }

    private int id(String key, JsonNode node, int size) {
        if (!isWhole(node, 0, size - 1)) {
            throw fault(key, "holds what is not a number from 0 to " + (size - 1));
        }
        return node.asInt();
    }

    private JsonNode array(String key) {
        JsonNode node = ask(key);
        if (node == null || !node.isArray() || node.isEmpty()) {
            throw fault(key, "is missing or not a list");
        }
        return node;
    }

    /** Refuses any other setting than the one that is built; an absent one passes. */
    public void require(String key, String only) {
        if (!text(key, only).equals(only)) {
            throw fault(key, "is \"" + text(key, only) + "\"; only \"" + only + "\" is known here");
        }
    }

    /** Refuses any other number than the one that is built; an absent one passes. */
    public void require(String key, double only) {
        if (number(key, only) != only) {
            throw fault(key, "is " + number(key, only) + "; only " + only + " is known here");
        }
    }

    /** Refuses any other switch than the one that is built; an absent one passes. */
    public void require(String key, boolean only) {
        if (flag(key, only) != only) {
            throw fault(key, "is " + !only + "; only " + only + " is known here");
        }
    }

    /** A whole number between 1 and {@code most}. */
    public int integer(String key, int absent, int most) {
        return integer(key, absent, 1, most);
    }

    /** A whole number between 0 and {@code most}. */
    public int count(String key, int absent, int most) {
        return integer(key, absent, 0, most);
    }

    private int integer(String key, int absent, int least, int most) {
        JsonNode node = ask(key);
        if (node == null) {
            return absent;
        }
        if (!isWhole(node, least, most)) {
            throw fault(key, "is not a whole number from " + least + " to " + most);
        }
        return node.asInt();
    }

    private static boolean isWhole(JsonNode node, long least, long most) {
        return node.isIntegralNumber()
                && node.canConvertToLong()
                && node.longValue() >= least
                && node.longValue() <= most;
    }

    /** A finite number. */
    public double number(String key, double absent) {
        JsonNode node = ask(key);
        if (node == null) {
            return absent;
        }
        double value = node.isNumber() ? CommonSettings.finite(node) : Double.NaN;
        if (!Double.isFinite(value)) {
            throw fault(key, "is not a number that can be computed with");
        }
        return value;
    }

    public boolean flag(String key, boolean absent) {
        JsonNode node = ask(key);
        if (node == null) {
            return absent;
        }
        if (!node.isBoolean()) {
            throw fault(key, "is neither true nor false");
        }
        return node.asBoolean();
    }

    /** The function that Hugging Face calls by that name. */
    public Activation activation(String key, String absent) {
        JsonNode node = ask(key);
        String called = node == null ? absent : brief(node.isString() ? node.asString() : "");
        return switch (called) {
            case "gelu" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
            case "quick_gelu" -> Activation.QUICK_GELU;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            case "tanh" -> Activation.TANH;
            case "linear" -> Activation.NONE;
            default -> throw fault(key, "is \"" + called + "\", an activation that is not known here");
        };
    }

    /** What Hugging Face calls a function; {@link #activation} reads it back. */
    public static String name(Activation activation) {
        return switch (activation) {
            case GELU -> "gelu";
            case GELU_TANH -> "gelu_pytorch_tanh";
            case QUICK_GELU -> "quick_gelu";
            case RELU -> "relu";
            case SILU -> "silu";
            case TANH -> "tanh";
            case NONE -> "linear";
        };
    }

    /** The class names of {@code id2label}, in order; empty where there are none. */
    public List<String> labels() {
        JsonNode map = ask("id2label");
        if (map == null) {
            return List.of();
        }
        String[] labels = new String[map.size()];
        for (int i = 0; i < labels.length; i++) {
            JsonNode label = map.get(Integer.toString(i));
            if (label == null || !label.isString()) {
                throw fault("id2label", "has no name for class " + i);
            }
            labels[i] = label.asString();
        }
        return List.of(labels);
    }

    /** Notes that a setting is known not to matter for what is read. */
    public void ignore(String... keys) {
        asked.addAll(Set.of(keys));
    }

    /** @throws BadInputException naming the settings that nobody asked about and that are not null, false or empty */
    public void refuseUnknown() {
        Set<String> unknown = new TreeSet<>();
        for (var entry : json.properties()) {
            JsonNode v = entry.getValue();
            boolean off = v.isNull()
                    || v.isBoolean() && !v.asBoolean()
                    || v.isContainer() && v.isEmpty()
                    || CommonSettings.saysNothing(entry.getKey(), v);
            if (!off && !asked.contains(entry.getKey())) {
                unknown.add(brief(entry.getKey()));
            }
        }
        if (!unknown.isEmpty()) {
            throw new BadInputException(name + ": settings that are not known here: " + String.join(", ", unknown));
        }
    }

    /** For faults that only the reader of the model can see. */
    public BadInputException fault(String key, String what) {
        return new BadInputException("%s: \"%s\" %s".formatted(name, key, what));
    }

    private JsonNode ask(String key) {
        asked.add(key);
        return json.hasNonNull(key) ? json.get(key) : null;
    }
}
