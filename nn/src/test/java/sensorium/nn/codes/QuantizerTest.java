package sensorium.nn.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

class QuantizerTest {
    private static final double STEP = 1e-6;

    private static Quantizer of(Quantizer.Kind kind, int about) {
        int codes = kind.codes(about);
        return Quantizer.of(Weights.random(5), kind, codes, kind.width(codes, 6));
    }

    private static double[] normal(int n) {
        var random = Philox.keyed(8, n);
        return IntStream.range(0, n).mapToDouble(random::normal).toArray();
    }

    @ParameterizedTest
    @EnumSource
    void everyCodeIsTheNearestToItsOwnVector(Quantizer.Kind kind) {
        Scope.tidyRun(() -> {
            Quantizer q = of(kind, 60);
            Tensor all = Tensor.arange(Tensor.of(new long[1], 1), q.codes());
            assertThat(q.nearest(q.vectors(all)).toLongs())
                    .isEqualTo(IntStream.range(0, q.codes()).asLongStream().toArray());
        });
    }

    /** What takes a vector for its code and that vector's code again ends where it was. */
    @ParameterizedTest
    @EnumSource
    void nothingIsNearerThanTheNearest(Quantizer.Kind kind) {
        Scope.tidyRun(() -> {
            Quantizer q = of(kind, 60);
            int n = 40;
            Tensor v = q.prepared(Tensor.of(normal(n * q.width()), n, q.width()).to(DType.F32));
            double[] prepared = v.toDoubles();
            double[] codes = q.vectors(Tensor.arange(Tensor.of(new long[1], 1), q.codes()))
                    .toDoubles();
            long[] chosen = q.nearest(v).toLongs();
            for (int i = 0; i < n; i++) {
                double best = Double.MAX_VALUE;
                for (int c = 0; c < q.codes(); c++) {
                    best = Math.min(best, distance(prepared, i, codes, c, q.width()));
                }
                assertThat(distance(prepared, i, codes, (int) chosen[i], q.width()))
                        .isCloseTo(best, within(1e-5));
            }
        });
    }

    private static double distance(double[] a, int i, double[] b, int j, int width) {
        double sum = 0;
        for (int d = 0; d < width; d++) {
            sum += Math.pow(a[i * width + d] - b[j * width + d], 2);
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsPreparedHasTheGradientOfItsArithmetic(Quantizer.Kind kind) {
        Scope.tidyRun(() -> {
            Quantizer q = of(kind, 60);
            int n = 3 * q.width();
            double[] at = normal(n);
            double[] upstream = normal(n + 1);
            Tensor dy = Tensor.of(Arrays.copyOf(upstream, n), 3, q.width());
            double[] gradient = Tape.vjp(
                            in -> List.of(q.prepared(in.getFirst())), List.of(Tensor.of(at, 3, q.width())), List.of(dy))
                    .getFirst()
                    .toDoubles();
            for (int i = 0; i < n; i++) {
                double[] more = at.clone();
                double[] less = at.clone();
                more[i] += STEP;
                less[i] -= STEP;
                double slope = (weighed(q, more, upstream) - weighed(q, less, upstream)) / (2 * STEP);
                assertThat(gradient[i]).isCloseTo(slope, within(1e-7));
            }
        });
    }

    private static double weighed(Quantizer q, double[] vectors, double[] weights) {
        double[] y = q.prepared(Tensor.of(vectors, 3, q.width())).toDoubles();
        return IntStream.range(0, y.length).mapToDouble(i -> y[i] * weights[i]).sum();
    }

    @ParameterizedTest
    @CsvSource({"512, '8, 8, 8'", "1000, '8, 5, 5, 5'", "16, '4, 4'", "3, '3'"})
    void levelsMakeAboutAsManyCodes(int codes, String levels) {
        assertThat(FiniteScalars.near(codes).levels().toString()).isEqualTo("[" + levels + "]");
        assertThat(FiniteScalars.near(codes).codes()).isEqualTo(codes);
    }

    @Test
    void anyNumberOfCodesHasLevels() {
        for (int codes = 3; codes <= 1 << 15; codes = codes * 5 / 4 + 1) {
            FiniteScalars near = FiniteScalars.near(codes);
            assertThat((double) near.codes() / codes).isBetween(0.7, 1.4);
            assertThat(FiniteScalars.near(near.codes()).codes()).isEqualTo(near.codes());
        }
    }

    @Test
    void nothingIsNothingAndTheEndsAreReached() {
        Scope.tidyRun(() -> {
            var scalars = new FiniteScalars(List.of(8, 5));
            double[] middle =
                    scalars.prepared(Tensor.of(new double[] {0, 0}, 1, 2)).toDoubles();
            assertThat(middle[0]).isCloseTo(0, within(1e-12));
            assertThat(middle[1]).isCloseTo(0, within(1e-12));
            Tensor ends = scalars.prepared(Tensor.of(new float[] {-50, -50, 50, 50}, 2, 2));
            assertThat(scalars.nearest(ends).toLongs()).containsExactly(0, 39);
            assertThat(scalars.vectors(scalars.nearest(ends)).toFloats()).containsExactly(-1, -1, 0.75f, 1);
        });
    }

    @Test
    void onlyDirectionsCountOnTheSphere() {
        Scope.tidyRun(() -> {
            Quantizer q = of(Quantizer.Kind.COSINE, 20);
            Tensor v = Tensor.of(normal(60), 10, 6).to(DType.F32);
            assertThat(q.nearest(q.prepared(v.times(7))).toLongs())
                    .isEqualTo(q.nearest(q.prepared(v)).toLongs());
            Tensor all = Tensor.arange(Tensor.of(new long[1], 1), 20);
            for (double length : q.vectors(all).norm(false, 1).toDoubles()) {
                assertThat(length).isCloseTo(1, within(1e-5));
            }
        });
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThatThrownBy(() -> FiniteScalars.of(257, 3)).hasMessageContaining("257");
        assertThatThrownBy(() -> new FiniteScalars(List.of(2))).hasMessageContaining("[2]");
    }

    @Test
    void useIsCounted() {
        CodeUse use = CodeUse.of(new long[] {0, 0, 1, 1, 3, 3}, 5);
        assertThat(use.used()).isEqualTo(3);
        assertThat(use.dead()).isEqualTo(2);
        assertThat(use.perplexity()).isCloseTo(3, within(1e-12));
        assertThat(use.measures()).containsEntry("used", 0.6);
    }
}
