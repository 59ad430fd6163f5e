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
import sensorium.nn.ConvStage;
import sensorium.nn.PatchEncoder;
import sensorium.tensor.Tensor;

/** The encoder of one sense of a space, as others use it: what it says of labelled examples. */
public record Tower(SharedSpace space, Sense sense) {
    private static final int BATCH = 64;
    /** Along an axis of a map, as {@link #layers} has them. */
    private static final int MOST_PLACES = 8;

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

    /**
     * What its layers say of examples, side by side, each of length one: the maps of the stem after its first stage, which has
     * hardly seen anything, averaged to at most 8×8 places, and the vector that the encoder ends in. What the words of the space
     * do not ask for, shapes and textures among it, is still there. (N, F)
     */
    float[][] layers(Examples examples) {
        return each(
                examples,
                x -> sense == Sense.PICTURE
                        ? layers(space.picture(), SharedSpace.centred(x))
                        : layers(space.sound(), x));
    }

    private static Tensor layers(PatchEncoder encoder, Tensor x) {
        List<Tensor> layers = new ArrayList<>();
        Tensor map = x;
        for (ConvStage stage : encoder.patches().stages()) {
            boolean first = map == x;
            map = stage.forward(map); // (B, C, H, W)
            if (!first) {
                layers.add(SharedSpace.unit(coarse(coarse(map, 2), 3).flatten(1, 4)));
            }
        }
        layers.add(SharedSpace.unit(encoder.forward(x)));
        return Tensor.concat(1, layers);
    }

    /** Means of neighbours along an axis, so that few are left. */
    private static Tensor coarse(Tensor map, int axis) {
        int cell = Math.ceilDiv(map.dim(axis), MOST_PLACES);
        return cell == 1 ? map : map.windows(axis, cell, cell, 1).mean(map.rank());
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
