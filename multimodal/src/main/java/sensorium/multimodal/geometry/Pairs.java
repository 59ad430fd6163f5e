package sensorium.multimodal.geometry;

import java.util.Map;
import java.util.TreeMap;
import org.ejml.simple.SimpleMatrix;
import sensorium.multimodal.SpaceVectors.Rows;

/**
 * The concepts that two sets of vectors both show: row i of one and row i of the other are the mean directions of the same.
 *
 * @param a (N, D) unit vectors
 * @param b (N, D') unit vectors
 */
record Pairs(SimpleMatrix a, SimpleMatrix b) {
    /** Null where they have no concept in common. */
    static Pairs of(Rows a, Rows b) {
        Map<Integer, double[]> first = directions(a);
        Map<Integer, double[]> second = directions(b);
        first.keySet().retainAll(second.keySet());
        second.keySet().retainAll(first.keySet());
        return first.isEmpty()
                ? null
                : new Pairs(
                        new SimpleMatrix(first.values().toArray(double[][]::new)),
                        new SimpleMatrix(second.values().toArray(double[][]::new)));
    }

    /** Of each concept the mean direction of its vectors, in the concepts' order. */
    static Map<Integer, double[]> directions(Rows rows) {
        Map<Integer, double[]> sums = new TreeMap<>();
        for (int i = 0; i < rows.size(); i++) {
            float[] v = rows.vectors()[i];
            double[] sum = sums.computeIfAbsent(rows.concepts()[i], _ -> new double[v.length]);
            for (int d = 0; d < v.length; d++) {
                sum[d] += v[d];
            }
        }
        sums.values().forEach(Pairs::normalise);
        return sums;
    }

    /** To length one; what is nothing stays so. */
    static void normalise(double[] v) {
        double squares = 0;
        for (double x : v) {
            squares += x * x;
        }
        double factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
        for (int d = 0; d < v.length; d++) {
            v[d] *= factor;
        }
    }

    static float[] floats(double[] values) {
        float[] out = new float[values.length];
        for (int d = 0; d < out.length; d++) {
            out[d] = (float) values[d];
        }
        return out;
    }

    int size() {
        return a.getNumRows();
    }

    /** Every second of them, from the first or from the second on. */
    Pairs half(int from) {
        int n = (size() - from + 1) / 2;
        var first = new SimpleMatrix(n, a.getNumCols());
        var second = new SimpleMatrix(n, b.getNumCols());
        for (int i = 0; i < n; i++) {
            first.insertIntoThis(i, 0, a.getRow(2 * i + from));
            second.insertIntoThis(i, 0, b.getRow(2 * i + from));
        }
        return new Pairs(first, second);
    }

    /** Each beside the partner of another: what a measure says of pairs that do not belong together. */
    Pairs mismatched() {
        int n = size();
        var other = new SimpleMatrix(n, b.getNumCols());
        for (int i = 0; i < n; i++) {
            other.insertIntoThis(i, 0, b.getRow((i + n / 2) % n));
        }
        return new Pairs(a, other);
    }
}
