package sensorium.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class StatisticsTest {
    @Test
    void theMedianIsTheMiddleValueWhateverTheOrder() {
        assertThat(Statistics.median(new double[] {9, 1, 100})).isEqualTo(9);
        assertThat(Statistics.median(new double[] {4, 1, 100, 2})).isEqualTo(3);
        assertThat(Statistics.median(new double[] {5})).isEqualTo(5);
    }

    @Test
    void theMedianLeavesItsArgumentAsItIs() {
        double[] values = {3, 1, 2};
        Statistics.median(values);
        assertThat(values).containsExactly(3, 1, 2);
    }

    @Test
    void aRatioAndItsInverseHaveTheGeometricMeanOne() {
        assertThat(Statistics.geometricMean(new double[] {4, 0.25})).isCloseTo(1, within(1e-12));
        assertThat(Statistics.geometricMean(new double[] {2, 8})).isCloseTo(4, within(1e-12));
        assertThat(Statistics.geometricMean(new double[0])).isNaN();
    }
}
