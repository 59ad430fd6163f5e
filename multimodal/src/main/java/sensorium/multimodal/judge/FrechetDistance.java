package sensorium.multimodal.judge;

import org.ejml.simple.SimpleEVD;
import org.ejml.simple.SimpleMatrix;

/**
 * How far apart two sets of features are, taken for normal distributions: |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2·√(Σ₁·Σ₂)). Dowson and Landau
 * (1982); for pictures Heusel et al., arXiv:1706.08500.
 */
public final class FrechetDistance {
    private FrechetDistance() {}

    /**
     * Mean and covariance of features.
     *
     * @param mean (D, 1)
     * @param covariance (D, D)
     */
    public record Moments(SimpleMatrix mean, SimpleMatrix covariance) {
        /** @param rows features (N, D), N at least 2 */
        public static Moments of(double[][] rows) {
            var x = new SimpleMatrix(rows);
            int n = x.getNumRows();
            var ones = SimpleMatrix.ones(n, 1);
            SimpleMatrix mean = x.transpose().mult(ones).scale(1.0 / n);
            SimpleMatrix centred = x.minus(ones.mult(mean.transpose()));
            return new Moments(mean, centred.transpose().mult(centred).scale(1.0 / (n - 1)));
        }
    }

    /** At least 0 but for rounding. */
    public static double between(Moments a, Moments b) {
        SimpleMatrix apart = a.mean.minus(b.mean);
        // The roots of Σ₁·Σ₂ have the trace of those of √Σ₁·Σ₂·√Σ₁, which is symmetric.
        SimpleMatrix root = root(a.covariance);
        double cross = 0;
        for (double value : eigenvalues(root.mult(b.covariance).mult(root))) {
            cross += Math.sqrt(Math.max(0, value));
        }
        return apart.dot(apart) + a.covariance.trace() + b.covariance.trace() - 2 * cross;
    }

    private static double[] eigenvalues(SimpleMatrix m) {
        SimpleMatrix even = m.plus(m.transpose()).scale(0.5);
        return even.eig().getEigenvalues().stream()
                .mapToDouble(v -> v.getReal())
                .toArray();
    }

    /** Of a matrix that is symmetric and not negative. */
    private static SimpleMatrix root(SimpleMatrix m) {
        SimpleEVD<SimpleMatrix> eigen = m.plus(m.transpose()).scale(0.5).eig();
        int n = m.getNumRows();
        var root = new SimpleMatrix(n, n);
        for (int i = 0; i < n; i++) {
            double value = Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
            SimpleMatrix v = eigen.getEigenVector(i);
            root = root.plus(v.mult(v.transpose()).scale(value));
        }
        return root;
    }
}
