package sensorium.vision;

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

    /** The value of one channel at column {@code x} of row {@code y}. */
    public float at(int channel, int y, int x) {
        return values[(channel * height + y) * width + x];
    }
}
