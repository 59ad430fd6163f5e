package sensorium.vision;

import java.io.ByteArrayOutputStream;

/**
 * GIF 87a/89a: the first frame, placed on the canvas the file declares (transparent around it, as the format says and
 * browsers do). Only the global palette, the frame's graphic control and the frame itself reach the decoder.
 */
final class GifFile {
    private GifFile() {}

    static Picture decode(Source source) {
        source.need(0, 13);
        int width = source.u16le(6);
        int height = source.u16le(8);
        source.checkSize(width, height);
        var clean = new ByteArrayOutputStream(source.length());
        int at = 13 + palette(source.u8(10));
        source.copy(0, at, clean);
        while (source.u8(at) != 0x2C) {
            int start = at;
            if (source.u8(at) != 0x21) {
                throw source.fault("damaged GIF: no frame in it");
            }
            int label = source.u8(at + 1);
            at = afterBlocks(source, at + 2);
            if (label == 0xF9) {
                source.copy(start, at - start, clean);
            }
        }
        int left = source.u16le(at + 1);
        int top = source.u16le(at + 3);
        int frameWidth = source.u16le(at + 5);
        int frameHeight = source.u16le(at + 7);
        source.checkSize(frameWidth, frameHeight);
        int data = at + 10 + palette(source.u8(at + 9));
        int end = afterBlocks(source, data + 1);
        // A code of 12 bits at most stands for 4,096 pixels at most.
        source.checkData(frameWidth, frameHeight, end - data, (end - data) * 4096L);
        source.copy(at, end - at, clean);
        clean.write(0x3B);
        return Raster.decode(source, "gif", clean.toByteArray()).onCanvas(left, top, width, height);
    }

    private static int palette(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
    }

    /** The position after a chain of sub-blocks. */
    private static int afterBlocks(Source source, int at) {
        while (source.u8(at) != 0) {
            at += source.u8(at) + 1;
        }
        return at + 1;
    }
}
