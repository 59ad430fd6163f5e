package sensorium.nn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import sensorium.BadInputException;
import sensorium.io.AtomicFile;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A published model in a folder, in the layout of Hugging Face: {@code config.json}, weights as safetensors, and beside them what
 * belongs to the model: how its inputs are prepared, how it writes, its tokenizer. Read strictly: a setting that nobody asked about, and
 * a tensor that is missing, left over or misshapen, are errors that name it. Saved so that the reference library opens the folder.
 *
 * <pre>{@code
 * PublishedFolder folder = PublishedFolder.open(path);
 * VitConfig config = folder.config(HuggingFaceVit::config, "vit");
 * Vit vit = folder.load(FORMAT, w -> Vit.of(w, config));
 * }</pre>
 */
public final class PublishedFolder {
    /** Weights that are not numbers are refused unless this system property is true. */
    public static final String ALLOW_NAN = "sensorium.weights.nan";

    private static final String CONFIG = "config.json";
    private static final String PREPROCESSOR = "preprocessor_config.json";
    private static final String TRANSFORMERS = "model";
    private static final String DIFFUSERS = "diffusion_pytorch_model";
    /** What is carried over as it is when a changed model is saved. */
    private static final List<String> COMPANIONS = List.of(
            PREPROCESSOR,
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "vocab.txt",
            "normalizer.json",
            "spiece.model",
            "sentencepiece.bpe.model",
            "processor_config.json",
            "modules.json",
            "sentence_bert_config.json",
            "config_sentence_transformers.json",
            "1_Pooling/config.json");

    private final Path path;
    private final ModelConfigFile config;

    private PublishedFolder(Path path, ModelConfigFile config) {
        this.path = path;
        this.config = config;
    }

    /** @throws BadInputException if there is no {@code config.json}, or it is not JSON */
    public static PublishedFolder open(Path path) {
        return new PublishedFolder(path, ModelConfigFile.read(path.resolve(CONFIG)));
    }

    public Path path() {
        return path;
    }

    /** What it calls its model: its {@code model_type}, or its {@code _class_name}; empty if neither. */
    public String kind() {
        return config.kind();
    }

    /**
     * The settings of the model.
     *
     * @param reader asks for all that it knows; the rest is refused
     * @param kinds what {@code model_type} or {@code _class_name} may be
     * @throws BadInputException if the model is of another kind, or a setting is malformed, unknown or no model's
     */
    public <C> C config(Function<ModelConfigFile, C> reader, String... kinds) {
        return read(config, reader, kinds);
    }

    private static <C> C read(ModelConfigFile config, Function<ModelConfigFile, C> reader, String... kinds) {
        config.requireKind(kinds);
        try {
            C read = reader.apply(config);
            config.refuseUnknown();
            return read;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new BadInputException(config.name() + ": no model can be built from it (" + e.getMessage() + ")", e);
        }
    }

    /** Whether a file is there. */
    public boolean has(String file) {
        return Files.exists(path.resolve(file));
    }

    /**
     * What a sound goes through before the model hears it; empty where the folder does not say.
     *
     * @param type the {@code feature_extractor_type} that is understood
     * @throws BadInputException if it is of another type, or malformed
     */
    public Optional<ModelConfigFile> preprocessor(String type) {
        return has(PREPROCESSOR) ? Optional.of(ModelConfigFile.readPreprocessor(path, type)) : Optional.empty();
    }

    /** Whether it has weights as safetensors, whole or in shards. */
    public boolean hasWeights() {
        String base = base(config.isDiffusers());
        return has(base + ".safetensors") || has(base + ".safetensors.index.json");
    }

    /** @throws BadInputException if there are none, or they are damaged */
    public StoredWeights weights() {
        return StoredWeights.open(path, base(config.isDiffusers()));
    }

    private static String base(boolean diffusers) {
        return diffusers ? DIFFUSERS : TRANSFORMERS;
    }

    /**
     * The model, with the folder's weights. Matrices keep the type that they are stored in, and those of large files stay there: they
     * are read as they are needed. Numbers that are none (NaN) are reported here, those of large files when a parameter is first read.
     *
     * @throws BadInputException if the weights are not there, malformed, not numbers, or do not fit the model
     */
    public <M> M load(CheckpointFormat format, Function<Weights, M> factory) {
        StoredWeights weights = weights();
        var sources = new Sources(weights);
        M model;
        try {
            model = Scope.tidy(
                    "a checkpoint",
                    () -> Weights.load(sources.of(format), sources::check, weights.where(), format.names(), factory));
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            // Sizes that contradict each other, and tensors of another rank where one is cut in two.
            throw new BadInputException(
                    config.name() + ": no model can be built from it and " + weights.where() + " (" + e.getMessage()
                            + ")",
                    e);
        }
        if (!Boolean.getBoolean(ALLOW_NAN)) {
            weights.requireNumbersInMemory();
        }
        return model;
    }

    /** Which stored tensors each of those that a model asks for was made of. */
    private static final class Sources {
        private final StoredWeights weights;
        private final List<String> asked = new ArrayList<>();
        private final Map<String, List<String>> sources = new HashMap<>();

        Sources(StoredWeights weights) {
            this.weights = weights;
        }

        Map<String, Supplier<Tensor>> of(CheckpointFormat format) {
            Map<String, Supplier<Tensor>> all = format.read(weights, asked::add);
            all.replaceAll((name, made) -> () -> {
                asked.clear();
                Tensor t = made.get();
                sources.put(name, List.copyOf(asked));
                return t;
            });
            return all;
        }

        /** What looks at the numbers of one that lies in a file; null where that was done already. */
        Runnable check(String name) {
            List<String> mapped = sources.getOrDefault(name, List.of()).stream()
                    .filter(weights::isMapped)
                    .toList();
            return mapped.isEmpty()
                    ? null
                    : () -> {
                        if (!Boolean.getBoolean(ALLOW_NAN)) {
                            weights.requireNumbers(mapped);
                        }
                    };
        }
    }

    /**
     * Writes a model: {@code config.json} and the weights, each whole or not at all. Where it was loaded from a folder, its other settings
     * and files are carried over, and its weights keep the types that they had there.
     *
     * @param target a folder; made if it is not there
     * @param settings as {@code config.json} says them; they come over those that were loaded
     * @param from where the model was loaded, or empty
     * @throws IllegalArgumentException if the settings do not say the model's configuration
     * @throws BadInputException if they cannot be written
     */
    public static <C> void save(
            Module model, CheckpointFormat format, Settings<C> settings, Path target, Optional<PublishedFolder> from) {
        ObjectNode json = from.map(f -> f.config.copy()).orElseGet(JsonMapper.shared()::createObjectNode);
        json.setAll(settings.json);
        ModelConfigFile written = ModelConfigFile.of(json, CONFIG);
        C again = read(written, settings.reader, written.kind());
        if (!again.equals(settings.config)) {
            throw new IllegalArgumentException("no " + written.kind() + " says this: " + settings.config);
        }
        make(target, from);
        Scope.tidyRun(() -> {
            Map<String, Tensor> stored = new HashMap<>();
            Optional<StoredWeights> before =
                    from.filter(PublishedFolder::hasWeights).map(PublishedFolder::weights);
            format.write(model.state())
                    .forEach((name, t) ->
                            stored.put(name, before.map(w -> typed(t, name, w)).orElse(t)));
            // Tables and counters that are not needed here the reference library may need. Numbers may be copies of
            // weights that changed.
            before.ifPresent(w -> w.names().stream()
                    .filter(name ->
                            format.passesOver(name) && !w.spec(name).dtype().isFloat())
                    .forEach(name -> stored.put(name, w.tensor(name))));
            Path file = target.resolve(base(written.isDiffusers()) + ".safetensors");
            Safetensors.write(file, stored, Map.of("format", "pt"));
        });
        from.ifPresent(f -> f.carryOver(target));
        write(target.resolve(CONFIG), json);
    }

    /**
     * Writes a model that has the configuration it was loaded with, and other weights: as above, with the settings as they were.
     *
     * @param reader what read the settings
     * @throws IllegalArgumentException if the model has another configuration
     * @throws BadInputException if it cannot be written
     */
    public <C> void saveAs(
            Module model, CheckpointFormat format, C config, Function<ModelConfigFile, C> reader, Path target) {
        var same = new Settings<>(JsonMapper.shared().createObjectNode(), config, reader);
        save(model, format, same, target, Optional.of(this));
    }

    /**
     * What {@code config.json} is to say of a model.
     *
     * @param config the model's
     * @param reader what reads it back
     */
    public record Settings<C>(ObjectNode json, C config, Function<ModelConfigFile, C> reader) {}

    /** As wide as it was. */
    private static Tensor typed(Tensor t, String name, StoredWeights before) {
        if (!before.names().contains(name)) {
            return t;
        }
        Spec spec = before.spec(name);
        return spec.dtype().isFloat() && t.dtype().isFloat() ? t.to(spec.dtype()) : t;
    }

    private static void make(Path target, Optional<PublishedFolder> from) {
        try {
            Files.createDirectories(target);
            if (from.isPresent() && Files.isSameFile(target, from.get().path)) {
                throw new BadInputException(target + ": is where the model was loaded from; name another folder");
            }
        } catch (IOException e) {
            throw new BadInputException(target + ": cannot be made (" + e + ")", e);
        }
    }

    private void carryOver(Path target) {
        for (String file : COMPANIONS) {
            if (has(file)) {
                try {
                    Path copy = target.resolve(file);
                    Files.createDirectories(copy.getParent());
                    Files.copy(path.resolve(file), copy, StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new BadInputException(target.resolve(file) + ": cannot be written (" + e + ")", e);
                }
            }
        }
    }

    /**
     * Writes a JSON file, whole or not at all.
     *
     * @throws BadInputException if it cannot be written
     */
    public static void write(Path file, ObjectNode json) {
        byte[] bytes = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        AtomicFile.write(file, out -> {
            for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
                out.write(rest);
            }
        });
    }
}
