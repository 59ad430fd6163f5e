package sensorium.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NGramModelTest {
    private static final List<int[]> TEXTS =
            List.of(new int[] {0, 1, 2}, new int[] {0, 1, 3}, new int[] {0, 1, 2}, new int[] {4, 1, 2});

    private static double p(NGramModel model, int unit, Integer... before) {
        return Math.exp(model.logProbability(List.of(before), unit));
    }

    @Test
    void probabilitiesAddUpToOneAfterAnything() {
        var model = new NGramModel(3, 6, TEXTS);
        for (List<Integer> before :
                List.of(List.<Integer>of(), List.of(0), List.of(0, 1), List.of(5), List.of(5, 5), List.of(4, 1, 2))) {
            double sum = IntStream.rangeClosed(0, 6)
                    .mapToDouble(u -> Math.exp(model.logProbability(before, u)))
                    .sum();
            assertThat(sum).as(before.toString()).isCloseTo(1, within(1e-12));
        }
    }

    /** One unit at a time, by hand: 4 texts of 3 units and an end; 6 different of them. */
    @Test
    void asWittenAndBellHaveIt() {
        var model = new NGramModel(1, 6, TEXTS);
        assertThat(p(model, 1)).isCloseTo((4 + 6 / 7.0) / (16 + 6), within(1e-12));
        assertThat(p(model, 5)).isCloseTo(6 / 7.0 / (16 + 6), within(1e-12));
        assertThat(p(model, model.end())).isCloseTo((4 + 6 / 7.0) / (16 + 6), within(1e-12));
        var two = new NGramModel(2, 6, TEXTS);
        // After 1: 2 three times, 3 once.
        assertThat(p(two, 2, 1)).isCloseTo((3 + 2 * p(model, 2)) / (4 + 2), within(1e-12));
        // At the beginning: 0 three times, 4 once.
        assertThat(p(two, 4)).isCloseTo((1 + 2 * p(model, 4)) / (4 + 2), within(1e-12));
    }

    @Test
    void whatItKnowsSurprisesItLess() {
        var one = new NGramModel(1, 6, TEXTS);
        var three = new NGramModel(3, 6, TEXTS);
        assertThat(three.surprise(TEXTS)).isLessThan(one.surprise(TEXTS)).isGreaterThan(0);
        assertThat(three.surprise(List.of(new int[] {5, 3, 0}))).isGreaterThan(three.surprise(TEXTS));
    }
}
