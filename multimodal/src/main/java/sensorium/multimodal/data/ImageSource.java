package sensorium.multimodal.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import sensorium.vision.Animation;
import sensorium.vision.Picture;
import sensorium.vision.PictureFile;
import sensorium.vision.Resize;

/** Where a picture's pixels come from: a file still to be decoded, or bytes already in memory. */
public sealed interface ImageSource {

    /**
     * The picture, decoded anew at each call.
     *
     * @throws sensorium.BadInputException if the file is not a picture that can be read
     */
    Picture decode();

    /**
     * At most so many pictures, evenly spread over it where it moves, each with its longer side at most {@code side} pixels; of a single
     * picture that one.
     *
     * @throws sensorium.BadInputException if it cannot be read
     */
    default List<Picture> frames(int count, int side) {
        return List.of(Resize.atMost(decode(), side));
    }

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

        @Override
        public List<Picture> frames(int count, int side) {
            return Animation.frames(file, count, side);
        }
    }

    /**
     * A film: an animated GIF or PNG, or a folder of frames.
     *
     * @param file an existing regular file, or a folder
     */
    record Film(Path file) implements ImageSource {
        /** The frame in its middle. */
        @Override
        public Picture decode() {
            return Animation.frames(file, 1, PictureFile.DRAWN_SIDE).getFirst();
        }

        @Override
        public List<Picture> frames(int count, int side) {
            return Animation.frames(file, count, side);
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
