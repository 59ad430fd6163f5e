package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

class TokenChoiceTest {
    private static final double[] PROBABILITIES = {0.1, 0.5, 0.15, 0.25};
    private static final int ROWS = 20_000;

    /** How often each token is chosen. */
    private static double[] shares(TokenChoice choice) {
        float[] scores = new float[ROWS * PROBABILITIES.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (7 + Math.log(PROBABILITIES[i % PROBABILITIES.length]));
        }
        double[] shares = new double[PROBABILITIES.length];
        Scope.tidyRun(() -> {
            Tensor all = Tensor.of(scores, ROWS, PROBABILITIES.length);
            for (long token : choice.choose(all, new Philox(1, 2))) {
                shares[(int) token] += 1.0 / ROWS;
            }
        });
        return shares;
    }

    private static void assertShares(TokenChoice choice, double... expected) {
        double[] shares = shares(choice);
        for (int i = 0; i < shares.length; i++) {
            assertThat(shares[i]).as(Arrays.toString(shares)).isCloseTo(expected[i], within(0.015));
        }
    }

    @Test
    void tokensComeAsOftenAsTheyAreLikely() {
        assertShares(TokenChoice.AS_LEARNT, PROBABILITIES);
        double sum = 0.01 + 0.25 + 0.0225 + 0.0625; // squares: half the temperature
        assertShares(new TokenChoice(0.5, 0, 1), 0.01 / sum, 0.25 / sum, 0.0225 / sum, 0.0625 / sum);
        assertShares(new TokenChoice(0, 0, 1), 0, 1, 0, 0);
    }

    @Test
    void theUnlikelyCanBeLeftOut() {
        assertShares(new TokenChoice(1, 2, 1), 0, 2 / 3.0, 0, 1 / 3.0);
        assertShares(new TokenChoice(1, 0, 0.8), 0, 0.5 / 0.9, 0.15 / 0.9, 0.25 / 0.9);
        assertShares(new TokenChoice(1, 0, 0.4), 0, 1, 0, 0);
        assertShares(new TokenChoice(1, 99, 1), PROBABILITIES);
    }

    @Test
    void impossibleWishesAreRefused() {
        assertThatThrownBy(() -> new TokenChoice(-1, 0, 1))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("temperature");
        assertThatThrownBy(() -> new TokenChoice(1, -1, 1)).hasMessageContaining("top-k");
        assertThatThrownBy(() -> new TokenChoice(1, 0, 0)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> new TokenChoice(Double.NaN, 0, 1)).hasMessageContaining("temperature");
    }
}
