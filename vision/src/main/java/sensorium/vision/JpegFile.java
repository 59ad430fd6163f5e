package sensorium.vision;

import java.io.ByteArrayOutputStream;

/**
 * JPEG (ITU-T T.81). Of the application segments only JFIF's and Adobe's, which say what the channels are, reach the
 * decoder: no colour profile, no thumbnail.
 */
final class JpegFile {
    private static final int SOS = 0xDA;
    private static final int EOI = 0xD9;
    /** A progressive file's scans each cost a pass over the whole picture; real ones have about ten. */
    private static final int MAX_SCANS = 100;

    private JpegFile() {}

    static Picture decode(Source source) {
        var clean = new ByteArrayOutputStream(source.length());
        source.copy(0, 2, clean);
        long pixels = 0;
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
                source.checkSize(source.u16be(at + 5), source.u16be(at + 3));
                pixels = (long) source.u16be(at + 5) * source.u16be(at + 3);
            }
            boolean application = marker >= 0xE0 && marker <= 0xEF || marker == 0xFE;
            if (!application || marker == 0xE0 || marker == 0xEE) {
                clean.write(0xFF);
                clean.write(marker);
                source.copy(at, length, clean);
            }
            at += length;
        } while (marker != SOS);
        if (pixels == 0) {
            throw source.fault("damaged JPEG: pixels before their size");
        }
        checkScans(source, at, pixels);
        source.copy(at, source.length() - at, clean);
        return Raster.decode(source, "jpeg", clean.toByteArray());
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static void checkScans(Source source, int from, long pixels) {
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
        // A block of 64 samples takes at least about half a bit on average, even all grey.
        if (pixels / 64 / 16 > source.length() - from) {
            throw source.fault("claims %d pixels, which %d bytes of data cannot hold; get the file again"
                    .formatted(pixels, source.length() - from));
        }
    }
}
