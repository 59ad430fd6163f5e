package sensorium.nn.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Losses;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

class ResidualCodebooksTest {
    private static final int WIDTH = 4;
    private static final int STAGES = 4;

    private final ResidualCodebooks books = ResidualCodebooks.of(Weights.random(1), STAGES, 16, WIDTH);
    private final float[] values = new float[600 * WIDTH];

    @BeforeEach
    void start() {
        var random = new Philox(1, 2);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.normal(i);
        }
        assertThat(books.hasBegun()).isFalse();
        books.start(values, new Philox(3, 4));
        assertThat(books.hasBegun()).isTrue();
    }

    private double error(Tensor vectors, int stages) {
        Tensor codes = books.codes(vectors).slice(-1, 0, stages);
        return Losses.mse(books.vectors(codes), vectors).item();
    }

    @Test
    void eachStageTakesFromWhatTheOnesBeforeLeft() {
        Scope.tidyRun(() -> {
            Tensor vectors = Tensor.of(values, 20, 30, WIDTH);
            assertThat(books.codes(vectors).shape().dims()).containsExactly(20, 30, STAGES);
            double before = vectors.square().mean().item();
            for (int q = 1; q <= STAGES; q++) {
                double left = error(vectors, q);
                assertThat(left).isLessThan(0.65 * before);
                before = left;
            }
        });
    }

    @Test
    void averagesFollowAShiftOfTheVectors() {
        Scope.tidyRun(() -> {
            Tensor moved = Tensor.of(values, 600, WIDTH).plus(1.5);
            double before = error(moved, STAGES);
            for (int i = 0; i < 80; i++) {
                books.update(books.quantise(moved));
            }
            assertThat(error(moved, STAGES)).isLessThan(0.7 * before);
        });
    }

    @Test
    void deadCodesOfEveryStageAreRevived() {
        Scope.tidyRun(() -> {
            Tensor one = Tensor.of(values, 600, WIDTH).slice(0, 0, 1).expand(50, WIDTH);
            for (int i = 0; i < 400; i++) {
                books.update(books.quantise(one)); // one vector alone: all codes but one die
            }
            assertThat(books.revive(values, new Philox(5, 6))).isBetween(STAGES * 15 - 5, STAGES * 15);
        });
    }

    @Test
    void gradientsReachTheVectorsThroughTheResiduals() {
        Scope.tidyRun(() -> {
            Tensor vectors = Tensor.of(values, 600, WIDTH);
            float[] gradient = Tape.vjp(
                            in -> List.of(books.quantise(in.get(0)).residuals().getLast()),
                            List.of(vectors),
                            List.of(Tensor.ones(600, WIDTH)))
                    .get(0)
                    .toFloats();
            assertThat(gradient).containsOnly(1f);
        });
    }

    @Test
    void tooManyStagesAreRefused() {
        assertThatThrownBy(() -> books.vectors(Tensor.of(new long[5], 1, 5))).hasMessageContaining("5 stages, of 4");
    }
}
