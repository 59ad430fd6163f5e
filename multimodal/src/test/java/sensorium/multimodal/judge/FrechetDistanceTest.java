package sensorium.multimodal.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import sensorium.multimodal.judge.FrechetDistance.Moments;
import sensorium.random.Philox;

class FrechetDistanceTest {
    private static Moments diagonal(double[] mean, double... variances) {
        return new Moments(new SimpleMatrix(mean.length, 1, true, mean), SimpleMatrix.diag(variances));
    }

    @Test
    void ofIndependentFeaturesItIsKnown() {
        Moments a = diagonal(new double[] {1, 2, 3}, 1, 4, 9);
        Moments b = diagonal(new double[] {1, 0, 3}, 4, 4, 1);
        // |μ₁ − μ₂|² + Σ (σ₁ − σ₂)²
        assertThat(FrechetDistance.between(a, b)).isCloseTo(4 + 1 + 0 + 4, within(1e-9));
        assertThat(FrechetDistance.between(a, a)).isCloseTo(0, within(1e-9));
    }

    @Test
    void turningBothChangesNothing() {
        Moments a = diagonal(new double[] {1, 2}, 1, 4);
        Moments b = diagonal(new double[] {0, 5}, 3, 0);
        double c = Math.cos(0.7);
        double s = Math.sin(0.7);
        var turn = new SimpleMatrix(2, 2, true, c, -s, s, c);
        assertThat(FrechetDistance.between(turned(turn, a), turned(turn, b)))
                .isCloseTo(FrechetDistance.between(a, b), within(1e-6));
    }

    private static Moments turned(SimpleMatrix by, Moments m) {
        return new Moments(by.mult(m.mean()), by.mult(m.covariance()).mult(by.transpose()));
    }

    private static double[][] normal(long stream, int n, double... deviations) {
        var random = new Philox(1, stream);
        double[][] rows = new double[n][deviations.length];
        for (int i = 0; i < n * deviations.length; i++) {
            rows[i / deviations.length][i % deviations.length] = random.normal(i) * deviations[i % deviations.length];
        }
        return rows;
    }

    @Test
    void momentsAreThoseOfTheRows() {
        Moments m = Moments.of(new double[][] {{1, 0}, {3, 4}});
        assertThat(m.mean().get(0)).isEqualTo(2);
        assertThat(m.covariance().get(0, 0)).isCloseTo(2, within(1e-12));
        assertThat(m.covariance().get(0, 1)).isCloseTo(4, within(1e-12));
        assertThat(FrechetDistance.between(Moments.of(normal(0, 20_000, 1, 2)), Moments.of(normal(1, 20_000, 2, 2))))
                .isCloseTo(1, within(0.1));
    }

    @Test
    void aManifoldHoldsItsLikeAndNothingElse() {
        var manifold = new Manifold(normal(2, 500, 1, 1));
        assertThat(manifold.share(normal(3, 500, 1, 1))).isGreaterThan(0.85);
        assertThat(manifold.share(new double[][] {{40, 40}, {-40, 3}})).isZero();
        // All of one kind: precise, but little of the whole.
        double[][] narrow = normal(4, 500, 0.05, 0.05);
        assertThat(manifold.share(narrow)).isGreaterThan(0.9);
        assertThat(new Manifold(narrow).share(normal(5, 500, 1, 1))).isLessThan(0.1);
    }
}
