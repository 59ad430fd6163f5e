package sensorium.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import sensorium.BadInputException;

/**
 * File → pixels. The format is told by the content, never by the name: PNG, JPEG, GIF (its first frame), BMP, WebP, SVG.
 *
 * <p>Before a decoder sees a file, its own structure is walked: sizes that are claimed are checked against the limits
 * and the bytes that are there, and what does not make pixels (colour profiles, comments, thumbnails) is left out. So
 * samples are the file's own, as Pillow gives them, not colour-managed ones; and no header makes memory be allocated
 * for a picture that is not there. EXIF orientation is not applied (neither does Pillow).
 */
public final class PictureFile {
    /** A larger file is refused. */
    public static final long MAX_FILE_BYTES = 64L << 20;
    /** A larger picture is refused: what 16 bytes a pixel, a decoder's need, allow in this heap, at most 100 million. */
    public static final long MAX_PIXELS =
            Math.min(100_000_000, Runtime.getRuntime().maxMemory() / 16);
    /** The side in pixels to which an SVG is drawn if nothing else is asked for. */
    public static final int DRAWN_SIDE = 512;

    static final int MAX_SIDE = 65_535;

    static {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private PictureFile() {}

    /**
     * Reads a picture; an SVG is drawn with its longer side {@value #DRAWN_SIDE} pixels.
     *
     * @throws BadInputException if there is no such file, or it is not a whole picture within the limits
     */
    public static Picture decode(Path file) {
        return decode(file, DRAWN_SIDE);
    }

    /** As {@link #decode(Path)}, an SVG drawn with its longer side {@code drawnSide} pixels; other formats keep theirs. */
    public static Picture decode(Path file, int drawnSide) {
        return decode(read(file), file.toString(), drawnSide);
    }

    /** The frames of an animated GIF or PNG; empty for any other file. */
    static Optional<Film> film(Path file) {
        var source = new Source(file.toString(), read(file));
        if (isPng(source)) {
            return ApngFile.film(source);
        }
        return isGif(source) ? Optional.of(GifFile.film(source)) : Optional.empty();
    }

    private static boolean isPng(Source source) {
        return source.startsWith(0x89, 'P', 'N', 'G', 13, 10, 26, 10);
    }

    private static boolean isGif(Source source) {
        return source.startsWith('G', 'I', 'F', '8');
    }

    private static byte[] read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInputException(file + (Files.exists(file) ? ": not a file" : ": no such file"));
            }
            long size = Files.size(file);
            if (size > MAX_FILE_BYTES) {
                throw new BadInputException("%s: %d bytes, more than the limit of %d; make the picture smaller"
                        .formatted(file, size, MAX_FILE_BYTES));
            }
            try (var in = Files.newInputStream(file)) {
                return in.readNBytes((int) size);
            }
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Reads a picture from memory.
     *
     * @param name what to call it in an error message
     * @throws BadInputException if it is not a whole picture within the limits
     */
    public static Picture decode(byte[] bytes, String name) {
        return decode(bytes, name, DRAWN_SIDE);
    }

    /** As {@link #decode(byte[], String)}, an SVG drawn with its longer side {@code drawnSide} pixels. */
    public static Picture decode(byte[] bytes, String name, int drawnSide) {
        var source = new Source(name, bytes);
        if (bytes.length == 0) {
            throw source.fault("empty file; get the file again");
        }
        if (bytes.length > MAX_FILE_BYTES) {
            throw source.fault("%d bytes, more than the limit of %d".formatted(bytes.length, MAX_FILE_BYTES));
        }
        if (isPng(source)) {
            return PngFile.decode(source);
        }
        if (source.startsWith(0xFF, 0xD8, 0xFF)) {
            return JpegFile.decode(source);
        }
        if (isGif(source)) {
            return GifFile.decode(source);
        }
        if (source.startsWith('B', 'M')) {
            return BmpFile.decode(source);
        }
        if (source.startsWith('R', 'I', 'F', 'F')
                && source.length() >= 12
                && source.ascii(8, 4).equals("WEBP")) {
            return WebpFile.decode(source);
        }
        if (SvgFile.looksLike(source)) {
            return SvgFile.decode(source, drawnSide);
        }
        throw source.fault("not a picture in a known format (PNG, JPEG, GIF, BMP, WebP, SVG); give one of these");
    }
}
