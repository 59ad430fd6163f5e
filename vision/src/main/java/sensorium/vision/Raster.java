package sensorium.vision;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import sensorium.BadInputException;

/** Runs an ImageIO decoder on a file that has been checked, and takes the samples it yields as they are. */
final class Raster {
    private Raster() {}

    /** Picture 0 of {@code clean}, the checked content of {@code source}, by the decoder for {@code format}. */
    static Picture decode(Source source, String format, byte[] clean) {
        return picture(read(source, format, clean, reader -> reader.read(0)));
    }

    /** The samples as they are stored, in whatever colours. */
    static java.awt.image.Raster samples(Source source, String format, byte[] clean) {
        return read(source, format, clean, reader -> reader.readRaster(0, null));
    }

    private interface Reading<T> {
        T read(ImageReader reader) throws IOException;
    }

    private static <T> T read(Source source, String format, byte[] clean, Reading<T> reading) {
        var readers = ImageIO.getImageReadersByFormatName(format);
        if (!readers.hasNext()) {
            throw new IllegalStateException(
                    "no decoder for " + format + ": its library is missing from the class path");
        }
        ImageReader reader = readers.next();
        try (var in = new PatienceInput(clean)) {
            var warnings = new ArrayList<String>();
            reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
            reader.setInput(in, false, true);
            // Checked once more: the header walked before and the decoder must mean the same picture.
            source.checkSize(reader.getWidth(0), reader.getHeight(0));
            T image = reading.read(reader);
            for (String warning : warnings) {
                // Decoders go on where the data end early and leave the rest grey or black.
                if (warning.contains("remature end") || warning.contains("truncated")) {
                    throw source.fault("truncated %s: its pixels end early; get the file again"
                            .formatted(format.toUpperCase(Locale.ROOT)));
                }
            }
            return image;
        } catch (BadInputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damaged(source, format, e);
        } finally {
            reader.dispose();
        }
    }

    private static BadInputException damaged(Source source, String format, Exception e) {
        Throwable cause = e instanceof IIOException && e.getCause() != null ? e.getCause() : e;
        String detail = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new BadInputException(
                "%s: damaged %s (%s); get the file again"
                        .formatted(
                                source.name(),
                                format.toUpperCase(Locale.ROOT),
                                detail.lines().findFirst().orElse("no detail")),
                e);
    }

    /**
     * 8-bit samples of a decoded image. Grey and RGB samples are taken from the raster, for a colour model would bend
     * them (AWT takes grey to be linear light); of 16-bit samples the high byte is kept.
     */
    static Picture picture(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        var model = image.getColorModel();
        int channels = model.hasAlpha() ? 4 : 3;
        var out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
        int bands = image.getRaster().getNumBands();
        boolean direct = model instanceof ComponentColorModel
                && !model.isAlphaPremultiplied()
                && bands <= 4
                && (model.getComponentSize(0) == 8 || model.getComponentSize(0) == 16);
        if (direct) {
            int shift = model.getComponentSize(0) - 8;
            boolean grey = bands < 3;
            int[] row = null;
            for (int y = 0, to = 0; y < height; y++) {
                row = image.getRaster().getPixels(0, y, width, 1, row);
                for (int x = 0; x < width; x++) {
                    for (int c = 0; c < channels; c++) {
                        int band = !grey ? c : c < 3 ? 0 : 1;
                        out[to++] = (byte) (row[x * bands + band] >> shift);
                    }
                }
            }
            return new Picture(width, height, channels, out);
        }
        int[] row = null;
        for (int y = 0, to = 0; y < height; y++) {
            row = image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                out[to++] = (byte) (row[x] >> 16);
                out[to++] = (byte) (row[x] >> 8);
                out[to++] = (byte) row[x];
                if (channels == 4) {
                    out[to++] = (byte) (row[x] >>> 24);
                }
            }
        }
        return new Picture(width, height, channels, out);
    }
}
