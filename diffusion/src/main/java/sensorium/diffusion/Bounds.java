package sensorium.diffusion;

import java.util.Arrays;
import sensorium.tensor.Tensor;

/**
 * What a predicted picture is kept within.
 *
 * @param range its greatest magnitude; infinite for none
 * @param quantile below 1: dynamic thresholding (Saharia et al., arXiv:2205.11487), each sample divided by this quantile of
 *     its magnitudes where that is above 1
 */
public record Bounds(double range, double quantile) {
    public static final Bounds NONE = new Bounds(Double.POSITIVE_INFINITY, 1);
    /** Pixels are within −1 and 1. */
    public static final Bounds PIXELS = new Bounds(1, 1);

    Tensor apply(Tensor picture) {
        if (quantile < 1) {
            return thresholded(picture);
        }
        return Double.isInfinite(range) ? picture : picture.clamp(-range, range);
    }

    private Tensor thresholded(Tensor picture) {
        int samples = picture.dim(0);
        float[] all = picture.toFloats();
        int n = all.length / Math.max(1, samples);
        float[] thresholds = new float[samples];
        for (int i = 0; i < samples; i++) {
            float[] sorted = new float[n];
            for (int j = 0; j < n; j++) {
                sorted[j] = Math.abs(all[i * n + j]);
            }
            Arrays.sort(sorted);
            double at = quantile * (n - 1);
            int below = (int) at;
            double q = sorted[below] + (at - below) * (sorted[Math.min(below + 1, n - 1)] - sorted[below]);
            thresholds[i] = (float) Math.clamp(q, 1, Math.max(1, range));
        }
        int[] shape = new int[picture.rank()];
        Arrays.fill(shape, 1);
        shape[0] = samples;
        Tensor s = Tensor.of(thresholds, shape);
        return picture.maximum(s.neg()).minimum(s).dividedBy(s);
    }
}
