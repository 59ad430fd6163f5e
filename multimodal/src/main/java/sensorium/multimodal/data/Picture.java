package sensorium.multimodal.data;

import java.nio.file.Path;
import java.util.Objects;

/** Where a picture's pixels come from: a file still to be decoded, or bytes already in memory. */
public sealed interface Picture {

    /**
     * A picture file.
     *
     * @param file an existing regular file
     */
    record InFile(Path file) implements Picture {}

    /**
     * A greyscale picture inside a larger array, as in the idx files of MNIST.
     *
     * @param data shared by all pictures of its file; never written to
     * @param offset index of the top left pixel
     * @param width pixels in a row
     * @param height rows; pixel (x, y) is {@code data[offset + y * width + x] & 0xff}, 0 = black
     */
    @SuppressWarnings("ArrayRecordComponent") // a window on a shared array: identity is what is meant
    record Grey(byte[] data, int offset, int width, int height) implements Picture {
        public Grey {
            Objects.checkFromIndexSize(offset, Math.multiplyExact(width, height), data.length);
        }
    }
}
