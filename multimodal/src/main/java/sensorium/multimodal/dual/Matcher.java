package sensorium.multimodal.dual;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.nn.Module;
import sensorium.tensor.Tensor;

/** A published model that can tell how well a text fits a picture, or a sound. */
public sealed interface Matcher permits PictureMatcher, SoundMatcher {
    /** What it is called in messages: its {@code model_type}. */
    String kind();

    /** What the other sense is called, such as in "a photo of". */
    String medium();

    /**
     * Unit vectors of texts.
     *
     * @throws BadInputException if the model's tokenizer is not there, or cannot read them
     */
    float[][] texts(List<String> texts);

    /**
     * The unit vector of a picture or a sound.
     *
     * @throws BadInputException if the file is not one that the model knows
     */
    float[] file(Path file);

    /**
     * What the model is fed of a text, by the names of its reference library.
     *
     * @throws BadInputException if the model's tokenizer is not there, or cannot read it
     */
    Map<String, Tensor> inputs(String text);

    /**
     * What the model is fed of a picture or a sound, by the names of its reference library.
     *
     * @throws BadInputException if the file is not one that the model knows
     */
    Map<String, Tensor> inputs(Path file);

    /**
     * Whether each text is what was seen or heard: of unit vectors. They sum to one where the model tells which it is; where it tells
     * whether it is the one, they need not.
     */
    double[] probabilities(float[] vector, float[][] texts);

    /** A single row, whose numbers must be numbers. */
    static float[] checked(Tensor row, Module model, String what) {
        float[] values = row.toFloats();
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new BadInputException(what + ": becomes no vector of numbers" + culprit(model));
            }
        }
        return values;
    }

    private static String culprit(Module model) {
        for (var p : model.parameters().entrySet()) {
            for (float value : p.getValue().value().toFloats()) {
                if (!Float.isFinite(value)) {
                    return "; the model's weight " + p.getKey() + " holds " + value + ": get the weights again";
                }
            }
        }
        return ", though the model's weights are numbers";
    }

    /** The products of a vector with each of others. */
    static double[] cosines(float[] vector, float[][] others) {
        double[] cosines = new double[others.length];
        for (int i = 0; i < others.length; i++) {
            for (int d = 0; d < vector.length; d++) {
                cosines[i] += (double) vector[d] * others[i][d];
            }
        }
        return cosines;
    }

    /** Numbers to their softmax, in place. */
    static double[] softmax(double[] scores) {
        double most = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - most);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
        return scores;
    }
}
