package sensorium.vision;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.DoubleUnaryOperator;

/**
 * Antialiased resizing, bit for bit that of Pillow ({@code Image.resize}, libImaging/Resample.c): the filter is stretched
 * by the reduction, so that every source pixel counts; weights are rounded to 22-bit fixed point; rows first, then
 * columns, with 8-bit pixels between the two. Models were trained on these very pixels.
 */
public final class Resize {
    /** Fractional bits of a weight: 32, less 8 for the pixel and 2 for sums beyond 1 (Pillow's PRECISION_BITS). */
    private static final int PRECISION_BITS = 32 - 8 - 2;
    /** Side of the squares that a transposition goes by, in pixels. */
    private static final int SQUARE = 32;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Resize() {}

    /** Made smaller, if need be, until its longer side is so many pixels. */
    public static Picture atMost(Picture picture, int side) {
        int longer = Math.max(picture.width(), picture.height());
        return longer <= side
                ? picture
                : resize(
                        picture,
                        Math.max(1, Math.round((float) picture.width() * side / longer)),
                        Math.max(1, Math.round((float) picture.height() * side / longer)),
                        Filter.BILINEAR);
    }

    /** Pillow's filters, with the numbers {@code preprocessor_config.json} uses for them as ordinals. */
    public enum Filter {
        NEAREST(0, x -> 0),
        LANCZOS(3, x -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0),
        BILINEAR(1, x -> Math.max(0, 1 - Math.abs(x))),
        BICUBIC(2, Filter::cubic),
        BOX(0.5, x -> x > -0.5 && x <= 0.5 ? 1 : 0),
        HAMMING(1, Filter::hamming);

        private final double support;
        private final DoubleUnaryOperator weight;

        Filter(double support, DoubleUnaryOperator weight) {
            this.support = support;
            this.weight = weight;
        }

        private static double sinc(double x) {
            return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
        }

        /** Keys' cubic convolution with a = -0.5. */
        private static double cubic(double x) {
            double a = -0.5;
            double d = Math.abs(x);
            if (d < 1) {
                return ((a + 2) * d - (a + 3)) * d * d + 1;
            }
            return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
        }

        private static double hamming(double x) {
            double d = Math.abs(x);
            if (d == 0) {
                return 1;
            }
            double r = d * Math.PI;
            return d >= 1 ? 0 : Math.sin(r) / r * (0.54f + 0.46f * Math.cos(r)); // floats, as in Pillow's C
        }
    }

    /** A part of the source, in its pixels and not necessarily whole ones; {@code right} and {@code bottom} are outside. */
    public record Box(float left, float top, float right, float bottom) {}

    /** The whole picture at a new size. */
    public static Picture resize(Picture source, int width, int height, Filter filter) {
        return resize(source, width, height, filter, new Box(0, 0, source.width(), source.height()));
    }

    /**
     * The part {@code box} of the picture at a new size. Colours under alpha are weighted by it (Pillow's "RGBa").
     *
     * @throws IllegalArgumentException if the size is not positive or the box is empty or leaves the picture
     */
    public static Picture resize(Picture source, int width, int height, Filter filter, Box box) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("[resize] to %dx%d: need at least 1x1".formatted(width, height));
        }
        if (!(box.left >= 0 && box.top >= 0 && box.left < box.right && box.top < box.bottom)
                || box.right > source.width()
                || box.bottom > source.height()) {
            throw new IllegalArgumentException("[resize] %s is empty or leaves %s".formatted(box, source));
        }
        boolean whole = box.left == 0 && box.top == 0 && box.right == source.width() && box.bottom == source.height();
        if (whole && width == source.width() && height == source.height()) {
            return source;
        }
        if (filter == Filter.NEAREST) {
            return nearest(source, width, height, box);
        }
        if (!source.hasAlpha()) {
            return resample(source, width, height, filter, box);
        }
        return unpremultiply(resample(premultiply(source), width, height, filter, box));
    }

    /** Where each output pixel looks: {@code count[i]} source pixels from {@code first[i]} on, weighted. */
    private record Weights(int[] first, int[] count, int[] weights, int stride) {
        static Weights of(int from, double start, double end, int to, Filter filter) {
            double scale = (end - start) / to;
            double stretch = Math.max(scale, 1);
            double support = filter.support * stretch;
            int stride = (int) Math.ceil(support) * 2 + 1;
            var first = new int[to];
            var count = new int[to];
            var weights = new int[Math.multiplyExact(to, stride)];
            var exact = new double[stride];
            for (int i = 0; i < to; i++) {
                double center = start + (i + 0.5) * scale;
                int low = Math.max((int) (center - support + 0.5), 0);
                int n = Math.min((int) (center + support + 0.5), from) - low;
                double sum = 0;
                for (int k = 0; k < n; k++) {
                    exact[k] = filter.weight.applyAsDouble((k + low - center + 0.5) * (1 / stretch));
                    sum += exact[k];
                }
                for (int k = 0; k < n; k++) {
                    double normal = sum != 0 ? exact[k] / sum : exact[k];
                    weights[i * stride + k] = (int) (normal * (1 << PRECISION_BITS) + (normal < 0 ? -0.5 : 0.5));
                }
                first[i] = low;
                count[i] = n;
            }
            return new Weights(first, count, weights, stride);
        }
    }

    private static Picture resample(Picture source, int width, int height, Filter filter, Box box) {
        Picture wide = source;
        if (width != source.width() || box.left != 0 || box.right != width) {
            wide = rows(source, Weights.of(source.width(), box.left, box.right, width, filter));
        }
        if (height == source.height() && box.top == 0 && box.bottom == height) {
            return wide;
        }
        return columns(wide, Weights.of(source.height(), box.top, box.bottom, height, filter));
    }

    /** At a new width: columns of the transposed picture, where neighbours in a row are neighbours in a vector. */
    private static Picture rows(Picture source, Weights w) {
        return transposed(columns(transposed(source), w));
    }

    /** At a new height. */
    private static Picture columns(Picture source, Weights w) {
        int row = source.width() * source.channels();
        int height = w.first.length;
        var out = new byte[Math.multiplyExact(height, row)];
        for (int y = 0; y < height; y++) {
            int first = y * w.stride;
            int from = w.first[y] * row;
            WeightedRows.sum(source.bytes(), from, row, w.weights, first, w.count[y], PRECISION_BITS, out, y * row);
        }
        return new Picture(source.width(), height, source.channels(), out);
    }

    /** Width and height exchanged, by squares of pixels that stay in cache. */
    private static Picture transposed(Picture source) {
        int width = source.width();
        int height = source.height();
        int channels = source.channels();
        var out = new byte[source.bytes().length];
        for (int y = 0; y < height; y += SQUARE) {
            for (int x = 0; x < width; x += SQUARE) {
                int endX = Math.min(width, x + SQUARE);
                int endY = Math.min(height, y + SQUARE);
                int r = y;
                // Colours are read four bytes a pixel: not those of the picture's last one.
                for (; channels == 3 && r + 4 <= endY && (r + 4 < height || endX < width); r += 4) {
                    turnFour(
                            source.bytes(),
                            3 * (r * width + x),
                            3 * width,
                            endX - x,
                            out,
                            3 * (x * height + r),
                            3 * height);
                }
                for (; r < endY; r++) {
                    int to = (x * height + r) * channels;
                    turn(source.bytes(), (r * width + x) * channels, endX - x, channels, out, to, height * channels);
                }
            }
        }
        return new Picture(height, width, channels, out);
    }

    /** A piece of a row of pixels becomes a piece of a column: pixels that lie {@code step} bytes apart. */
    private static void turn(byte[] in, int from, int count, int channels, byte[] out, int to, int step) {
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < channels; c++) {
                out[to + i * step + c] = in[from + i * channels + c];
            }
        }
    }

    /** {@link #turn} for pieces of four rows, {@code row} bytes apart, of three channels. */
    private static void turnFour(byte[] in, int from, int row, int count, byte[] out, int to, int step) {
        for (int i = 0, f = from, t = to; i < count; i++, f += 3, t += step) {
            int a = (int) INT.get(in, f) & 0xFFFFFF;
            int b = (int) INT.get(in, f + row) & 0xFFFFFF;
            int c = (int) INT.get(in, f + 2 * row) & 0xFFFFFF;
            int d = (int) INT.get(in, f + 3 * row);
            INT.set(out, t, a | b << 24);
            INT.set(out, t + 4, b >>> 8 | c << 16);
            INT.set(out, t + 8, c >>> 16 | d << 8);
        }
    }

    /** Steps are added up, not multiplied out, because Pillow does: the rounding of the sum decides at pixel edges. */
    private static Picture nearest(Picture source, int width, int height, Box box) {
        int[] columns = nearest(width, box.left, box.right);
        int[] rows = nearest(height, box.top, box.bottom);
        int channels = source.channels();
        var out = new byte[Math.multiplyExact(width * channels, height)];
        for (int y = 0, to = 0; y < height; y++) {
            for (int x = 0; x < width; x++, to += channels) {
                int from = (Math.min(rows[y], source.height() - 1) * source.width()
                                + Math.min(columns[x], source.width() - 1))
                        * channels;
                System.arraycopy(source.bytes(), from, out, to, channels);
            }
        }
        return new Picture(width, height, channels, out);
    }

    private static int[] nearest(int to, float start, float end) {
        double scale = ((double) end - start) / to;
        double at = start + scale * 0.5;
        var index = new int[to];
        for (int i = 0; i < to; i++, at += scale) {
            index[i] = (int) at;
        }
        return index;
    }

    /** RGBA → RGBa: {@code c * alpha / 255}, rounded to nearest. */
    static Picture premultiply(Picture source) {
        byte[] out = source.bytes().clone();
        for (int i = 0; i < out.length; i += 4) {
            int alpha = out[i + 3] & 0xFF;
            for (int c = 0; c < 3; c++) {
                int product = (out[i + c] & 0xFF) * alpha + 128;
                out[i + c] = (byte) ((product >> 8) + product >> 8);
            }
        }
        return new Picture(source.width(), source.height(), 4, out);
    }

    /** RGBa → RGBA: {@code 255 * c / alpha}, rounded down and clipped; nothing to divide where alpha is 0. */
    static Picture unpremultiply(Picture source) {
        byte[] out = source.bytes().clone();
        for (int i = 0; i < out.length; i += 4) {
            int alpha = out[i + 3] & 0xFF;
            if (alpha != 0 && alpha != 255) {
                for (int c = 0; c < 3; c++) {
                    out[i + c] = (byte) Math.min(255, (out[i + c] & 0xFF) * 255 / alpha);
                }
            }
        }
        return new Picture(source.width(), source.height(), 4, out);
    }
}
