package sensorium.nn;

import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Settings in files of the Hugging Face libraries that say nothing about inference, whatever the model. */
final class CommonSettings {
    private static final Set<String> IRRELEVANT = Set.of(
            "architectures",
            "model_type",
            "torch_dtype",
            "dtype",
            "transformers_version",
            "_name_or_path",
            "_commit_hash",
            "id2label",
            "label2id",
            "num_labels",
            "problem_type",
            "initializer_range",
            "finetuning_task",
            "output_past",
            "return_dict",
            "use_return_dict",
            "use_cache",
            "_attn_implementation",
            "_class_name",
            "_diffusers_version",
            "feature_extractor_type",
            "processor_class");

    /**
     * What transformers writes of every configuration, mostly about generating text; where it is the default of the class that all
     * configurations have in common it says nothing.
     */
    private static final Map<String, Object> COMMON_DEFAULTS = Map.ofEntries(
            Map.entry("chunk_size_feed_forward", 0.0),
            Map.entry("diversity_penalty", 0.0),
            Map.entry("encoder_no_repeat_ngram_size", 0.0),
            Map.entry("length_penalty", 1.0),
            Map.entry("max_length", 20.0),
            Map.entry("min_length", 0.0),
            Map.entry("no_repeat_ngram_size", 0.0),
            Map.entry("num_beam_groups", 1.0),
            Map.entry("num_beams", 1.0),
            Map.entry("num_return_sequences", 1.0),
            Map.entry("repetition_penalty", 1.0),
            Map.entry("temperature", 1.0),
            Map.entry("tie_word_embeddings", true),
            Map.entry("top_k", 50.0),
            Map.entry("top_p", 1.0),
            Map.entry("typical_p", 1.0));

    private CommonSettings() {}

    /** Whether a setting says nothing: by its name, or because it is what it is by default everywhere. */
    static boolean saysNothing(String key, JsonNode value) {
        return IRRELEVANT.contains(key)
                || switch (COMMON_DEFAULTS.get(key)) {
                    case Boolean on -> value.isBoolean() && value.asBoolean() == on;
                    case Double number -> value.isNumber() && finite(value) == number;
                    case null, default -> false;
                };
    }

    /** NaN or infinite where it is no number, or beyond what a double holds. */
    static double finite(JsonNode number) {
        try {
            return number.decimalValue().doubleValue();
        } catch (JacksonException e) {
            return Double.NaN; // infinities, as Python writes them
        }
    }
}
