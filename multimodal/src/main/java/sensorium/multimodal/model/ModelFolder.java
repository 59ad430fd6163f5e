package sensorium.multimodal.model;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.BiFunction;
import sensorium.BadInputException;
import sensorium.audio.Compression;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.SoundCodec;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionModel;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.diffusion.NetworkConfig;
import sensorium.io.Safetensors;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.Input;
import sensorium.multimodal.dual.HuggingFaceClap;
import sensorium.multimodal.dual.HuggingFaceDual;
import sensorium.multimodal.dual.PictureMatcher;
import sensorium.multimodal.dual.SoundMatcher;
import sensorium.multimodal.transcribe.Transcriber;
import sensorium.nn.Weights;
import sensorium.vision.Dinov2;
import sensorium.vision.HuggingFaceDinov2;
import sensorium.vision.HuggingFaceVit;
import sensorium.vision.ImageProcessor;
import sensorium.vision.PictureAutoencoder;
import sensorium.vision.PictureCodec;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.TokenPrior;
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
    static final String VIT = "vit";
    static final String DIGITS = "dit_mnist";

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final long CONFIG_LIMIT = 16L << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .addMixIn(Input.class, Named.class)
            .addMixIn(Compression.class, Named.class)
            .addMixIn(NetworkConfig.class, Named.class)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /** Interfaces of the configuration are told apart by the name of the record. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "type")
    private interface Named {}

    /** The {@code config.json} of a new run. */
    public static ObjectNode config(SharedSpaceConfig config) {
        return config(SHARED_SPACE, config);
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
        JsonNode config = config();
        String kind = config.path("kind").asString("");
        String type = config.path("model_type").asString("");
        return switch (kind) {
            case SHARED_SPACE -> new OpenedModel.Space(load(config, SharedSpaceConfig.class, SharedSpace::of));
            case CLASSIFY -> new OpenedModel.Classes(load(config, ClassifierConfig.class, Classifier::of));
            case DIFFUSION ->
                new OpenedModel.Diffusion(
                        DiffusionPipeline.of(load(config, DiffusionConfig.class, DiffusionModel::of)));
            case VQ -> new OpenedModel.Tokens(load(config, PictureTokenizer.Config.class, PictureTokenizer::of));
            case KL -> new OpenedModel.Maps(load(config, PictureAutoencoder.Config.class, PictureAutoencoder::of));
            case TOKENS -> new OpenedModel.Prior(load(config, TokenPrior.Config.class, TokenPrior::of));
            case SOUND_CODEC -> new OpenedModel.Codec(load(config, SoundCodec.Config.class, SoundCodec::of));
            case "" -> published(type);
            default ->
                throw new BadInputException(
                        path.resolve(CONFIG) + ": kind \"" + brief(kind) + "\" is not known; there are "
                                + String.join(", ", SHARED_SPACE, CLASSIFY, DIFFUSION, VQ, KL, TOKENS)
                                + " and " + SOUND_CODEC);
        };
    }

    private OpenedModel published(String type) {
        return switch (type) {
            case DIGITS -> new OpenedModel.Diffusion(DiffusionPipeline.ofDigits(path));
            case VIT -> new OpenedModel.Published(HuggingFaceVit.load(path), ImageProcessor.read(path), type);
            case HuggingFaceDinov2.TYPE, HuggingFaceDinov2.WITH_REGISTERS -> eye(type);
            case HuggingFaceDual.CLIP, HuggingFaceDual.SIGLIP -> new OpenedModel.Pairs(PictureMatcher.open(path));
            case HuggingFaceClap.TYPE -> new OpenedModel.Pairs(SoundMatcher.open(path));
            case KwtCheckpoint.TYPE -> new OpenedModel.Sounds(KwtCheckpoint.load(path), type);
            case HuggingFaceAst.TYPE -> new OpenedModel.Sounds(HuggingFaceAst.load(path), type);
            case HuggingFaceWhisper.TYPE -> new OpenedModel.Speech(Transcriber.open(path));
            default ->
                throw new BadInputException(path.resolve(CONFIG)
                        + ": says neither a kind nor a model_type that is known"
                        + (type.isEmpty() ? "" : ", but \"" + brief(type) + "\"") + "; known are "
                        + String.join(
                                ", ",
                                VIT,
                                HuggingFaceDinov2.TYPE,
                                HuggingFaceDual.CLIP,
                                HuggingFaceDual.SIGLIP,
                                HuggingFaceClap.TYPE,
                                KwtCheckpoint.TYPE,
                                HuggingFaceAst.TYPE,
                                HuggingFaceWhisper.TYPE)
                        + " and " + DIGITS + "; is this the folder of a model?");
        };
    }

    /** One that was taught classes tells them apart. */
    private OpenedModel eye(String type) {
        Dinov2 model = HuggingFaceDinov2.load(path);
        ImageProcessor preprocessing = ImageProcessor.read(path);
        return model.head() == null
                ? new OpenedModel.Features(new FeatureEye(model, preprocessing), type)
                : new OpenedModel.Published(model, preprocessing, type);
    }

    /**
     * Opens a model that writes what is said.
     *
     * @throws BadInputException if it is another kind of model, or none
     */
    public Transcriber openSpeech() {
        return switch (open()) {
            case OpenedModel.Speech s -> s.model();
            case OpenedModel other ->
                throw new BadInputException(path + ": a " + other.kind()
                        + " model, which writes no speech down; name the folder of a Whisper");
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

    private <C, M> M load(JsonNode config, Class<C> type, BiFunction<Weights, C, M> factory) {
        Path file = path.resolve(WEIGHTS);
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
    private static String brief(String text) {
        String line = text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
        int place = line.indexOf(" (start marker at"); // Jackson's hint at a place that it does not know
        line = place < 0 ? line : line.substring(0, place);
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}
