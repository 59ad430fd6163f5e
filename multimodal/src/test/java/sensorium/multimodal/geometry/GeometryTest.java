package sensorium.multimodal.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import sensorium.multimodal.SpaceVectors.Rows;
import sensorium.random.Philox;

class GeometryTest {
    private static final int WIDTH = 8;

    /** Unit vectors, one of each concept. */
    private static Rows random(int n, long seed) {
        float[][] vectors = new float[n][];
        for (int i = 0; i < n; i++) {
            Philox random = Philox.keyed(seed, i);
            double[] v = IntStream.range(0, WIDTH).mapToDouble(random::normal).toArray();
            Pairs.normalise(v);
            vectors[i] = Pairs.floats(v);
        }
        return new Rows(vectors, IntStream.range(0, n).toArray());
    }

    /** The same in other directions: reflected along a vector and with the coordinates reversed. */
    private static Rows turned(Rows rows) {
        float[][] vectors = new float[rows.size()][WIDTH];
        float[] axis = random(1, 99).vectors()[0];
        for (int i = 0; i < rows.size(); i++) {
            double along = 0;
            for (int d = 0; d < WIDTH; d++) {
                along += rows.vectors()[i][d] * axis[d];
            }
            for (int d = 0; d < WIDTH; d++) {
                vectors[i][WIDTH - 1 - d] = (float) (rows.vectors()[i][d] - 2 * along * axis[d]);
            }
        }
        return new Rows(vectors, rows.concepts());
    }

    @Test
    void theSameShapeInOtherDirectionsIsFoundAgainByItsRotation() {
        Rows a = random(200, 1);
        Between turned = Between.of(a, turned(a));
        assertThat(turned.cka()).isCloseTo(1, offset(1e-5));
        assertThat(turned.direct()).isLessThan(0.1);
        assertThat(turned.rotated()).isEqualTo(1);
        assertThat(turned.alignment()).isCloseTo(2, offset(0.3));
        Between unrelated = Between.of(a, random(200, 2));
        assertThat(unrelated.cka()).isLessThan(0.2);
        assertThat(unrelated.chance()).isLessThan(0.2);
        assertThat(unrelated.rotated()).isLessThan(0.1);
        Between same = Between.of(a, a);
        assertThat(same.alignment()).isCloseTo(0, offset(1e-9));
        assertThat(same.gap()).isCloseTo(0, offset(1e-9));
        assertThat(same.direct()).isEqualTo(1);
    }

    @Test
    void rotationsKeepLengths() {
        var rotation = Procrustes.of(Pairs.of(random(20, 1), random(20, 2))).rotation();
        assertThat(rotation.transpose()
                        .mult(rotation)
                        .minus(SimpleMatrix.identity(WIDTH))
                        .normF())
                .isCloseTo(0, offset(1e-9));
    }

    @Test
    void distancesAreThoseOfAllPairs() {
        Rows a = random(9, 3);
        Rows b = random(9, 4);
        double same = 0;
        double different = 0;
        for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 9; j++) {
                double squares = 0;
                for (int d = 0; d < WIDTH; d++) {
                    squares += Math.pow(a.vectors()[i][d] - (double) b.vectors()[j][d], 2);
                }
                if (i == j) {
                    same += squares / 9;
                } else {
                    different += squares / 72;
                }
            }
        }
        Between between = Between.of(a, b);
        assertThat(between.alignment()).isCloseTo(same, offset(1e-6));
        assertThat(between.others()).isCloseTo(different, offset(1e-6));
    }

    @Test
    void onlyConceptsThatBothShowArePaired() {
        Rows a = random(10, 5);
        int[] shifted = IntStream.range(0, 10).map(i -> 15 - i).toArray(); // 15 to 6
        Between between = Between.of(a, new Rows(random(10, 6).vectors(), shifted));
        assertThat(between.concepts()).isEqualTo(4);
        assertThat(Between.of(a, new Rows(random(3, 6).vectors(), new int[] {1, 2, 3})))
                .isNull();
        assertThat(Between.of(a, new Rows(new float[0][], new int[0]))).isNull();
    }

    @Test
    void uniformityIsNothingOnOneSpotAndFourAtRightAngles() {
        float[][] spot = {{1, 0}, {1, 0}, {1, 0}};
        assertThat(SpaceGeometry.uniformity(spot)).isCloseTo(0, offset(1e-6));
        float[][] corner = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        assertThat(SpaceGeometry.uniformity(corner)).isCloseTo(-4, offset(1e-6));
    }

    @Test
    void aProbeEndsWhereTheLossIsLeast() {
        for (int n : new int[] {5, 60}) { // fewer than numbers in a vector, and more
            probeEndsWhereTheLossIsLeast(n);
        }
        float[][] apart = {{1, 0}, {0.9f, 0}, {0, 1}, {0, 0.9f}};
        int[] two = {0, 0, 1, 1};
        assertThat(LogisticRegression.fit(apart, two, 2, 1e-3).accuracy(apart, two))
                .isEqualTo(1);
    }

    private static void probeEndsWhereTheLossIsLeast(int n) {
        Rows a = random(n, 7);
        int[] labels = IntStream.range(0, n).map(i -> i % 3).toArray();
        var fit = LogisticRegression.fit(a.vectors(), labels, 3, 1e-3);
        double least = fit.loss(a.vectors(), labels);
        for (int at = 0; at < fit.weights().getNumElements(); at += 5) {
            for (double step : new double[] {-1e-2, 1e-2}) {
                SimpleMatrix moved = fit.weights().copy();
                moved.set(at, moved.get(at) + step);
                assertThat(new LogisticRegression(moved, fit.middle(), fit.scale(), fit.penalty())
                                .loss(a.vectors(), labels))
                        .isGreaterThan(least);
            }
        }
    }

    /** Published values of Student's t. */
    @Test
    void intervalsAreStudents() {
        assertThat(Mean.quantile(19)).isCloseTo(2.0930, offset(1e-3));
        assertThat(Mean.quantile(4)).isCloseTo(2.7764, offset(2e-2));
        Mean mean = Mean.of(new double[] {1, 2, 3, 4, 5});
        assertThat(mean.mean()).isEqualTo(3);
        assertThat(mean.high() - mean.low()).isCloseTo(2 * 2.776 * Math.sqrt(0.5), offset(0.03));
    }

    @Test
    void namesDifferInOneWordOrNot() {
        assertThat(Arithmetic.differing(words("red apple"), words("green apple")))
                .isZero();
        assertThat(Arithmetic.differing(words("a red apple"), words("a red pear")))
                .isEqualTo(2);
        assertThat(Arithmetic.differing(words("red apple"), words("green pear")))
                .isEqualTo(-1);
        assertThat(Arithmetic.differing(words("apple"), words("pear"))).isEqualTo(-1);
        assertThat(Arithmetic.differing(words("red apple"), words("red apple"))).isEqualTo(-1);
    }

    private static String[] words(String name) {
        return name.split(" ");
    }
}
