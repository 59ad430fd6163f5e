package sensorium.vision;

/** BMP (Windows and OS/2 headers): sizes checked, linked and embedded things refused. */
final class BmpFile {
    private BmpFile() {}

    static Picture decode(Source source) {
        long header = source.u32le(14);
        source.need(14, header);
        source.need(source.u32le(10), 1);
        boolean old = header == 12;
        if (!old && (header < 40 || header > 124)) {
            throw source.fault("damaged BMP: a header of %d bytes".formatted(header));
        }
        long width = old ? source.u16le(18) : source.i32le(18);
        long height = old ? source.u16le(20) : Math.abs((long) source.i32le(22));
        source.checkSize(width, height);
        int bits = source.u16le(old ? 24 : 28);
        int compression = old ? 0 : source.i32le(30);
        boolean runs = compression == 1 || compression == 2;
        if (!runs && compression != 0 && compression != 3) {
            throw source.fault("BMP with compression %d; save it as PNG".formatted(compression));
        }
        if (!old && (source.u32le(46) > 256 || source.u32le(50) > 256)) {
            throw source.fault("damaged BMP: a palette of %d colours".formatted(source.u32le(46)));
        }
        // A run is two bytes for at most 255 pixels; a jump skips at most as many in four.
        long least = runs ? width * height / 255 : (width * bits + 31) / 32 * 4 * height;
        source.need(source.u32le(10), least);
        byte[] clean = source.bytes();
        if (header >= 108) {
            clean = clean.clone();
            System.arraycopy(new byte[] {'B', 'G', 'R', 's'}, 0, clean, 70, 4); // sRGB: no profile is looked for
        }
        return Raster.decode(source, "bmp", clean);
    }
}
