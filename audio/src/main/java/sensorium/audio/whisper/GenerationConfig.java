package sensorium.audio.whisper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import sensorium.BadInputException;
import sensorium.nn.ModelConfigFile;

/**
 * How a published Whisper writes: which tokens mean what, and which are never written.
 *
 * @param start first token of all
 * @param end token that ends a transcript; ordinary ones come before it
 * @param suppressed never written
 * @param suppressedFirst not written first
 * @param forced what stands at a place from 1 on, where nothing else is asked for
 * @param noTimestamps token that says that no times are written; those of times follow it
 * @param latestFirstTime how many steps after its beginning a window's first time may lie at most
 * @param multilingual whether it is told language and task
 * @param languages tokens of languages, such as {@code <|en|>}
 * @param tasks tokens of tasks, {@code transcribe} and {@code translate}
 * @param length most tokens of a window, those asked for included
 */
public record GenerationConfig(
        int start,
        int end,
        Set<Integer> suppressed,
        Set<Integer> suppressedFirst,
        Map<Integer, Integer> forced,
        OptionalInt noTimestamps,
        OptionalInt latestFirstTime,
        boolean multilingual,
        Map<String, Integer> languages,
        Map<String, Integer> tasks,
        int length) {
    /** Vocabularies from this size on have tokens of languages that the model was taught. */
    private static final int MULTILINGUAL = 51_865;

    private static final String FILE = "generation_config.json";
    /** What begins the names of special tokens. */
    private static final String OPEN = "<|";

    private static final String CLOSE = "|>";

    /**
     * Reads {@code generation_config.json}, or where there is none the settings that older checkpoints have in
     * {@code config.json}.
     *
     * @throws BadInputException if a setting is malformed or unknown
     */
    public static GenerationConfig read(Path folder, WhisperConfig model) {
        if (!Files.exists(folder.resolve(FILE))) {
            return of(ModelConfigFile.read(folder, HuggingFaceWhisper.TYPE), model);
        }
        ModelConfigFile file = ModelConfigFile.readGeneration(folder);
        GenerationConfig config = of(file, model);
        // Word times by attention, and searches that the user asks for.
        file.ignore("alignment_heads", "bos_token_id", "pad_token_id", "prev_sot_token_id", "num_beams");
        file.ignore("return_timestamps", "language", "task", "no_speech_token_id");
        file.require("do_sample", false);
        file.require("length_penalty", 1);
        file.require("repetition_penalty", 1);
        file.require("temperature", 1);
        file.refuseUnknown();
        return config;
    }

    private static GenerationConfig of(ModelConfigFile file, WhisperConfig model) {
        int size = model.vocabulary();
        int positions = model.written().positions().length();
        int end = file.integer("eos_token_id", 50_257, size - 1);
        if (end >= size) {
            throw file.fault("eos_token_id", "is missing; the usual one is beyond the vocabulary of " + size);
        }
        int length = file.has("max_new_tokens")
                ? positions
                : Math.min(positions, file.integer("max_length", positions, 1 << 16));
        return new GenerationConfig(
                file.integer("decoder_start_token_id", 50_258, size - 1),
                end,
                Set.copyOf(file.ids("suppress_tokens", size)),
                Set.copyOf(file.ids("begin_suppress_tokens", size)),
                file.idsByPlace("forced_decoder_ids", size),
                optional(file, "no_timestamps_token_id", size - 1),
                optional(file, "max_initial_timestamp_index", size),
                file.flag("is_multilingual", size >= MULTILINGUAL),
                file.idsByName("lang_to_id", size),
                file.idsByName("task_to_id", size),
                length);
    }

    private static OptionalInt optional(ModelConfigFile file, String key, int most) {
        return file.has(key) ? OptionalInt.of(file.integer(key, 1, most)) : OptionalInt.empty();
    }

    /**
     * With what the tokenizer's special tokens tell, where the settings did not: times, tasks and languages.
     *
     * @param specials ids by name
     */
    public GenerationConfig with(Map<String, Integer> specials) {
        Map<String, Integer> spoken = new LinkedHashMap<>(languages);
        if (spoken.isEmpty()) {
            specials.forEach((name, id) -> {
                if (name.matches("<\\|[a-z]{2,3}\\|>")) {
                    spoken.put(name, id);
                }
            });
        }
        Map<String, Integer> done = new LinkedHashMap<>(tasks);
        for (String task : new String[] {"transcribe", "translate"}) {
            Integer id = specials.get(OPEN + task + CLOSE);
            if (id != null) {
                done.putIfAbsent(task, id);
            }
        }
        Integer timeless = specials.get("<|notimestamps|>");
        return new GenerationConfig(
                start,
                end,
                suppressed,
                suppressedFirst,
                forced,
                noTimestamps.isPresent() || timeless == null ? noTimestamps : OptionalInt.of(timeless),
                latestFirstTime,
                multilingual,
                spoken,
                done,
                length);
    }

    /** Whether times can be written. */
    public boolean hasTimestamps() {
        return noTimestamps.isPresent();
    }

    /** The token of the beginning of a window. */
    int firstTimestamp() {
        return noTimestamps.orElseThrow() + 1;
    }

    /**
     * The token of a language.
     *
     * @param language {@code en}, or as the token is spelt
     * @throws BadInputException if the model does not know it
     */
    int language(String language) {
        String name = language.startsWith(OPEN) ? language : OPEN + language + CLOSE;
        Integer id = languages.get(name);
        if (id == null) {
            throw new BadInputException("the model knows no language \"" + language + "\"; "
                    + (languages.isEmpty()
                            ? "it has no tokens of languages"
                            : "there are " + String.join(", ", names())));
        }
        return id;
    }

    /** The languages as {@link #language(String)} takes them. */
    private Set<String> names() {
        return languages.keySet().stream().map(GenerationConfig::bare).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The language of a token. */
    String language(int token) {
        return languages.entrySet().stream()
                .filter(e -> e.getValue() == token)
                .map(e -> bare(e.getKey()))
                .findFirst()
                .orElse("");
    }

    private static String bare(String name) {
        return name.startsWith(OPEN) && name.endsWith(CLOSE)
                ? name.substring(OPEN.length(), name.length() - CLOSE.length())
                : name;
    }

    /**
     * The token of a task.
     *
     * @throws BadInputException if the model does not know it
     */
    int task(String task) {
        Integer id = tasks.get(task);
        if (id == null) {
            throw new BadInputException("the model knows no task \"" + task + "\"; "
                    + (tasks.isEmpty()
                            ? "it has no tokens of tasks"
                            : "there are " + String.join(", ", tasks.keySet())));
        }
        return id;
    }
}
