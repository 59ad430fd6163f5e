package sensorium.app.report;

import sensorium.audio.Spectrogram;
import sensorium.vision.Picture;
import sensorium.vision.Resize;

/**
 * Numbers as colours: from dark violet over teal to yellow along a curve in Oklab (Ottosson, 2020), so that equal steps look
 * equal, in print and to the colour-blind too.
 */
final class ColourMap {
    private ColourMap() {}

    /** The colour {@code 0xRRGGBB} of a value in 0…1. */
    static int rgb(double value) {
        double t = Math.clamp(value, 0, 1);
        double lightness = 0.20 + 0.74 * t;
        double chroma = 0.09 + 0.07 * Math.sin(Math.PI * t) + 0.06 * t;
        double hue = Math.toRadians(300 - 195 * t);
        double a = chroma * Math.cos(hue);
        double b = chroma * Math.sin(hue);
        double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        return channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s) << 16
                | channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s) << 8
                | channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    }

    private static double cube(double x) {
        return x * x * x;
    }

    /** Linear light → an sRGB byte. */
    private static int channel(double linear) {
        double x = Math.clamp(linear, 0, 1);
        double encoded = x <= 0.0031308 ? 12.92 * x : 1.055 * Math.pow(x, 1 / 2.4) - 0.055;
        return (int) Math.round(255 * encoded);
    }

    /**
     * One pixel a value, the least value darkest.
     *
     * @param values (rows, columns)
     */
    static Picture picture(float[] values, int rows, int columns) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float v : values) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        var bytes = new byte[rows * columns * 3];
        for (int i = 0; i < values.length; i++) {
            int rgb = rgb(high > low ? (values[i] - low) / (high - low) : 0);
            bytes[3 * i] = (byte) (rgb >> 16);
            bytes[3 * i + 1] = (byte) (rgb >> 8);
            bytes[3 * i + 2] = (byte) rgb;
        }
        return new Picture(columns, rows, 3, bytes);
    }

    /**
     * A picture with the map of some weights over it: bright and in colour where they are large.
     *
     * @param weights (rows, columns)
     */
    static Picture over(Picture picture, float[] weights, int rows, int columns) {
        Picture below = picture.over(0xffffff);
        Picture heat =
                Resize.resize(picture(weights, rows, columns), below.width(), below.height(), Resize.Filter.BICUBIC);
        var bytes = new byte[below.bytes().length];
        for (int i = 0; i < bytes.length; i += 3) {
            int grey = (3 * (below.bytes()[i] & 255) + 6 * (below.bytes()[i + 1] & 255) + (below.bytes()[i + 2] & 255))
                    / 10;
            for (int c = 0; c < 3; c++) {
                bytes[i + c] = (byte) ((35 * grey + 65 * (heat.bytes()[i + c] & 255)) / 100);
            }
        }
        return new Picture(below.width(), below.height(), 3, bytes);
    }

    /** A spectrogram: time to the right, high bands on top. */
    static Picture of(Spectrogram mel) {
        int bands = mel.bands();
        int frames = mel.frames();
        var upright = new float[bands * frames];
        for (int b = 0; b < bands; b++) {
            for (int t = 0; t < frames; t++) {
                upright[(bands - 1 - b) * frames + t] = mel.at(t, b);
            }
        }
        return picture(upright, bands, frames);
    }
}
