package sensorium.multimodal.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import sensorium.BadInputException;
import sensorium.audio.Ast;
import sensorium.audio.AudioFile;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KeywordTransformer;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.SoundTokenizer;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.audio.whisper.WhisperHearing;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.FileClassifier;
import sensorium.multimodal.classify.Input;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.MediaType;
import sensorium.multimodal.dual.Matcher;
import sensorium.tensor.Tensor;
import sensorium.text.bert.HuggingFaceBert;
import sensorium.text.bert.SentenceEncoder;
import sensorium.text.pipeline.Encoding;
import sensorium.vision.PictureCodec;
import sensorium.vision.PictureFile;

/**
 * What a model is fed of a file or a text: the tensors that its preprocessing makes, alone in a batch. They are called what the reference
 * library calls them ({@code pixel_values}, {@code input_features}, {@code input_ids} …), and {@link sensorium.nn.ParityCase#run} takes
 * them.
 */
public final class Preprocessing {
    static final String PIXELS = "pixel_values";
    static final String FEATURES = "input_features";
    static final String VALUES = "input_values";
    static final String IDS = "input_ids";
    /** Which word of a text each n-gram belongs to. */
    static final String WORDS = "word_ids";

    private final String kind;
    private final Optional<Function<Path, Map<String, Tensor>>> files;
    private final Optional<Function<String, Map<String, Tensor>>> texts;

    private Preprocessing(
            String kind,
            Optional<Function<Path, Map<String, Tensor>>> files,
            Optional<Function<String, Map<String, Tensor>>> texts) {
        this.kind = kind;
        this.files = files;
        this.texts = texts;
    }

    private static Preprocessing ofFiles(String kind, String name, Function<Path, Tensor> input) {
        return new Preprocessing(kind, Optional.of(file -> Map.of(name, input.apply(file))), Optional.empty());
    }

    /**
     * That of a published model, or of one that was trained here.
     *
     * @throws BadInputException if there is none, it is damaged, or nothing is preprocessed for it
     */
    public static Preprocessing open(Path folder) {
        var model = new ModelFolder(folder);
        if (model.type().equals(HuggingFaceWhisper.TYPE)) {
            // What it hears asks neither for its weights nor for its words.
            WhisperHearing hearing = HuggingFaceWhisper.hearing(folder);
            return ofFiles(
                    HuggingFaceWhisper.TYPE,
                    FEATURES,
                    file -> hearing.input(AudioFile.decode(file).mono()));
        }
        return of(model.open(), folder);
    }

    private static Preprocessing of(OpenedModel opened, Path folder) {
        String kind = opened.kind();
        return switch (opened) {
            case OpenedModel.Published p ->
                ofFiles(kind, PIXELS, FileClassifier.of(p.model(), p.preprocessing())::input);
            case OpenedModel.Features f -> ofFiles(kind, PIXELS, f.model()::input);
            case OpenedModel.Sounds s ->
                switch (s.model()) {
                    case Ast ast -> ofFiles(HuggingFaceAst.TYPE, VALUES, FileClassifier.of(ast)::input);
                    case KeywordTransformer kwt ->
                        ofFiles(
                                KwtCheckpoint.TYPE,
                                KwtCheckpoint.CEPSTRA,
                                file -> kwt.heard(AudioFile.decode(file).mono()));
                };
            case OpenedModel.Pairs pairs -> ofPairs(pairs.model());
            case OpenedModel.Sentences s ->
                new Preprocessing(HuggingFaceBert.TYPE, Optional.empty(), Optional.of(text -> read(s.model(), text)));
            case OpenedModel.Classes c -> ofFiles(kind, name(c.model()), FileClassifier.of(c.model())::input);
            case OpenedModel.Space space -> ofSpace(space.model());
            case OpenedModel.Captions c ->
                ofFiles(kind, PIXELS, file -> c.model().input(PictureFile.decode(file)));
            case OpenedModel.Hearing h ->
                ofFiles(
                        kind,
                        FEATURES,
                        file -> h.model().input(AudioFile.decode(file).mono()));
            case OpenedModel.Tokens t -> ofFiles(kind, PIXELS, file -> pixels(t.model(), file));
            case OpenedModel.Maps m -> ofFiles(kind, PIXELS, file -> pixels(m.model(), file));
            case OpenedModel.Codec c -> {
                var tokenizer = new SoundTokenizer(c.model());
                yield ofFiles(
                        kind,
                        VALUES,
                        file -> tokenizer.input(AudioFile.decode(file).mono()));
            }
            case OpenedModel.Speech _, OpenedModel.Diffusion _, OpenedModel.Prior _, OpenedModel.AnyTokens _ ->
                throw new BadInputException(folder + ": a " + kind
                        + " model, which is fed noise or tokens that it makes itself: no preprocessing to show");
        };
    }

    private static Preprocessing ofPairs(Matcher model) {
        return new Preprocessing(model.kind(), Optional.of(model::inputs), Optional.of(model::inputs));
    }

    /** Its tensor of {@link Input} has the name of what other models of that sense are fed. */
    static String name(Classifier model) {
        return model.config().input().sense() == Sense.PICTURE ? PIXELS : FEATURES;
    }

    private static Preprocessing ofSpace(SharedSpace space) {
        var embedder = new Embedder(space);
        return new Preprocessing(
                ModelFolder.SHARED_SPACE,
                Optional.of(file -> switch (medium(file)) {
                    case PICTURE -> Map.of(PIXELS, embedder.input(PictureFile.decode(file)));
                    case SOUND ->
                        Map.of(FEATURES, embedder.input(AudioFile.decode(file).mono()));
                }),
                Optional.of(text -> read(space, text)));
    }

    private static MediaType medium(Path file) {
        return MediaType.of(String.valueOf(file.getFileName()))
                .orElseThrow(() -> new BadInputException(
                        file + ": neither a picture nor a sound by the ending of its name; rename it"));
    }

    private static Map<String, Tensor> read(SharedSpace space, String text) {
        int[][] words = space.text().read(text);
        long[] ids =
                Arrays.stream(words).flatMapToInt(Arrays::stream).asLongStream().toArray();
        long[] place = new long[ids.length];
        int at = 0;
        for (int w = 0; w < words.length; w++) {
            Arrays.fill(place, at, at += words[w].length, w);
        }
        return ordered(IDS, Tensor.of(ids, ids.length), WORDS, Tensor.of(place, place.length));
    }

    private static Map<String, Tensor> read(SentenceEncoder model, String text) {
        Encoding read = model.read(text);
        int n = read.length();
        long[] ids = Arrays.stream(read.ids()).asLongStream().toArray();
        long[] mask = new long[n];
        Arrays.fill(mask, 1);
        Map<String, Tensor> inputs = ordered(IDS, Tensor.of(ids, 1, n), "attention_mask", Tensor.of(mask, 1, n));
        inputs.put("token_type_ids", Tensor.of(new long[n], 1, n));
        return inputs;
    }

    private static Map<String, Tensor> ordered(String first, Tensor a, String second, Tensor b) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put(first, a);
        inputs.put(second, b);
        return inputs;
    }

    /**
     * A picture as one of a model of tokens or maps: (1, C, side, side), from −1 to 1.
     *
     * @throws BadInputException if the file is no picture
     */
    public static Tensor pixels(PictureCodec codec, Path file) {
        return pixels(codec.channels(), codec.side(), file);
    }

    /** The same for any model of square pictures. */
    public static Tensor pixels(int channels, int side, Path file) {
        Examples picture = Examples.ofFile(Input.made(channels, side), file);
        float[] pixels = new float[picture.length()];
        picture.draw(0, pixels, 0);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = 2 * pixels[i] - 1;
        }
        return Tensor.of(pixels, 1, channels, side, side);
    }

    /**
     * What the model is fed of a picture or a sound.
     *
     * @throws BadInputException if it takes no files, or not this one
     */
    public Map<String, Tensor> ofFile(Path file) {
        return files.orElseThrow(
                        () -> new BadInputException(file + ": a " + kind + " model reads texts; give one with --text"))
                .apply(file);
    }

    /**
     * What the model is fed of a text.
     *
     * @throws BadInputException if it takes no texts, or not this one
     */
    public Map<String, Tensor> ofText(String text) {
        return texts.orElseThrow(() -> new BadInputException("a " + kind + " model is fed no texts; give a file"))
                .apply(text);
    }
}
