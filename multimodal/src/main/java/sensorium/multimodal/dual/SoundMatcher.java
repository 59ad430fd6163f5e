package sensorium.multimodal.dual;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sensorium.audio.AudioFile;
import sensorium.audio.clap.ClapFeatures;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/** CLAP with what sounds and texts go through before. */
public final class SoundMatcher implements Matcher {
    private final Clap model;
    private final ClapFeatures hearing;
    private final Path folder;

    private SoundMatcher(Clap model, ClapFeatures hearing, Path folder) {
        this.model = model;
        this.hearing = hearing;
        this.folder = folder;
    }

    /**
     * The model of a folder with {@code config.json}, {@code model.safetensors}, {@code preprocessor_config.json} and, for texts, a
     * tokenizer.
     *
     * @throws sensorium.BadInputException if one is not there, malformed, or does not fit the others
     */
    public static SoundMatcher open(Path folder) {
        Clap model = HuggingFaceClap.load(folder);
        return new SoundMatcher(model, ClapFeatures.read(folder, model.config().audio()), folder);
    }

    @Override
    public String kind() {
        return HuggingFaceClap.TYPE;
    }

    @Override
    public String medium() {
        return "sound";
    }

    @Override
    public float[][] texts(List<String> texts) {
        if (texts.isEmpty()) {
            return new float[0][];
        }
        TokenReader reader = reader();
        return texts.stream()
                .map(text -> Scope.tidy(() -> {
                    Tensor tokens = model.text().tokens(reader.read(text), null);
                    return Matcher.checked(model.ofText(model.text().pooled(tokens)), model, "a text");
                }))
                .toArray(float[][]::new);
    }

    private TokenReader reader() {
        return TokenReader.roberta(folder, model.text().config());
    }

    @Override
    public Map<String, Tensor> inputs(String text) {
        return reader().inputs(text);
    }

    /** Only with fusion the model asks whether a sound is a longer one. */
    @Override
    public Map<String, Tensor> inputs(Path file) {
        Map<String, Tensor> inputs = new TreeMap<>(Map.of("input_features", heard(file)));
        if (model.audio().config().channels() > 1) {
            inputs.put("is_longer", longer().unsqueeze(1));
        }
        return inputs;
    }

    private Tensor heard(Path file) {
        return hearing.of(AudioFile.decode(file).mono());
    }

    /** The reference takes a sound that comes alone for a longer one, whatever it is. */
    private static Tensor longer() {
        return Tensor.of(new boolean[] {true}, 1);
    }

    @Override
    public float[] file(Path file) {
        return Scope.tidy(() -> {
            Tensor tokens = model.audio().tokens(heard(file), longer());
            return Matcher.checked(model.ofAudio(model.audio().pooled(tokens)), model, file.toString());
        });
    }

    @Override
    public double[] probabilities(float[] vector, float[][] texts) {
        double[] scores = Matcher.cosines(vector, texts);
        double scale = Math.exp(model.audioScale().value().toFloats()[0]);
        for (int i = 0; i < scores.length; i++) {
            scores[i] *= scale;
        }
        return Matcher.softmax(scores);
    }
}
