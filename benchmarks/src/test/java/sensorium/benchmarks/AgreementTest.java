package sensorium.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import sensorium.BadInputException;

final class AgreementTest {
    private record Fixed(String name, float... values) implements Engine {
        @Override
        public void run() {}

        @Override
        public List<float[]> results() {
            return List.of(values);
        }
    }

    private static void check(double tolerance, float[] ours, float[] theirs) {
        Agreement.check(
                new Case("group/shape", Roof.FMA, 1, tolerance, List::of),
                List.of(new Fixed("ours", ours), new Fixed("peer", theirs)));
    }

    @Test
    void roundingPasses() {
        assertThatCode(() -> check(1e-4, new float[] {100, 1e-3f}, new float[] {100.001f, 0}))
                .doesNotThrowAnyException();
    }

    @Test
    void anotherNumberFailsAndNamesCaseAndPeer() {
        assertThatThrownBy(() -> check(1e-4, new float[] {100, 1}, new float[] {100, 1.1f}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll("group/shape", "peer");
    }

    @Test
    void notANumberAndAnotherLengthFail() {
        assertThatThrownBy(() -> check(1e-4, new float[] {Float.NaN}, new float[] {1}))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> check(1e-4, new float[] {1}, new float[] {1, 1}))
                .isInstanceOf(BadInputException.class);
    }

    @Test
    void theDifferenceIsRelativeToTheLargestMagnitude() {
        assertThat(Agreement.difference(new float[] {10, 1}, new float[] {10, 2}))
                .isEqualTo(0.1);
    }
}
