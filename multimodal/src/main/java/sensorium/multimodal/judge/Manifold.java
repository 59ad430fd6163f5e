package sensorium.multimodal.judge;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where a set of features lies: balls around each that reach to its third neighbour. The share of made pictures within the balls
 * of real ones is their precision, the share of real ones within those of the made ones their recall. Kynkäänniemi et al.,
 * arXiv:1904.06991.
 */
public final class Manifold {
    private static final int NEIGHBOUR = 3;

    private final double[][] points;
    private final double[] reach; // squared

    /** @param points (N, D), more than three */
    public Manifold(double[][] points) {
        this.points = points;
        this.reach = IntStream.range(0, points.length)
                .parallel()
                .mapToDouble(i -> {
                    double[] distances = new double[points.length];
                    for (int j = 0; j < points.length; j++) {
                        distances[j] = distance(points[i], points[j]);
                    }
                    Arrays.sort(distances);
                    return distances[NEIGHBOUR]; // the nearest is the point itself
                })
                .toArray();
    }

    /** The share of others that lie within. */
    public double share(double[][] others) {
        return IntStream.range(0, others.length)
                        .parallel()
                        .filter(i -> contains(others[i]))
                        .count()
                / (double) others.length;
    }

    private boolean contains(double[] x) {
        for (int i = 0; i < points.length; i++) {
            if (distance(x, points[i]) <= reach[i]) {
                return true;
            }
        }
        return false;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }
}
