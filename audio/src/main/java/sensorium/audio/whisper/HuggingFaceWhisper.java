package sensorium.audio.whisper;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.HuggingFaceTower;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.ParityCase;
import sensorium.nn.Positions;
import sensorium.nn.PublishedFolder;
import sensorium.nn.Transformer;
import sensorium.nn.Transformer.Inputs;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code WhisperForConditionalGeneration} of Hugging Face transformers: its settings, its names for our weights. */
public final class HuggingFaceWhisper {
    /** Its {@code model_type}. */
    public static final String TYPE = "whisper";

    /** How their checkpoints store a {@link Whisper}: some hold the table of tokens a second time, as the last projection. */
    public static final CheckpointFormat FORMAT =
            CheckpointFormat.of(names(), new CheckpointFormat.PassedOver("proj_out.weight"));

    private static final String IDS = "input.decoder_input_ids";
    private static final int LARGEST = 1 << 16;
    private static final int MOST_TOKENS = 1 << 20;

    private HuggingFaceWhisper() {}

    private static WeightNames names() {
        List<String> pairs = new ArrayList<>(List.of(
                "conv1", "model.encoder.conv1",
                "conv2", "model.encoder.conv2",
                "words", "model.decoder.embed_tokens"));
        for (String half : List.of("encoder", "decoder")) {
            String block = half + ".blocks.*";
            String layer = "model." + half + ".layers.*";
            pairs.addAll(List.of(half + ".positions.table", "model." + half + ".embed_positions.weight"));
            pairs.addAll(List.of(half + ".norm", "model." + half + ".layer_norm"));
            pairs.addAll(List.of(block, layer));
            pairs.addAll(List.of(block + ".norm1", layer + ".self_attn_layer_norm"));
            pairs.addAll(List.of(block + ".norm2", layer + ".final_layer_norm"));
            pairs.addAll(List.of(block + ".crossNorm", layer + ".encoder_attn_layer_norm"));
            pairs.addAll(List.of(block + ".mlp.up", layer + ".fc1"));
            pairs.addAll(List.of(block + ".mlp.down", layer + ".fc2"));
            HuggingFaceTower.addAttention(pairs, block + ".attention", layer + ".self_attn");
            HuggingFaceTower.addAttention(pairs, block + ".cross", layer + ".encoder_attn");
        }
        return WeightNames.of(pairs);
    }

    /**
     * The model of a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if either is not there, malformed, or does not fit the other
     */
    public static Whisper load(Path path) {
        PublishedFolder folder = PublishedFolder.open(path);
        WhisperConfig config = config(folder);
        return folder.load(FORMAT, w -> Whisper.of(w, config));
    }

    /**
     * What a sound is for the model of a folder; its weights are not read.
     *
     * @throws sensorium.BadInputException if {@code config.json} or {@code preprocessor_config.json} is not there, or malformed
     */
    public static WhisperHearing hearing(Path path) {
        return WhisperHearing.read(path, config(PublishedFolder.open(path)));
    }

    private static WhisperConfig config(PublishedFolder folder) {
        return folder.config(HuggingFaceWhisper::config, TYPE);
    }

    /**
     * Writes the two files of {@link #load}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Whisper model, Path target, Optional<PublishedFolder> from) {
        WhisperConfig config = model.config();
        var settings = new PublishedFolder.Settings<>(settings(config), config, HuggingFaceWhisper::config);
        PublishedFolder.save(model, FORMAT, settings, target, from);
    }

    private static ObjectNode settings(WhisperConfig c) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.putArray("architectures").add("WhisperForConditionalGeneration");
        json.put("model_type", TYPE);
        json.put("is_encoder_decoder", true);
        json.put("vocab_size", c.vocabulary());
        json.put("num_mel_bins", c.bands());
        json.put("d_model", c.width());
        json.put("activation_function", ModelConfigFile.name(c.activation()));
        json.put("dropout", c.dropout().branches());
        json.put("attention_dropout", c.dropout().attention());
        json.put("activation_dropout", c.dropout().hidden());
        write(c.heard(), "encoder", "max_source_positions", json);
        write(c.written(), "decoder", "max_target_positions", json);
        return json;
    }

    private static void write(WhisperConfig.Half half, String name, String positions, ObjectNode json) {
        json.put(name + "_layers", half.depth());
        json.put(name + "_attention_heads", half.heads());
        json.put(name + "_ffn_dim", half.hidden());
        json.put(positions, half.positions().length());
    }

    private static WhisperConfig config(ModelConfigFile file) {
        file.require("is_encoder_decoder", true);
        file.require("tie_word_embeddings", true);
        file.require("scale_embedding", false);
        file.require("encoder_layerdrop", 0);
        file.require("decoder_layerdrop", 0);
        // What is written and how is the generation config's; the rest belongs to training and to classifying.
        file.ignore("num_hidden_layers", "decoder_start_token_id", "bos_token_id", "eos_token_id", "pad_token_id");
        file.ignore("suppress_tokens", "begin_suppress_tokens", "forced_decoder_ids", "max_length", "init_std");
        file.ignore("median_filter_width", "classifier_proj_size", "mask_time_prob", "mask_time_length");
        file.ignore("mask_time_min_masks", "mask_feature_prob", "mask_feature_length", "mask_feature_min_masks");
        int width = file.integer("d_model", 384, LARGEST);
        return new WhisperConfig(
                file.integer("num_mel_bins", 80, 512),
                width,
                half(file, "encoder", width, "max_source_positions", 1500),
                half(file, "decoder", width, "max_target_positions", 448),
                file.integer("vocab_size", 51_865, MOST_TOKENS),
                file.activation("activation_function", "gelu"),
                new WhisperConfig.Dropout(
                        file.number("dropout", 0),
                        file.number("attention_dropout", 0),
                        file.number("activation_dropout", 0)));
    }

    private static WhisperConfig.Half half(ModelConfigFile file, String half, int width, String positions, int absent) {
        int heads = file.integer(half + "_attention_heads", 6, LARGEST);
        if (width % heads != 0) {
            throw file.fault(half + "_attention_heads", "does not divide d_model, " + width);
        }
        return new WhisperConfig.Half(
                file.integer(half + "_layers", 4, 1024),
                heads,
                file.integer(half + "_ffn_dim", 1536, LARGEST),
                new Positions.Config(Positions.Kind.LEARNED, file.integer(positions, absent, LARGEST)));
    }

    /**
     * For recordings of spectrograms, of what is said of them where tokens are given, and of greedy decoding of the first of them.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        Whisper model = load(folder);
        return ParityCase.traced(model, FORMAT.names(), inputs(model), 2e-5, (in, results) -> run(model, in, results));
    }

    /** What {@link #run} reads. */
    public static List<ModelInput> inputs(Whisper model) {
        WhisperConfig c = model.config();
        Axis sounds = Axis.any("B");
        return List.of(
                ModelInput.numbers("input.input_features", sounds, Axis.of(c.bands()), Axis.upTo("F", model.frames())),
                ModelInput.ids(
                                IDS,
                                c.vocabulary(),
                                sounds,
                                Axis.upTo("N", c.written().positions().length()))
                        .optional());
    }

    /** Runs a model on recorded spectrograms, and tokens: what it heard (B, T, D). */
    public static Tensor run(Whisper model, ParityCase.Recording in, BiConsumer<String, Tensor> results) {
        Tensor heard = model.encode(in.get("input.input_features"));
        results.accept("output.encoder_last_hidden_state", heard);
        if (in.has("input.generate.prompt")) {
            // Before the other, which leaves the intermediates that are recorded.
            Greedy written = greedy(model, heard.slice(0, 0, 1), in.get("input.generate.prompt"), in);
            results.accept("output.generate.tokens", written.tokens);
            results.accept("output.generate.step_logits", written.logits);
        }
        if (in.has(IDS)) {
            results.accept("output.logits", model.decode(in.get(IDS), Inputs.attendingTo(heard, null)));
        }
        return heard;
    }

    /** @param logits of every step (steps, vocabulary) */
    private record Greedy(Tensor tokens, Tensor logits) {}

    /** As many steps as are recorded, each token computed once. */
    private static Greedy greedy(Whisper model, Tensor heard, Tensor prompt, ParityCase.Recording in) {
        int known = prompt.dim(1);
        int steps = in.get("output.generate.tokens").dim(1) - known;
        List<Tensor> tokens = new ArrayList<>(List.of(prompt));
        List<Tensor> logits = new ArrayList<>();
        try (Transformer.Cache cache = model.decoder().newCache()) {
            Inputs inputs = Inputs.attendingTo(heard, null).withCache(cache);
            for (int step = 0; step < steps; step++) {
                Tensor scores = model.next(tokens.getLast(), inputs); // (1, vocabulary)
                logits.add(scores);
                tokens.add(scores.argMax(1).reshape(1, 1));
            }
        }
        return new Greedy(Tensor.concat(1, tokens), Tensor.concat(0, logits));
    }
}
