package sensorium.vision;

import sensorium.tensor.Tensor;

/**
 * What a model sees of one picture: floats {@code (channels, height, width)}, row-major.
 *
 * @param values the numbers themselves, {@code channels * height * width} of them, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between two steps, never compared
public record PixelValues(int channels, int height, int width, float[] values) {
    public PixelValues {
        if (values.length != (long) channels * height * width) {
            throw new IllegalArgumentException("[pixel values] (%d,%d,%d) needs %d values, got %d"
                    .formatted(channels, height, width, (long) channels * height * width, values.length));
        }
    }

    /** A batch of one, (1, channels, height, width). */
    public Tensor toTensor() {
        return Tensor.of(values, 1, channels, height, width);
    }

    /** The value of one channel at column {@code x} of row {@code y}. */
    public float at(int channel, int y, int x) {
        return values[(channel * height + y) * width + x];
    }
}
