package sensorium.multimodal.classify;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import sensorium.audio.AudioFile;
import sensorium.audio.SoundClassifier;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import sensorium.vision.ImageProcessor;
import sensorium.vision.PictureClassifier;
import sensorium.vision.PictureFile;

/** Tells what is in a file: a classifier of ours or a published one, with what its inputs go through before. */
public final class FileClassifier {
    private final List<String> labels;
    private final Function<Path, Tensor> input;
    private final UnaryOperator<Tensor> logits; // (1, labels)
    private final boolean several;

    private FileClassifier(
            List<String> labels, Function<Path, Tensor> input, UnaryOperator<Tensor> logits, boolean several) {
        this.labels = labels;
        this.input = input;
        this.logits = logits;
        this.several = several;
    }

    public static FileClassifier of(Classifier model) {
        return new FileClassifier(
                model.config().labels(),
                file -> Inputs.ofFile(model.config().input(), file).plain(0, 1),
                model::forward,
                model.several());
    }

    /** @param preprocessing what pictures go through before the model sees them */
    public static FileClassifier of(PictureClassifier model, ImageProcessor preprocessing) {
        return new FileClassifier(
                model.labels(),
                file -> preprocessing.process(PictureFile.decode(file)).toTensor(),
                model::forward,
                false);
    }

    /** A published one of sounds. */
    public static FileClassifier of(SoundClassifier model) {
        return new FileClassifier(
                model.labels(),
                file -> model.heard(AudioFile.decode(file).mono()).unsqueeze(0),
                model::forward,
                false);
    }

    /**
     * A file as the model is shown it, alone in a batch.
     *
     * @throws sensorium.BadInputException if it cannot be decoded
     */
    public Tensor input(Path file) {
        return input.apply(file);
    }

    /** Whether any number of labels may be true of a file; else one is, and their probabilities sum to 1. */
    public boolean several() {
        return several;
    }

    /**
     * What the file may be, the likeliest first.
     *
     * @throws sensorium.BadInputException if it cannot be decoded
     */
    public List<Guess> classify(Path file) {
        double[] p = Scope.tidy(() -> {
            Tensor x = logits.apply(input(file));
            return (several ? x.sigmoid() : x.softmax(-1)).toDoubles();
        });
        return IntStream.range(0, p.length)
                .mapToObj(i -> new Guess(labels.get(i), p[i]))
                .sorted(Comparator.comparingDouble(Guess::probability).reversed())
                .toList();
    }
}
