package sensorium.vision;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

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

    /** All frames. Times are left aside: frames are picked by their number. */
    static Film film(Source source) {
        source.need(0, 13);
        int width = source.u16le(6);
        int height = source.u16le(8);
        source.checkSize(width, height);
        int at = 13 + palette(source.u8(10));
        int control = -1; // where the graphic control of the next frame is
        List<Film.Frame> frames = new ArrayList<>();
        while (source.u8(at) != 0x3B) {
            if (source.u8(at) == 0x2C) {
                if (frames.size() == Animation.MOST_FRAMES) {
                    throw source.fault("more than " + Animation.MOST_FRAMES + " frames; cut it into pieces");
                }
                int end = afterBlocks(source, at + 10 + palette(source.u8(at + 9)) + 1);
                frames.add(frame(source, control, at, end));
                control = -1;
                at = end;
            } else if (source.u8(at) == 0x21) {
                control = source.u8(at + 1) == 0xF9 ? at : control;
                at = afterBlocks(source, at + 2);
            } else {
                throw source.fault("damaged GIF: what follows frame %d is no frame".formatted(frames.size()));
            }
        }
        if (frames.isEmpty()) {
            throw source.fault("damaged GIF: no frame in it");
        }
        return new Film(source, width, height, frames);
    }

    /**
     * @param control where its graphic control is, or −1
     * @param end of its pixels
     */
    private static Film.Frame frame(Source source, int control, int at, int end) {
        int flags = control < 0 ? 0 : source.u8(control + 3);
        var disposal = switch (flags >> 2 & 7) {
            case 2 -> Film.Disposal.CLEARED;
            case 3 -> Film.Disposal.RESTORED;
            default -> Film.Disposal.STAYS;
        };
        int width = source.u16le(at + 5);
        int height = source.u16le(at + 7);
        source.checkSize(width, height);
        boolean opaque = (flags & 1) == 0;
        return new Film.Frame(
                source.u16le(at + 1), source.u16le(at + 3), width, height, disposal, false, opaque, () -> {
                    var clean = new ByteArrayOutputStream();
                    source.copy(0, 13 + palette(source.u8(10)), clean);
                    if (control >= 0) {
                        source.copy(control, afterBlocks(source, control + 2) - control, clean);
                    }
                    source.checkData(width, height, end - at, (end - at) * 4096L);
                    source.copy(at, end - at, clean);
                    clean.write(0x3B);
                    return Raster.decode(source, "gif", clean.toByteArray());
                });
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
