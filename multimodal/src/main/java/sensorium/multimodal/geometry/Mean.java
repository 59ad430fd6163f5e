package sensorium.multimodal.geometry;

import java.util.Arrays;

/**
 * The mean over independent draws, with its 95 % interval by Student's t.
 *
 * @param draws how many
 */
public record Mean(double mean, double low, double high, int draws) {
    private static final double Z = 1.959964; // the standard normal's 97.5 % point

    /** @param values at least three */
    static Mean of(double[] values) {
        int n = values.length;
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double half = quantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
        return new Mean(mean, mean - half, mean + half, n);
    }

    /** The 97.5 % point of Student's t by its expansion around the normal's (Abramowitz and Stegun 26.7.5). */
    static double quantile(int freedom) {
        double z = Z;
        double z3 = z * z * z;
        double z5 = z3 * z * z;
        double z7 = z5 * z * z;
        double v = freedom;
        return z
                + (z3 + z) / (4 * v)
                + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v)
                + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
    }
}
