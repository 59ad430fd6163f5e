package sensorium.audio;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.GridPositions;
import sensorium.nn.HuggingFaceFolder;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.ParityCase;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.PublishedFolder;
import sensorium.nn.TransformerConfig;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code ASTForAudioClassification} of Hugging Face transformers: its settings, its names for our weights. */
public final class HuggingFaceAst {
    /** Its {@code model_type}. */
    public static final String TYPE = "audio-spectrogram-transformer";

    /** How their checkpoints store an {@link Ast}. */
    public static final CheckpointFormat FORMAT = CheckpointFormat.of(names());

    private static final int LARGEST = 1 << 16;
    private static final double TOLERANCE = 2e-5;
    private static final String PREPROCESSOR = "preprocessor_config.json";
    private static final String HEARING = "ASTFeatureExtractor";
    private static final int SAMPLE_RATE = 16_000;

    private HuggingFaceAst() {}

    private static WeightNames names() {
        List<String> pairs = new ArrayList<>(List.of("norm", "classifier.layernorm", "head", "classifier.dense"));
        HuggingFaceFolder.addPatchEncoder(pairs, "encoder", "audio_spectrogram_transformer");
        return WeightNames.of(pairs);
    }

    /**
     * The model of a folder with {@code config.json}, {@code preprocessor_config.json} and {@code model.safetensors}.
     *
     * @throws sensorium.BadInputException if one is not there, malformed, or does not fit the others
     */
    public static Ast load(Path folder) {
        return load(PublishedFolder.open(folder), Optional.of(ModelConfigFile.readPreprocessor(folder, HEARING)));
    }

    private static Ast load(PublishedFolder folder, Optional<ModelConfigFile> hearing) {
        Ast.Config config = folder.config(file -> config(file, hearing), TYPE);
        return folder.load(FORMAT, w -> Ast.of(w, config));
    }

    /**
     * Writes the three files of {@link #load}.
     *
     * @param from where it was loaded, or empty
     * @throws IllegalArgumentException if theirs cannot be such a model
     * @throws sensorium.BadInputException if they cannot be written
     */
    public static void save(Ast model, Path target, Optional<PublishedFolder> from) {
        Ast.Config config = model.config();
        ObjectNode hearing = hearing(config);
        var settings = new PublishedFolder.Settings<>(
                settings(config), config, file -> config(file, Optional.of(ModelConfigFile.of(hearing, "hearing"))));
        PublishedFolder.save(model, FORMAT, settings, target, from);
        if (!Files.exists(target.resolve(PREPROCESSOR))) {
            PublishedFolder.write(target.resolve(PREPROCESSOR), hearing);
        }
    }

    private static ObjectNode settings(Ast.Config config) {
        Patches.Config p = config.encoder().patches();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.putArray("architectures").add("ASTForAudioClassification");
        json.put("model_type", TYPE);
        HuggingFaceFolder.write(config.encoder().transformer(), json);
        json.put("max_length", p.width());
        json.put("num_mel_bins", p.height());
        json.put("patch_size", p.patch() == null ? 1 : p.patch().height());
        json.put("frequency_stride", p.patch() == null ? 1 : p.patch().stepY());
        json.put("time_stride", p.patch() == null ? 1 : p.patch().stepX());
        HuggingFaceFolder.write(config.labels(), json);
        return json;
    }

    private static ObjectNode hearing(Ast.Config config) {
        Patches.Config p = config.encoder().patches();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("feature_extractor_type", HEARING);
        json.put("feature_size", 1);
        json.put("sampling_rate", SAMPLE_RATE);
        json.put("max_length", p.width());
        json.put("num_mel_bins", p.height());
        json.put("do_normalize", true);
        json.put("mean", config.mean());
        json.put("std", config.scale() / 2);
        json.put("padding_side", "right");
        json.put("padding_value", 0.0);
        json.put("return_attention_mask", false);
        return json;
    }

    /** @param hearing empty for a model that is given spectrograms only */
    private static Ast.Config config(ModelConfigFile file, Optional<ModelConfigFile> hearing) {
        TransformerConfig transformer = HuggingFaceFolder.transformer(file);
        int frames = file.integer("max_length", 1024, LARGEST);
        int bands = file.integer("num_mel_bins", 128, 512);
        int side = file.integer("patch_size", 16, Math.min(frames, bands));
        var patch = new Patches.Patch(
                side, side, file.integer("frequency_stride", 10, LARGEST), file.integer("time_stride", 10, LARGEST));
        var patches = new Patches.Config(1, bands, frames, List.of(), patch);
        Scaling scaling = hearing.map(h -> scaling(h, frames, bands)).orElse(new Scaling(0, 1));
        var config = new Ast.Config(
                HuggingFaceFolder.labels(file),
                scaling.mean,
                scaling.divisor,
                new PatchEncoder.Config(patches, 2, GridPositions.Kind.LEARNED, Pooling.Kind.FRONT, transformer));
        return config;
    }

    /** What is taken off a filter bank, and what it is then divided by. */
    private record Scaling(double mean, double divisor) {}

    private static Scaling scaling(ModelConfigFile hearing, int frames, int bands) {
        requireSame(hearing, "max_length", 1024, frames);
        requireSame(hearing, "num_mel_bins", 128, bands);
        hearing.require("sampling_rate", SAMPLE_RATE);
        hearing.require("feature_size", 1);
        // They pad with zeros at the end whatever is said here.
        hearing.ignore("padding_side", "padding_value", "return_attention_mask");
        boolean normalise = hearing.flag("do_normalize", true);
        double mean = hearing.number("mean", -4.2677393);
        double std = hearing.number("std", 4.5689974);
        hearing.refuseUnknown();
        return normalise ? new Scaling(mean, 2 * std) : new Scaling(0, 1);
    }

    /** The two files must mean the same spectrogram. */
    private static void requireSame(ModelConfigFile hearing, String key, int absent, int model) {
        int heard = hearing.integer(key, absent, LARGEST);
        if (heard != model) {
            throw hearing.fault(key, "is " + heard + ", but config.json says " + model);
        }
    }

    /**
     * For recordings of spectrograms, {@code input.input_values}, of which the first may be there as sound too,
     * {@code input.waveform}: its filter bank is compared as well, where there is a {@code preprocessor_config.json}.
     *
     * @throws sensorium.BadInputException as {@link #load}
     */
    public static ParityCase parity(Path folder) {
        PublishedFolder published = PublishedFolder.open(folder);
        Optional<ModelConfigFile> hearing = published.preprocessor(HEARING);
        return parity(load(published, hearing), hearing.isPresent());
    }

    /**
     * The same of a model that is there.
     *
     * @param hears whether it is known how sounds become its spectrograms
     */
    public static ParityCase parity(Ast model, boolean hears) {
        Patches.Config seen = model.config().encoder().patches();
        var inputValues = ModelInput.numbers(
                "input.input_values", Axis.any("B"), Axis.of(seen.width()), Axis.of(seen.height())); // frames, bands
        ParityCase plain = ParityCase.traced(model, FORMAT.names(), List.of(inputValues), TOLERANCE, (in, results) -> {
            Tensor values = in.get("input.input_values");
            if (hears && in.has("input.waveform")) {
                Spectrogram bank =
                        model.bands(new Waveform(in.get("input.waveform").toFloats(), SAMPLE_RATE));
                results.accept("trace.fbank", tensor(bank));
                Tensor heard = tensor(model.normalised(bank)).unsqueeze(0);
                Tensor rest = values.slice(0, 1, values.dim(0));
                results.accept("input.input_values", Tensor.concat(0, List.of(heard, rest)));
            }
            Tensor tokens = model.encoder().tokens(model.picture(values));
            results.accept("output.last_hidden_state", tokens);
            Tensor pooled = model.encoder().pooling().forward(tokens, null);
            results.accept("output.pooler_output", pooled);
            results.accept("output.logits", model.scores(pooled));
        });
        // The filter bank of the reference itself is off by 4e-5 in single precision.
        return plain.within(name -> switch (name) {
            case "trace.fbank" -> 5e-4;
            case "input.input_values" -> 1e-4;
            default -> TOLERANCE;
        });
    }

    private static Tensor tensor(Spectrogram s) {
        return Tensor.of(s.values(), s.frames(), s.bands());
    }
}
