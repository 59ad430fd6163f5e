package sensorium.multimodal.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import sensorium.BadInputException;
import sensorium.audio.Compression;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.SoundCodec;
import sensorium.audio.speech.SpeechModel;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionModel;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.diffusion.NetworkConfig;
import sensorium.diffusion.StableDiffusion;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.caption.CaptionWriter;
import sensorium.multimodal.caption.Captioner;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.FineTuning;
import sensorium.multimodal.classify.Input;
import sensorium.multimodal.classify.PublishedClassifier;
import sensorium.multimodal.tokens.AnyToAny;
import sensorium.multimodal.transcribe.SpeechConfig;
import sensorium.multimodal.transcribe.SpeechToText;
import sensorium.nn.Lora;
import sensorium.nn.Module;
import sensorium.nn.PublishedFolder;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.TextEncoder;
import sensorium.text.TextTower;
import sensorium.text.Units;
import sensorium.text.bert.SentenceTower;
import sensorium.text.pipeline.TokenizerFiles;
import sensorium.vision.HuggingFaceVit;
import sensorium.vision.ImageProcessor;
import sensorium.vision.PictureAutoencoder;
import sensorium.vision.PictureCodec;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.TokenPrior;
import sensorium.vision.Vit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of a model: a run's, whose {@code config.json} says its {@code kind} and, under {@code model}, what it is built
 * from; or a published model's, with a {@code model_type}. Both keep their weights in {@code model.safetensors}.
 *
 * @param path the folder
 */
public record ModelFolder(Path path) {
    public static final String SHARED_SPACE = "shared-space";
    public static final String CLASSIFY = "classify";
    public static final String DIFFUSION = "diffusion";
    public static final String VQ = "vq";
    public static final String KL = "kl";
    public static final String TOKENS = "tokens";
    public static final String SOUND_CODEC = "sound-codec";
    public static final String TRANSCRIBE = "transcribe";
    public static final String CAPTION = "caption";
    public static final String ANY_TO_ANY = "any-to-any";
    /** The texts that a model of speech learnt from, a line each: what it knows of the language. */
    public static final String SENTENCES = "sentences.txt";

    public static final String FINE_TUNE = "fine-tune";
    static final String VIT = HuggingFaceVit.TYPE;
    static final String DIGITS = "dit_mnist";

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String DATA = "data";
    private static final long CONFIG_LIMIT = 16L << 20;
    private static final long SENTENCES_LIMIT = 64L << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .addMixIn(Input.class, Named.class)
            .addMixIn(Compression.class, Named.class)
            .addMixIn(NetworkConfig.class, Named.class)
            .addMixIn(TextTower.Config.class, Tower.class)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /** Interfaces of the configuration are told apart by the name of the record. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "type")
    private interface Named {}

    /** Of n-grams where nothing is said, as in runs from before there was a choice. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", defaultImpl = TextEncoder.Config.class)
    @JsonSubTypes({
        @JsonSubTypes.Type(value = TextEncoder.Config.class, name = "n-grams"),
        @JsonSubTypes.Type(value = SentenceTower.Config.class, name = "sentences")
    })
    private interface Tower {}

    /**
     * The {@code config.json} of a new run.
     *
     * @param data names of all that it is trained on
     */
    public static ObjectNode config(SharedSpaceConfig config, List<String> data) {
        ObjectNode json = config(SHARED_SPACE, config);
        json.set(DATA, JSON.valueToTree(data));
        return json;
    }

    /** What a shared space was trained on; empty where its run does not say, as in runs from before it was written. */
    public List<String> data() {
        return config().path(DATA).valueStream().map(n -> n.asString("")).toList();
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(ClassifierConfig config) {
        return config(CLASSIFY, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(DiffusionConfig config) {
        return config(DIFFUSION, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(PictureTokenizer.Config config) {
        return config(VQ, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(PictureAutoencoder.Config config) {
        return config(KL, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(TokenPrior.Config config) {
        return config(TOKENS, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(SoundCodec.Config config) {
        return config(SOUND_CODEC, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(FineTuning config) {
        return config(FINE_TUNE, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(SpeechConfig config) {
        return config(TRANSCRIBE, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(Captioner.Config config) {
        return config(CAPTION, config);
    }

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(AnyToAny.Config config) {
        return config(ANY_TO_ANY, config);
    }

    private static ObjectNode config(String kind, Object model) {
        ObjectNode json = JSON.createObjectNode();
        json.put("kind", kind);
        json.set("model", JSON.valueToTree(model));
        return json;
    }

    /**
     * Opens the model, whichever it is.
     *
     * @throws BadInputException if there is none, it is of no known kind, or it is damaged
     */
    public OpenedModel open() {
        if (Files.isRegularFile(path.resolve(StableDiffusion.INDEX))) {
            return new OpenedModel.Diffusion(StableDiffusion.open(path));
        }
        JsonNode config = config();
        String kind = config.path("kind").asString("");
        String type = config.path("model_type").asString("");
        return switch (kind) {
            case SHARED_SPACE -> new OpenedModel.Space(load(config, SharedSpaceConfig.class, this::space));
            case CLASSIFY -> new OpenedModel.Classes(load(labelled(config), ClassifierConfig.class, Classifier::of));
            case DIFFUSION ->
                new OpenedModel.Diffusion(
                        DiffusionPipeline.of(load(config, DiffusionConfig.class, DiffusionModel::of)));
            case VQ -> new OpenedModel.Tokens(load(config, PictureTokenizer.Config.class, PictureTokenizer::of));
            case KL -> new OpenedModel.Maps(load(config, PictureAutoencoder.Config.class, PictureAutoencoder::of));
            case TOKENS -> new OpenedModel.Prior(load(config, TokenPrior.Config.class, TokenPrior::of));
            case SOUND_CODEC -> new OpenedModel.Codec(load(config, SoundCodec.Config.class, SoundCodec::of));
            case TRANSCRIBE -> new OpenedModel.Hearing(load(config, SpeechConfig.class, this::speech));
            case CAPTION ->
                new OpenedModel.Captions(new CaptionWriter(load(config, Captioner.Config.class, Captioner::of)));
            case ANY_TO_ANY -> new OpenedModel.AnyTokens(load(config, AnyToAny.Config.class, AnyToAny::of));
            case FINE_TUNE -> fineTuned(fineTuning(config));
            case "" -> PublishedModels.open(path, type);
            default ->
                throw new BadInputException(
                        path.resolve(CONFIG) + ": kind \"" + brief(kind) + "\" is not known; there are "
                                + String.join(
                                        ", ",
                                        SHARED_SPACE,
                                        CLASSIFY,
                                        DIFFUSION,
                                        VQ,
                                        KL,
                                        TOKENS,
                                        SOUND_CODEC,
                                        TRANSCRIBE,
                                        CAPTION,
                                        ANY_TO_ANY)
                                + " and " + FINE_TUNE);
        };
    }

    /**
     * Whether it is the folder of a run; else it is that of a published model.
     *
     * @throws BadInputException if it has no readable {@code config.json}
     */
    public boolean isRun() {
        return !config().path("kind").asString("").isEmpty();
    }

    /** Its {@code model_type}, empty where it has none: of a pipeline, of a run, of models of diffusers. */
    String type() {
        boolean pipeline = Files.isRegularFile(path.resolve(StableDiffusion.INDEX));
        return pipeline ? "" : config().path("model_type").asString("");
    }

    /** How a run that taught a published model something else did it. */
    private FineTuning fineTuning(JsonNode config) {
        return read(config, FineTuning.class);
    }

    /** The published model with what was learnt in its place; adapters are merged. */
    private OpenedModel fineTuned(FineTuning tuning) {
        PublishedClassifier taught = taught(tuning);
        return switch (taught.with(Lora::merged)) {
            case PublishedClassifier.OfPictures p -> new OpenedModel.Published(p.model(), p.preprocessing(), VIT);
            case PublishedClassifier.OfSounds s -> new OpenedModel.Sounds(s.model(), FINE_TUNE);
        };
    }

    private Path base(FineTuning tuning) {
        try {
            return Path.of(tuning.base());
        } catch (InvalidPathException e) {
            throw new BadInputException(
                    path.resolve(CONFIG) + ": \"base\" is no path (" + brief(e.getMessage()) + "); restore the file",
                    e);
        }
    }

    private PublishedClassifier taught(FineTuning tuning) {
        PublishedClassifier model = tuning.prepare(new ModelFolder(base(tuning)).openPublishedClassifier(), 0);
        Path file = path.resolve(WEIGHTS);
        Module trained = model.module();
        Map<String, Tensor> state = trained.state();
        Safetensors stored = Safetensors.open(file);
        if (!stored.names().equals(state.keySet())) {
            throw new BadInputException(file + ": holds what was learnt by another model than " + tuning.base()
                    + "; was that folder changed?");
        }
        state.forEach((name, t) -> {
            if (!stored.spec(name).equals(t.spec())) {
                throw new BadInputException(
                        file + ": tensor " + name + " is " + stored.spec(name) + ", the model needs " + t.spec());
            }
        });
        Scope.tidyRun(() -> {
            trained.parameters().forEach((name, p) -> p.set(stored.tensor(name)));
            trained.buffers().forEach((name, b) -> b.set(stored.tensor(name)));
        });
        return model;
    }

    /**
     * Writes a published model, or that of a run that taught one something else, in the published layout, adapters merged.
     *
     * @throws BadInputException if it is another kind of model, or cannot be written
     */
    public void export(Path target) {
        JsonNode config = config();
        String kind = config.path("kind").asString("");
        if (kind.isEmpty()) {
            PublishedCopies.write(path, target);
            return;
        }
        if (!kind.equals(FINE_TUNE)) {
            throw new BadInputException(path + ": neither a published model nor a run that taught one something else;"
                    + " make one with: sensorium train classify --from FOLDER");
        }
        FineTuning tuning = fineTuning(config);
        taught(tuning).with(Lora::merged).save(target, PublishedFolder.open(base(tuning)));
    }

    /**
     * Opens a published model that tells classes apart.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public PublishedClassifier openPublishedClassifier() {
        if (isRun()) {
            throw new BadInputException(path + ": a run, not a published model; of one that taught a published model"
                    + " something else make a new one with: sensorium export RUN --out FOLDER");
        }
        return switch (open()) {
            case OpenedModel.Published(Vit vit, ImageProcessor preprocessing, String _) ->
                new PublishedClassifier.OfPictures(vit, preprocessing);
            case OpenedModel.Sounds s -> new PublishedClassifier.OfSounds(s.model());
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which cannot be taught other classes; name the folder of a "
                        + String.join(", ", VIT, HuggingFaceAst.TYPE) + " or " + KwtCheckpoint.TYPE);
        };
    }

    /** A tower of sentences has its tokenizer beside its weights. */
    private SharedSpace space(Weights w, SharedSpaceConfig c) {
        return switch (c.text()) {
            case SentenceTower.Config sentences ->
                SharedSpace.of(w, c, SentenceTower.of(w.at("text"), sentences, TokenizerFiles.openSubwords(path)));
            default -> SharedSpace.of(w, c);
        };
    }

    private SpeechToText speech(Weights weights, SpeechConfig config) {
        Units units;
        try {
            units = config.requireUnits();
        } catch (BadInputException e) {
            throw new BadInputException(path.resolve(CONFIG) + ": " + e.getMessage(), e);
        }
        return new SpeechToText(SpeechModel.of(weights, config.model()), units, sentences());
    }

    /** None where the file was taken away: then nothing is known of the language. */
    private List<String> sentences() {
        Path file = path.resolve(SENTENCES);
        try {
            if (!Files.isRegularFile(file)) {
                return List.of();
            }
            if (Files.size(file) > SENTENCES_LIMIT) {
                throw new BadInputException(file + ": larger than 64 MiB; not the sentences of a run");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Opens a model that writes what is said: {@link OpenedModel.Speech} or {@link OpenedModel.Hearing}.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public OpenedModel openSpeech() {
        return switch (open()) {
            case OpenedModel.Speech s -> s;
            case OpenedModel.Hearing h -> h;
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which writes no speech down; name the folder of a Whisper, or train one with:"
                        + " sensorium train transcribe");
        };
    }

    /**
     * Opens what says of pictures what they show.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public CaptionWriter openCaptions() {
        return switch (open()) {
            case OpenedModel.Captions c -> c.model();
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which writes no captions; train one with: sensorium train caption");
        };
    }

    /**
     * Opens a shared space.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public SharedSpace openSpace() {
        return switch (open()) {
            case OpenedModel.Space s -> s.model();
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which has no shared space; train one with: sensorium train shared-space");
        };
    }

    /**
     * Opens a model that makes pictures.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public DiffusionPipeline openDiffusion() {
        return switch (open()) {
            case OpenedModel.Diffusion d -> d.model();
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which makes no pictures; train one with: sensorium train diffusion");
        };
    }

    /**
     * Opens a model of tokens.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public PictureTokenizer openTokenizer() {
        return switch (open()) {
            case OpenedModel.Tokens t -> t.model();
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which knows no tokens of pictures; train one with: sensorium train vq");
        };
    }

    /**
     * Opens what makes maps of pictures, of tokens or of numbers.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public PictureCodec openCodec() {
        return switch (open()) {
            case OpenedModel.Tokens t -> t.model();
            case OpenedModel.Maps m -> m.model();
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which makes no maps of pictures; train one with: sensorium train vq");
        };
    }

    /**
     * Opens a classifier that was trained here.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public Classifier openClassifier() {
        return switch (open()) {
            case OpenedModel.Classes c -> c.model();
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which tells no classes apart; train one with: sensorium train classify");
        };
    }

    /**
     * Opens a model of tokens of sound.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public SoundCodec openSoundCodec() {
        return switch (open()) {
            case OpenedModel.Codec c -> c.model();
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which knows no tokens of sounds; train one with: sensorium train vq --sense sound");
        };
    }

    /** SHA-256 of the weights, in hexadecimal: equal for equal weights. */
    public String fingerprint() {
        Path file = path.resolve(WEIGHTS);
        try (InputStream in = Files.newInputStream(file);
                var digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            digest.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; has the run saved a model yet?", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has SHA-256
        }
    }

    /** A classifier that was trained before it could have several labels has one. */
    private static JsonNode labelled(JsonNode config) {
        if (config.path("model") instanceof ObjectNode model && !model.has("several")) {
            model.put("several", false);
        }
        return config;
    }

    private <C, M> M load(JsonNode config, Class<C> type, BiFunction<Weights, C, M> factory) {
        Path file = path.resolve(WEIGHTS);
        C built = read(config, type);
        Safetensors stored = Safetensors.open(file);
        try {
            return Weights.load(
                    stored::tensor, stored.names(), file.toString(), name -> name, w -> factory.apply(w, built));
        } catch (IllegalArgumentException | ArithmeticException | NullPointerException e) {
            throw new BadInputException(
                    path.resolve(CONFIG) + ": no model can be built from it (" + brief(String.valueOf(e.getMessage()))
                            + "); restore the file or train afresh",
                    e);
        }
    }

    private <C> C read(JsonNode config, Class<C> type) {
        C built;
        try {
            built = JSON.treeToValue(config.path("model"), type);
        } catch (JacksonException e) {
            throw new BadInputException(
                    path.resolve(CONFIG) + ": \"model\" does not describe a model (" + brief(e.getOriginalMessage())
                            + "); restore the file or train afresh",
                    e);
        }
        if (built == null) {
            throw new BadInputException(path.resolve(CONFIG) + ": has no \"model\"; restore the file or train afresh");
        }
        return built;
    }

    private JsonNode config() {
        Path file = path.resolve(CONFIG);
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInputException(file + ": no such file; name the folder of a run, or of a published model");
            }
            if (Files.size(file) > CONFIG_LIMIT) {
                throw new BadInputException(file + ": larger than 16 MiB; not a config.json");
            }
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (json == null || !json.isObject()) {
                throw new BadInputException(file + ": not a JSON object; restore it or train afresh");
            }
            return json;
        } catch (JacksonException e) {
            throw new BadInputException(
                    file + ": not JSON (" + brief(e.getOriginalMessage()) + "); restore the file or train afresh", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Words of a file or a library, fit for one line. */
    static String brief(String text) {
        String line = text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
        int place = line.indexOf(" (start marker at"); // Jackson's hint at a place that it does not know
        line = place < 0 ? line : line.substring(0, place);
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}
