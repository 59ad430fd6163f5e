package sensorium.multimodal.geometry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sensorium.memory.Scope;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Input;
import sensorium.multimodal.classify.Sense;
import sensorium.tensor.Tensor;

/** The encoder of one sense of a space, as others use it: what it says of labelled examples. */
public record Tower(SharedSpace space, Sense sense) {
    private static final int BATCH = 64;

    /** The same network as a classifier of its own: equal inputs, equal encoder, and a linear map to the labels. */
    public ClassifierConfig classifier(List<String> labels) {
        var config = space.config();
        return switch (sense) {
            case PICTURE -> new ClassifierConfig(labels, new Input.Colour(config.side()), config.picture(), false);
            case SOUND -> new ClassifierConfig(labels, new Input.Heard(config.hearing()), config.sound(), false);
        };
    }

    /** Where examples lie in the space: unit vectors (N, D). */
    float[][] vectors(Examples examples) {
        return each(examples, x -> sense == Sense.PICTURE ? space.ofPictures(x) : space.ofSounds(x));
    }

    private interface Reading {
        Tensor of(Tensor inputs);
    }

    private static float[][] each(Examples examples, Reading reading) {
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < examples.size(); from += BATCH) {
            int start = from;
            int end = Math.min(examples.size(), from + BATCH);
            float[] flat =
                    Scope.tidy(() -> reading.of(examples.plain(start, end)).toFloats());
            int width = flat.length / (end - start);
            for (int i = 0; i < end - start; i++) {
                rows.add(Arrays.copyOfRange(flat, i * width, (i + 1) * width));
            }
        }
        return rows.toArray(float[][]::new);
    }
}
