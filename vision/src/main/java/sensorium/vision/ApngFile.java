package sensorium.vision;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Animated PNG (W3C Recommendation of PNG, third edition, section 11.3.6): chunks {@code fcTL} say where a frame goes, {@code fdAT} hold its
 * pixels as {@code IDAT} would. Each frame becomes a PNG of its own for the decoder.
 */
final class ApngFile {
    private static final Set<String> CHECKED = Set.of("acTL", "fcTL", "fdAT", "PLTE", "tRNS");

    private final Source source;
    private final List<Film.Frame> frames = new ArrayList<>();
    private byte[] shared = new byte[0]; // PLTE and tRNS
    private Control control; // of the frame that is being read; null before the first
    private List<int[]> data = new ArrayList<>(); // of it: where each part begins, and how long it is

    private record Control(int left, int top, int width, int height, int disposal, int blend) {}

    private ApngFile(Source source) {
        this.source = source;
    }

    /** The frames of a PNG; empty where it is not animated. */
    static Optional<Film> film(Source source) {
        return new ApngFile(source).read();
    }

    private Optional<Film> read() {
        boolean animated = false;
        var palette = new ByteArrayOutputStream();
        boolean ended = false;
        for (int at = 8; !ended; ) {
            source.need(at, 12);
            long length = source.u32be(at);
            source.need(at, length + 12);
            int body = at + 8;
            int size = (int) length;
            String type = source.ascii(at + 4, 4);
            if (at == 8) {
                PngFile.checkHeader(source, type, length);
            }
            if (CHECKED.contains(type)) {
                PngFile.checkSum(source, at, size);
            }
            switch (type) {
                case "acTL" -> animated = true;
                case "PLTE", "tRNS" -> source.copy(at, size + 12, palette);
                case "fcTL" -> begin(body, size);
                case "IDAT" -> add(body, size);
                case "fdAT" -> add(body + 4, size - 4);
                case "IEND" -> ended = true;
                default -> {}
            }
            if (!animated && !data.isEmpty()) {
                return Optional.empty(); // acTL comes before all pixels
            }
            at += size + 12;
        }
        finish();
        shared = palette.toByteArray();
        if (!animated || frames.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Film(source, (int) source.u32be(16), (int) source.u32be(20), frames));
    }

    private void begin(int at, int size) {
        finish();
        source.need(at, 26);
        long width = source.u32be(at + 4);
        long height = source.u32be(at + 8);
        source.checkSize(width, height);
        long left = source.u32be(at + 12);
        long top = source.u32be(at + 16);
        if (size != 26 || left + width > source.u32be(16) || top + height > source.u32be(20)) {
            throw source.fault("damaged PNG: frame %d leaves the picture; get the file again".formatted(frames.size()));
        }
        control = new Control((int) left, (int) top, (int) width, (int) height, source.u8(at + 24), source.u8(at + 25));
    }

    /** Pixels that come before any {@code fcTL} are not of the animation. */
    private void add(int at, int size) {
        if (size < 0) {
            throw source.fault("damaged PNG: a chunk fdAT of less than 4 bytes; get the file again");
        }
        data.add(new int[] {at, size});
    }

    private void finish() {
        if (control != null && !data.isEmpty()) {
            if (frames.size() == Animation.MOST_FRAMES) {
                throw source.fault("more than " + Animation.MOST_FRAMES + " frames; cut it into pieces");
            }
            Control c = control;
            List<int[]> parts = data;
            var disposal = switch (c.disposal) {
                case 1 -> Film.Disposal.CLEARED;
                case 2 -> frames.isEmpty() ? Film.Disposal.CLEARED : Film.Disposal.RESTORED;
                default -> Film.Disposal.STAYS;
            };
            boolean replaces = c.blend == 0;
            frames.add(new Film.Frame(
                    c.left, c.top, c.width, c.height, disposal, replaces, false, () -> decode(c, parts)));
        }
        control = null;
        data = new ArrayList<>();
    }

    private Picture decode(Control c, List<int[]> parts) {
        var pixels = new ByteArrayOutputStream();
        for (int[] part : parts) {
            source.copy(part[0], part[1], pixels);
        }
        PngFile.checkData(source, c.width, c.height, pixels.size());
        var png = new ByteArrayOutputStream();
        source.copy(0, 8, png);
        ByteBuffer header = ByteBuffer.allocate(13).putInt(c.width).putInt(c.height);
        header.put(source.bytes(), 24, 5);
        chunk(png, "IHDR", header.array());
        png.writeBytes(shared);
        chunk(png, "IDAT", pixels.toByteArray());
        chunk(png, "IEND", new byte[0]);
        return Raster.decode(source, "png", png.toByteArray());
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] body) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        var crc = new CRC32();
        crc.update(name);
        crc.update(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        out.writeBytes(name);
        out.writeBytes(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
