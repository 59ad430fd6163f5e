package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.io.Safetensors;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

class LossesTest {
    /** The recorded result and gradients of a case, from its inputs in {@code names} order. */
    private static void check(
            String name, Function<List<Tensor>, Tensor> loss, List<String> names, List<String> graded) {
        Safetensors ops = OpsFixture.open();
        List<Tensor> in = names.stream()
                .map(n -> ops.tensor(name + ".in." + n))
                .map(t -> t.dtype().isFloat() ? t.tracked() : t)
                .toList();
        List<Tensor> wanted = graded.stream().map(n -> in.get(names.indexOf(n))).toList();
        Tape.record(tape -> {
            Tensor y = loss.apply(in);
            close(y, ops.tensor(name + ".out.out"));
            List<Tensor> grads =
                    tape.gradients(y.times(ops.tensor(name + ".gout.out")).sum(), wanted);
            for (int i = 0; i < graded.size(); i++) {
                close(grads.get(i), ops.tensor(name + ".grad." + graded.get(i)));
            }
            return null;
        });
    }

    private static void close(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.minus(expected).abs().max().item()).isLessThan(2e-5);
    }

    /** A target that no frames can spell counts as 0, and the others learn. */
    @Test
    void anAlignmentThatCannotBeCostsNothing() {
        Tensor logits = Models.normal(3, 2, 4, 3).tracked();
        Tensor targets = Tensor.of(new long[] {1, 1, 2, 1, 2, 1}, 2, 3);
        Tensor frames = Tensor.of(new long[] {3, 4}, 2); // 1 1 2 needs four: a blank between the equal ones
        Tensor lengths = Tensor.of(new long[] {3, 3}, 2);
        Tape.record(tape -> {
            Tensor loss = Losses.ctc(logits, targets, frames, lengths, 0);
            assertThat(loss.item()).isPositive().isFinite();
            Tensor gradient = tape.gradients(loss, List.of(logits)).get(0);
            assertThat(gradient.select(0, 0).abs().max().item()).isZero();
            assertThat(gradient.select(0, 1).abs().max().item()).isPositive();
            return null;
        });
    }

    @Test
    void agreesWithTheReferenceFramework() {
        check(
                "cross_entropy",
                in -> Losses.crossEntropy(in.get(0), in.get(1), new Losses.CrossEntropy(0.1, in.get(2), -100)),
                List.of("logits", "target", "weight"),
                List.of("logits"));
        check(
                "bce_with_logits",
                in -> Losses.bceWithLogits(in.get(0), in.get(1), in.get(2)),
                List.of("logits", "target", "pos_weight"),
                List.of("logits"));
        check(
                "ctc_loss_mean",
                in -> Losses.ctc(in.get(0).transpose(0, 1), in.get(1), in.get(2), in.get(3), 0),
                List.of("logits", "targets", "input_lengths", "target_lengths"),
                List.of("logits"));
        check("smooth_l1", in -> Losses.smoothL1(in.get(0), in.get(1), 1), List.of("x", "y"), List.of("x", "y"));
        check("kl_div", in -> Losses.kl(in.get(0).logSoftmax(-1), in.get(1)), List.of("x", "y"), List.of("x"));
        check(
                "cosine_similarity",
                in -> Losses.cosineSimilarity(in.get(0), in.get(1), 1),
                List.of("x", "y"),
                List.of("x", "y"));
    }

    @Test
    void ignoredTargetsChangeNothing() {
        Tensor logits = Tensor.of(new float[] {1, 2, 3, 0, 5, -1, 2, 2, 0}, 3, 3);
        Tensor some = Tensor.of(new long[] {2, -100, 0}, 3);
        Tensor rest = Tensor.concat(0, List.of(logits.slice(0, 0, 1), logits.slice(0, 2, 3)));
        Tensor restTargets = Tensor.of(new long[] {2, 0}, 2);
        for (var how : List.of(Losses.CrossEntropy.PLAIN, Losses.CrossEntropy.smoothed(0.2))) {
            assertThat(Losses.crossEntropy(logits, some, how).item())
                    .isCloseTo(Losses.crossEntropy(rest, restTargets, how).item(), within(1e-6));
        }
        Tensor none = Tensor.of(new long[] {-100, -100, -100}, 3);
        assertThat(Losses.crossEntropy(logits, none).item()).isZero();
    }

    @Test
    void softTargetsGeneraliseIndices() {
        Tensor logits = Tensor.of(new float[] {1, 2, 3, 0, 5, -1}, 2, 3);
        Tensor hard = Losses.crossEntropy(logits, Tensor.of(new long[] {1, 0}, 2));
        Tensor soft = Losses.softCrossEntropy(logits, Tensor.of(new float[] {0, 1, 0, 1, 0, 0}, 2, 3));
        assertThat(soft.item()).isCloseTo(hard.item(), within(1e-6));
    }

    @Test
    void aTargetARowIsNeeded() {
        assertThatThrownBy(() -> Losses.crossEntropy(Tensor.zeros(3, 4), Tensor.of(new long[] {1, 2}, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("(3,4)")
                .hasMessageContaining("(2)");
    }

    @Test
    void contrastiveLossesFollowTheirFormulas() {
        double[][] a = {{1, 0}, {0.6, 0.8}, {0, -1}};
        double[][] b = {{0.8, 0.6}, {0, 1}, {-1, 0}};
        long[] labelsA = {7, 7, 9};
        long[] labelsB = {7, 8, 9};
        double scale = 3;
        Tensor ta = Tensor.of(flat(a), 3, 2);
        Tensor tb = Tensor.of(flat(b), 3, 2);
        Tensor positives = Losses.positives(labelsA, labelsB);
        Tensor ts = Tensor.full(ta, scale);

        double[][] logits = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                logits[i][j] = scale * (a[i][0] * b[j][0] + a[i][1] * b[j][1]);
            }
        }
        // Rows 0 and 1 have the positive 0, row 2 has 2; column 0 has 0 and 1, column 1 has none, column 2 has 2.
        double rows = (nll(logits[0], 0) + nll(logits[1], 0) + nll(logits[2], 2)) / 3;
        double[] c0 = {logits[0][0], logits[1][0], logits[2][0]};
        double[] c2 = {logits[0][2], logits[1][2], logits[2][2]};
        double columns = ((nll(c0, 0) + nll(c0, 1)) / 2 + nll(c2, 2)) / 2;
        assertThat(Losses.infoNce(ta, tb, ts, positives).item()).isCloseTo((rows + columns) / 2, within(1e-9));

        double bias = -2;
        double pairs = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double z = labelsA[i] == labelsB[j] ? 1 : -1;
                pairs += Math.log1p(Math.exp(-z * (logits[i][j] + bias)));
            }
        }
        assertThat(Losses.sigLip(ta, tb, ts, Tensor.full(ta, bias), positives).item())
                .isCloseTo(pairs / 3, within(1e-9));
    }

    @Test
    void mseAndCosine() {
        Tensor x = Tensor.of(new double[] {1, 2, 2, 0}, 2, 2);
        Tensor y = Tensor.of(new double[] {2, 1, 4, 0}, 2, 2);
        assertThat(Losses.mse(x, y).item()).isCloseTo(6.0 / 4, within(1e-12));
        assertThat(Losses.cosine(x, y).item()).isCloseTo(1 - (4.0 / 5 + 1) / 2, within(1e-9));
    }

    @Test
    void klOfAZeroProbabilityIsFinite() {
        Tensor logp =
                Tensor.of(new double[] {Math.log(0.5), Math.log(0.5)}, 1, 2).tracked();
        Tape.record(tape -> {
            Tensor kl = Losses.kl(logp, Tensor.of(new double[] {1, 0}, 1, 2));
            assertThat(kl.item()).isCloseTo(Math.log(2), within(1e-12));
            double[] g = tape.gradients(kl, List.of(logp)).get(0).toDoubles();
            assertThat(g).containsExactly(-1, -0.0);
            return null;
        });
    }

    @Test
    void confusionCounts() {
        var c = new Confusion(3);
        c.add(Tensor.of(new float[] {5, 0, 0, 0, 5, 0, 0, 5, 0, 0, 0, 5}, 4, 3), new int[] {0, 1, 2, 2});
        assertThat(c.accuracy()).isEqualTo(0.75);
        assertThat(c.recall(2)).isEqualTo(0.5);
        assertThat(c.precision(1)).isEqualTo(0.5);
        assertThat(c.count(2, 1)).isEqualTo(1);
        var mean = new RunningMean();
        mean.add(1, 3);
        mean.add(5, 1);
        assertThat(mean.value()).isEqualTo(2);
    }

    private static double nll(double[] logits, int at) {
        return Math.log(java.util.Arrays.stream(logits).map(Math::exp).sum()) - logits[at];
    }

    private static double[] flat(double[][] rows) {
        return Stream.of(rows).flatMapToDouble(java.util.Arrays::stream).toArray();
    }
}
