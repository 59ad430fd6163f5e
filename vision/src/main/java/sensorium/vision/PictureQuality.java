package sensorium.vision;

import java.util.Map;

/**
 * How near made pictures come to real ones, pixels from −1 to 1: the peak signal to noise ratio in dB, and the structural similarity
 * of Wang et al. (2004): windows of 11 × 11 under a Gaussian of 1.5, within the picture, K₁ 0.01 and K₂ 0.03.
 */
public final class PictureQuality {
    private static final int WINDOW = 11;
    private static final double DEVIATION = 1.5;
    private static final double RANGE = 2;
    private static final double C1 = Math.pow(0.01 * RANGE, 2);
    private static final double C2 = Math.pow(0.03 * RANGE, 2);
    private static final double[] GAUSSIAN = gaussian();

    private final int channels;
    private final int side;
    private double squares;
    private double similarity;
    private long pictures;

    /** @param side at least 11 */
    public PictureQuality(int channels, int side) {
        if (side < WINDOW) {
            throw new IllegalArgumentException(
                    "[quality] pictures of side " + side + " are smaller than a window of " + WINDOW);
        }
        this.channels = channels;
        this.side = side;
    }

    private static double[] gaussian() {
        double[] g = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double x = (i - WINDOW / 2) / DEVIATION;
            g[i] = Math.exp(-x * x / 2);
            sum += g[i];
        }
        for (int i = 0; i < WINDOW; i++) {
            g[i] /= sum;
        }
        return g;
    }

    /** Takes pictures in, (N, C, side, side) each. */
    public void add(float[] real, float[] made) {
        int area = side * side;
        for (int i = 0; i < real.length; i++) {
            double d = (double) real[i] - made[i];
            squares += d * d;
        }
        for (int plane = 0; plane < real.length / area; plane++) {
            similarity += similarity(real, made, plane * area) / channels;
        }
        pictures += real.length / area / channels;
    }

    /** {@code psnr}, of the mean of all squared errors, and {@code ssim}, the mean of the pictures'. */
    public Map<String, Double> measures() {
        double error = squares / ((double) pictures * channels * side * side);
        return Map.of("psnr", 10 * Math.log10(RANGE * RANGE / error), "ssim", similarity / pictures);
    }

    private double similarity(float[] a, float[] b, int at) {
        double[] meanA = blurred(p -> a[at + p]);
        double[] meanB = blurred(p -> b[at + p]);
        double[] aa = blurred(p -> (double) a[at + p] * a[at + p]);
        double[] bb = blurred(p -> (double) b[at + p] * b[at + p]);
        double[] ab = blurred(p -> (double) a[at + p] * b[at + p]);
        double sum = 0;
        for (int i = 0; i < meanA.length; i++) {
            double product = meanA[i] * meanB[i];
            double both = meanA[i] * meanA[i] + meanB[i] * meanB[i];
            double variances = aa[i] + bb[i] - both;
            double covariance = ab[i] - product;
            sum += (2 * product + C1) * (2 * covariance + C2) / ((both + C1) * (variances + C2));
        }
        return sum / meanA.length;
    }

    private interface Plane {
        double at(int pixel);
    }

    /** Under every window that lies within the picture. */
    private double[] blurred(Plane plane) {
        int places = side - WINDOW + 1;
        double[] rows = new double[side * places];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < places; x++) {
                double sum = 0;
                for (int i = 0; i < WINDOW; i++) {
                    sum += GAUSSIAN[i] * plane.at(y * side + x + i);
                }
                rows[y * places + x] = sum;
            }
        }
        double[] all = new double[places * places];
        for (int y = 0; y < places; y++) {
            for (int x = 0; x < places; x++) {
                double sum = 0;
                for (int i = 0; i < WINDOW; i++) {
                    sum += GAUSSIAN[i] * rows[(y + i) * places + x];
                }
                all[y * places + x] = sum;
            }
        }
        return all;
    }
}
