package sensorium.app.report;

import java.util.Arrays;
import org.ejml.simple.SimpleMatrix;

/** Principal components, for a flat look at a space of many dimensions. */
final class Pca {
    private Pca() {}

    /**
     * The first two principal components, each with the sign that makes its largest entry positive, so that maps of like data
     * look alike.
     *
     * @param points (n, D), centred
     * @return (n, 2)
     */
    static double[][] plane(double[][] points) {
        var x = new SimpleMatrix(points);
        var eigen = x.transpose().mult(x).eig(); // (D, D): few dimensions, many points
        Integer[] order = new Integer[eigen.getNumberOfEigenvalues()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(
                order,
                (a, b) -> Double.compare(
                        eigen.getEigenvalue(b).getReal(), eigen.getEigenvalue(a).getReal()));
        double[][] plane = new double[points.length][2];
        for (int c = 0; c < 2; c++) {
            SimpleMatrix axis = eigen.getEigenVector(order[c]);
            double sign = axis.elementMax() >= -axis.elementMin() ? 1 : -1;
            SimpleMatrix coordinate = x.mult(axis).scale(sign);
            for (int i = 0; i < points.length; i++) {
                plane[i][c] = coordinate.get(i, 0);
            }
        }
        return plane;
    }
}
