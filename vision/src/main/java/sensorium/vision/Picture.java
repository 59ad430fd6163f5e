package sensorium.vision;

import java.util.Arrays;

/**
 * 8-bit sRGB pixels, interleaved row by row: {@code (height, width, channels)}, three channels (RGB) or four (RGBA, not
 * premultiplied). Immutable as long as nobody writes into {@link #bytes()}.
 */
public final class Picture {
    private final int width;
    private final int height;
    private final int channels;
    private final byte[] bytes;

    /** @param bytes the pixels themselves, not copied: {@code height * width * channels} of them */
    public Picture(int width, int height, int channels, byte[] bytes) {
        if (width < 1 || height < 1 || (channels != 3 && channels != 4)) {
            throw new IllegalArgumentException("[picture] %dx%d with %d channels: need at least 1x1 and 3 or 4 channels"
                    .formatted(width, height, channels));
        }
        if (bytes.length != (long) width * height * channels) {
            throw new IllegalArgumentException("[picture] %dx%dx%d needs %d bytes, got %d"
                    .formatted(width, height, channels, (long) width * height * channels, bytes.length));
        }
        this.width = width;
        this.height = height;
        this.channels = channels;
        this.bytes = bytes;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** Three without alpha, four with. */
    public int channels() {
        return channels;
    }

    public boolean hasAlpha() {
        return channels == 4;
    }

    /** The pixels themselves, {@code (height, width, channels)}: not a copy, not to be written to. */
    public byte[] bytes() {
        return bytes;
    }

    /** One sample, 0..255. */
    public int at(int x, int y, int channel) {
        return bytes[(y * width + x) * channels + channel] & 0xFF;
    }

    /** Three channels; alpha, if any, is dropped and not composed (Pillow's {@code convert("RGB")}). */
    public Picture rgb() {
        if (channels == 3) {
            return this;
        }
        var out = new byte[width * height * 3];
        for (int from = 0, to = 0; from < bytes.length; from += 4, to += 3) {
            System.arraycopy(bytes, from, out, to, 3);
        }
        return new Picture(width, height, 3, out);
    }

    /** Composed over a plain colour {@code 0xRRGGBB}: three channels, rounded to nearest. */
    public Picture over(int background) {
        if (channels == 3) {
            return this;
        }
        int[] behind = {background >> 16 & 0xFF, background >> 8 & 0xFF, background & 0xFF};
        var out = new byte[width * height * 3];
        for (int from = 0, to = 0; from < bytes.length; from += 4, to += 3) {
            int alpha = bytes[from + 3] & 0xFF;
            for (int c = 0; c < 3; c++) {
                int mixed = (bytes[from + c] & 0xFF) * alpha + behind[c] * (255 - alpha);
                out[to + c] = (byte) ((mixed + 127) / 255);
            }
        }
        return new Picture(width, height, 3, out);
    }

    /** The part of {@code width x height} whose top left corner is {@code (left, top)}; must lie within the picture. */
    public Picture crop(int left, int top, int width, int height) {
        if (left < 0 || top < 0 || left + width > this.width || top + height > this.height) {
            throw new IllegalArgumentException("[crop] %dx%d at (%d,%d) leaves the picture of %dx%d"
                    .formatted(width, height, left, top, this.width, this.height));
        }
        var out = new byte[width * height * channels];
        for (int y = 0; y < height; y++) {
            int from = ((top + y) * this.width + left) * channels;
            System.arraycopy(bytes, from, out, y * width * channels, width * channels);
        }
        return new Picture(width, height, channels, out);
    }

    /** Without the fully transparent margin; the whole picture if it has no alpha or nothing in it is visible. */
    public Picture cropToAlpha() {
        if (channels == 3) {
            return this;
        }
        int left = width;
        int right = -1;
        int top = height;
        int bottom = -1;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (at(x, y, 3) != 0) {
                    left = Math.min(left, x);
                    right = Math.max(right, x);
                    top = Math.min(top, y);
                    bottom = y;
                }
            }
        }
        return right < 0 ? this : crop(left, top, right - left + 1, bottom - top + 1);
    }

    /** Placed on a transparent canvas, cut off at its edges; the picture itself if that changes nothing. */
    public Picture onCanvas(int left, int top, int canvasWidth, int canvasHeight) {
        if (left == 0 && top == 0 && width == canvasWidth && height == canvasHeight) {
            return this;
        }
        var out = new byte[Math.multiplyExact(Math.multiplyExact(canvasWidth, canvasHeight), 4)];
        for (int y = 0; y < height && top + y < canvasHeight; y++) {
            for (int x = 0; x < width && left + x < canvasWidth; x++) {
                int to = ((top + y) * canvasWidth + left + x) * 4;
                for (int c = 0; c < 4; c++) {
                    out[to + c] = c < channels ? bytes[(y * width + x) * channels + c] : (byte) 255;
                }
            }
        }
        return new Picture(canvasWidth, canvasHeight, 4, out);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Picture that
                && width == that.width
                && height == that.height
                && channels == that.channels
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Picture[%dx%d %s]".formatted(width, height, hasAlpha() ? "RGBA" : "RGB");
    }
}
