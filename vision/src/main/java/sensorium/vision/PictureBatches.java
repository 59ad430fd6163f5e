package sensorium.vision;

import sensorium.nn.training.Epochs;
import sensorium.tensor.Tensor;

/** Batches of varied pictures of training. */
final class PictureBatches {
    private final LabelledPictures pictures;
    private final int channels;
    private final int side;
    private final Epochs epochs;

    PictureBatches(LabelledPictures pictures, PictureCodec model, int batch, long seed) {
        this.pictures = pictures;
        this.channels = model.channels();
        this.side = model.side();
        this.epochs = new Epochs(pictures.size(), batch, seed);
    }

    /** Updates that show every picture so many times. */
    long steps(double times) {
        return epochs.steps(times, 1);
    }

    /** The pictures of a batch, in variations that the key decides. */
    float[] of(long batch, long key) {
        int[] chosen = epochs.batch(batch);
        int length = channels * side * side;
        float[] values = new float[chosen.length * length];
        for (int i = 0; i < chosen.length; i++) {
            pictures.draw(chosen[i], key, values, i * length);
        }
        return values;
    }

    /** (N, C, H, W). */
    Tensor tensor(float[] values) {
        return Tensor.of(values, values.length / (channels * side * side), channels, side, side);
    }
}
