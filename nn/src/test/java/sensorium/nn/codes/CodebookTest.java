package sensorium.nn.codes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

class CodebookTest {
    @Test
    void codesAreCopiedStraightThrough() {
        Tensor two = Tensor.of(new float[] {0, 0, 1, 1}, 2, 2);
        Codebook codes = Weights.load(Map.of("weight", two), "two codes", w -> Codebook.of(w, 2, 2));
        Tensor vectors = Tensor.of(new float[] {0.1f, -0.3f, 0.8f, 0.9f}, 2, 2);
        assertThat(codes.nearest(vectors).toLongs()).containsExactly(0, 1);
        Tensor gradient = Tape.vjp(
                        in -> List.of(Codebook.straightThrough(in.get(0), codes.vectors(codes.nearest(in.get(0))))),
                        List.of(vectors),
                        List.of(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2)))
                .get(0);
        assertThat(gradient.toFloats()).containsExactly(1, 2, 3, 4);
        assertThat(Codebook.straightThrough(vectors, codes.vectors(codes.nearest(vectors)))
                        .toFloats())
                .containsExactly(0, 0, 1, 1);
    }

    @Test
    void codesBeginInTheMiddleOfGroupsAndFollowThem() {
        Scope.tidyRun(() -> {
            Codebook codebook = Codebook.of(Weights.random(2), 16, 8);
            CodebookAverage average = CodebookAverage.of(Weights.random(2), 16, 8);
            assertThat(average.hasBegun()).isFalse();
            float[] vectors = new float[16 * 20 * 8]; // sixteen groups, far apart
            var random = new Philox(1, 1);
            for (int i = 0; i < vectors.length; i++) {
                int bit = i / 8 % 16 >> i % 8 % 4 & 1;
                vectors[i] = (float) (10 * bit + random.uniform(i, -0.1, 0.1));
            }
            average.start(codebook, vectors, new Philox(1, 2));
            assertThat(average.hasBegun()).isTrue();
            assertThat(worst(codebook, vectors)).isLessThan(12);
            float[] moved = vectors.clone();
            for (int i = 0; i < moved.length; i++) {
                moved[i] += 1;
            }
            double before = mean(codebook, moved);
            Tensor batch = Tensor.of(moved, moved.length / 8, 8);
            for (int i = 0; i < 60; i++) {
                average.update(codebook, batch, codebook.nearest(batch));
            }
            assertThat(mean(codebook, moved)).isLessThan(before - 1);
        });
    }

    @Test
    void whatNobodyChoosesIsPutWhereVectorsAre() {
        Scope.tidyRun(() -> {
            Codebook codebook = Codebook.of(Weights.random(3), 16, 8);
            CodebookAverage average = CodebookAverage.of(Weights.random(3), 16, 8);
            float[] same = new float[40 * 8];
            Arrays.fill(same, 5);
            average.start(codebook, same, new Philox(1, 1)); // one code has all, fifteen nothing
            assertThat(average.revive(codebook, same, new Philox(1, 2))).isEqualTo(15);
            assertThat(codebook.weight().value().toFloats()).containsOnly(5f);
            assertThat(average.revive(codebook, same, new Philox(1, 3))).isZero();
        });
    }

    private static double[] distances(Codebook codebook, float[] vectors) {
        float[] codes = codebook.weight().value().toFloats();
        double[] all = new double[vectors.length / 8];
        for (int i = 0; i < all.length; i++) {
            all[i] = Double.MAX_VALUE;
            for (int c = 0; c < codes.length / 8; c++) {
                double sum = 0;
                for (int d = 0; d < 8; d++) {
                    sum += Math.pow(vectors[i * 8 + d] - codes[c * 8 + d], 2);
                }
                all[i] = Math.min(all[i], Math.sqrt(sum));
            }
        }
        return all;
    }

    private static double worst(Codebook codebook, float[] vectors) {
        return Arrays.stream(distances(codebook, vectors)).max().orElseThrow();
    }

    private static double mean(Codebook codebook, float[] vectors) {
        return Arrays.stream(distances(codebook, vectors)).average().orElseThrow();
    }
}
