package sensorium.vision;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import sensorium.BadInputException;

/** Pixels → PNG, lossless: what is written is what {@link PictureFile} reads back. */
public final class PngWriter {
    private PngWriter() {}

    /** The picture as the bytes of a PNG file. */
    public static byte[] encode(Picture picture) {
        int type = picture.hasAlpha() ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB;
        var image = new BufferedImage(picture.width(), picture.height(), type);
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int alpha = picture.hasAlpha() ? picture.at(x, y, 3) : 255;
                image.setRGB(
                        x, y, alpha << 24 | picture.at(x, y, 0) << 16 | picture.at(x, y, 1) << 8 | picture.at(x, y, 2));
            }
        }
        try {
            var out = new ByteArrayOutputStream();
            try (var stream = new MemoryCacheImageOutputStream(out)) {
                if (!ImageIO.write(image, "png", stream)) {
                    throw new IllegalStateException("this Java has no PNG encoder: java.desktop is incomplete");
                }
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory: cannot happen
        }
    }

    /**
     * Writes a PNG file, whole or not at all.
     *
     * @throws BadInputException if the place cannot be written to
     */
    public static void write(Picture picture, Path file) {
        Path absolute = file.toAbsolutePath();
        try {
            Path temporary = Files.createTempFile(absolute.getParent(), "." + absolute.getFileName(), ".tmp");
            try {
                Files.write(temporary, encode(picture));
                Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be written (" + e.getMessage() + ")", e);
        }
    }
}
