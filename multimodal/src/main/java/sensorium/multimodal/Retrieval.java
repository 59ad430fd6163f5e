package sensorium.multimodal;

import java.util.function.IntBinaryOperator;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * How often the right answer is among the first: recall at 1 and at 5.
 *
 * @param r1 share of queries whose first answer is right
 * @param r5 share with a right answer among the first five
 * @param n number of queries
 */
public record Retrieval(double r1, double r5, int n) {
    /**
     * Ranks a gallery for every query by the dot product.
     *
     * @param queries (Q, D) unit vectors
     * @param gallery (G, D) unit vectors
     * @param hit whether gallery item g answers query q: nonzero
     */
    public static Retrieval of(float[][] queries, float[][] gallery, IntBinaryOperator hit) {
        int[][] ranked = rank(queries, gallery, 5);
        int first = 0;
        int five = 0;
        for (int q = 0; q < queries.length; q++) {
            for (int k = 0; k < ranked[q].length; k++) {
                if (hit.applyAsInt(q, ranked[q][k]) != 0) {
                    five++;
                    first += k == 0 ? 1 : 0;
                    break;
                }
            }
        }
        double n = Math.max(1, queries.length);
        return new Retrieval(first / n, five / n, queries.length);
    }

    /** The {@code k} best gallery items of every query, best first; ties go to the lower index. */
    public static int[][] rank(float[][] queries, float[][] gallery, int k) {
        if (queries.length == 0 || gallery.length == 0) {
            return new int[queries.length][0];
        }
        int count = Math.min(k, gallery.length);
        long[] order = Scope.tidy(() -> matrix(queries)
                .matmul(matrix(gallery).t()) // (Q, G)
                .topK(1, count)
                .toLongs());
        int[][] ranked = new int[queries.length][count];
        for (int q = 0; q < queries.length; q++) {
            for (int i = 0; i < count; i++) {
                ranked[q][i] = (int) order[q * count + i];
            }
        }
        return ranked;
    }

    /** Rows as a tensor (rows, D). */
    public static Tensor matrix(float[][] rows) {
        int d = rows[0].length;
        float[] flat = new float[rows.length * d];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * d, d);
        }
        return Tensor.of(flat, rows.length, d);
    }

    /** The 95 % interval of a share that came out as {@code p} in n trials (Wilson 1927). */
    public static double[] interval(double p, int n) {
        double z = 1.959964;
        double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
        double half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4.0 * n * n));
        return new double[] {Math.max(0, centre - half), Math.min(1, centre + half)};
    }
}
