package sensorium.multimodal.data;

import java.nio.file.Path;
import java.util.Objects;
import sensorium.vision.Picture;
import sensorium.vision.PictureFile;

/** Where a picture's pixels come from: a file still to be decoded, or bytes already in memory. */
public sealed interface ImageSource {

    /**
     * The picture, decoded anew at each call.
     *
     * @throws sensorium.BadInputException if the file is not a picture that can be read
     */
    Picture decode();

    /**
     * A picture file.
     *
     * @param file an existing regular file
     */
    record InFile(Path file) implements ImageSource {
        @Override
        public Picture decode() {
            return PictureFile.decode(file);
        }
    }

    /**
     * A greyscale picture inside a larger array, as in the idx files of MNIST.
     *
     * @param data shared by all pictures of its file; never written to
     * @param offset index of the top left pixel
     * @param width pixels in a row
     * @param height rows; pixel (x, y) is {@code data[offset + y * width + x] & 0xff}, 0 = black
     */
    record Grey(byte[] data, int offset, int width, int height) implements ImageSource {
        public Grey {
            Objects.checkFromIndexSize(offset, Math.multiplyExact(width, height), data.length);
        }

        @Override
        public Picture decode() {
            var rgb = new byte[width * height * 3];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = data[offset + i / 3];
            }
            return new Picture(width, height, 3, rgb);
        }
    }
}
