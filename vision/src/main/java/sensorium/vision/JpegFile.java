package sensorium.vision;

import java.io.ByteArrayOutputStream;

/**
 * JPEG (ITU-T T.81). Of the application segments only JFIF's and Adobe's, which say what the channels are, reach the
 * decoder: no colour profile, no thumbnail.
 */
final class JpegFile {
    private static final int SOS = 0xDA;
    private static final int EOI = 0xD9;
    private static final int APP14 = 0xEE;
    /** A progressive file's scans each cost a pass over the whole picture; real ones have about ten. */
    private static final int MAX_SCANS = 100;

    private JpegFile() {}

    static Picture decode(Source source) {
        var clean = new ByteArrayOutputStream(source.length());
        source.copy(0, 2, clean);
        int width = 0;
        int height = 0;
        int channels = 0;
        int adobe = -1;
        int at = 2;
        int marker;
        do {
            while (source.u8(at) != 0xFF) {
                at++; // garbage between segments: decoders skip it
            }
            while (source.u8(at) == 0xFF) {
                at++;
            }
            marker = source.u8(at++);
            if (marker == EOI) {
                throw source.fault("damaged JPEG: it ends before its pixels");
            }
            if (marker == 0x01 || marker >= 0xD0 && marker <= 0xD8) {
                continue; // without a length
            }
            int length = source.u16be(at);
            source.need(at, Math.max(2, length));
            if (isFrame(marker)) {
                height = source.u16be(at + 3);
                width = source.u16be(at + 5);
                source.checkSize(width, height);
                channels = source.u8(at + 7);
            }
            if (marker == APP14 && length >= 14 && source.ascii(at + 2, 5).equals("Adobe")) {
                adobe = source.u8(at + 13);
            }
            boolean application = marker >= 0xE0 && marker <= 0xEF || marker == 0xFE;
            if (!application || marker == 0xE0 || marker == APP14) {
                clean.write(0xFF);
                clean.write(marker);
                source.copy(at, length, clean);
            }
            at += length;
        } while (marker != SOS);
        if (width == 0) {
            throw source.fault("damaged JPEG: pixels before their size");
        }
        checkScans(source, at);
        // A block of 64 samples takes half a bit on average at the very least.
        long data = source.length() - at;
        source.checkData(width, height, data, data * 16 * 64);
        source.copy(at, source.length() - at, clean);
        return channels == 4
                ? inks(Raster.samples(source, "jpeg", clean.toByteArray()), adobe)
                : Raster.decode(source, "jpeg", clean.toByteArray());
    }

    /**
     * CMYK as stored → RGB.
     *
     * @param adobe the transform that Adobe's segment names (2: the inks are stored as YCCK); -1 without such a segment.
     *     With one, inks are stored inverted.
     */
    private static Picture inks(java.awt.image.Raster samples, int adobe) {
        var out = new byte[samples.getWidth() * samples.getHeight() * 3];
        int[] row = null;
        for (int y = 0, to = 0; y < samples.getHeight(); y++) {
            row = samples.getPixels(samples.getMinX(), samples.getMinY() + y, samples.getWidth(), 1, row);
            for (int from = 0; from < row.length; from += 4) {
                double[] light = {row[from], row[from + 1], row[from + 2]};
                if (adobe == 2) {
                    double blue = light[1] - 128;
                    double red = light[2] - 128;
                    light = new double[] {
                        light[0] + 1.402 * red, light[0] - 0.344136 * blue - 0.714136 * red, light[0] + 1.772 * blue
                    };
                }
                double paper = (adobe >= 0 ? row[from + 3] : 255 - row[from + 3]) / 255.0;
                for (double l : light) {
                    out[to++] = (byte) Math.round(Math.clamp(adobe >= 0 ? l : 255 - l, 0, 255) * paper);
                }
            }
        }
        return new Picture(samples.getWidth(), samples.getHeight(), 3, out);
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static void checkScans(Source source, int from) {
        int scans = 1;
        boolean ended = false;
        for (int at = from; at + 1 < source.length() && !ended; at++) {
            if (source.u8(at) == 0xFF) {
                int marker = source.u8(at + 1);
                scans += marker == SOS ? 1 : 0;
                ended = marker == EOI;
                if (isFrame(marker)) {
                    throw source.fault("damaged JPEG: a second size after the pixels began");
                }
            }
        }
        if (!ended) {
            throw source.fault("truncated JPEG: no end marker; get the file again");
        }
        if (scans > MAX_SCANS) {
            throw source.fault("damaged JPEG: %d scans, more than the limit of %d".formatted(scans, MAX_SCANS));
        }
    }
}
