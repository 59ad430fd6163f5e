package sensorium.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import sensorium.backend.Backends;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;
import sensorium.memory.Scope;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

class TapeTest {
    private final ReferenceBackend backend = new ReferenceBackend(new HostMemory(true));

    /** Runs in a scope of a backend that must be empty afterwards. */
    private void check(Runnable body) {
        Backends.with(
                backend,
                () -> Scope.tidy(() -> {
                    body.run();
                    return null;
                }));
        assertThat(backend.memory().tensors()).isZero();
    }

    private static Tensor vector(double... v) {
        return Tensor.of(v, v.length);
    }

    @Test
    void recordsOnlyWhatIsTracked() {
        check(() -> {
            Tensor x = vector(1, 2).tracked();
            assertThat(x.times(2).isTracked()).isFalse();
            Tape.record(tape -> {
                assertThat(x.times(2).isTracked()).isTrue();
                assertThat(x.detached().times(2).isTracked()).isFalse();
                assertThat(x.gt(1).isTracked()).isFalse();
                assertThat(Tape.pause(() -> x.times(2)).isTracked()).isFalse();
                return null;
            });
        });
    }

    @Test
    void addsUpWhatMeets() {
        check(() -> {
            Tensor x = vector(3, 5).tracked();
            // d(x·x + x) = 2x + 1, x being both operands of one product
            List<Tensor> g = Tape.record(t -> t.gradients(x.times(x).plus(x).sum(), List.of(x)));
            assertThat(g.get(0).toDoubles()).containsExactly(7, 11);
        });
    }

    @Test
    void untouchedTensorsHaveZeroGradient() {
        check(() -> {
            Tensor x = vector(3, 5).tracked();
            Tensor other = vector(1, 1, 1).tracked();
            List<Tensor> g = Tape.record(t -> t.gradients(x.sum(), List.of(other, x)));
            assertThat(g.get(0).toDoubles()).containsExactly(0, 0, 0);
            assertThat(g.get(1).toDoubles()).containsExactly(1, 1);
        });
    }

    @Test
    void innerResultsHaveGradientsToo() {
        check(() -> {
            Tensor x = vector(3).tracked();
            Tape.record(t -> {
                Tensor y = x.square();
                List<Tensor> g = t.gradients(y.square().sum(), List.of(x, y));
                assertThat(g.get(0).item()).isEqualTo(108);
                assertThat(g.get(1).item()).isEqualTo(18);
                return null;
            });
        });
    }

    @Test
    void sameTensorTwiceIntoAFusedOp() {
        check(() -> {
            Tensor x = Tensor.of(new double[] {1, -2, 0.5, 3, 1, 2}, 1, 1, 3, 2).tracked();
            var how = new Fused.Attention(0.7, true, 0);
            Supplier<Tensor> apart = () -> {
                Tensor q = x.tracked();
                Tensor k = x.tracked();
                Tensor v = x.tracked();
                return Tape.record(t -> {
                    List<Tensor> g =
                            t.gradients(q.attention(k, v, null, how).square().sum(), List.of(q, k, v));
                    return g.get(0).plus(g.get(1)).plus(g.get(2));
                });
            };
            Tensor together = Tape.record(
                    t -> t.gradients(x.attention(x, x, null, how).square().sum(), List.of(x))
                            .get(0));
            assertThat(together.toDoubles()).containsExactly(apart.get().toDoubles(), Offset.offset(1e-12));
        });
    }

    @Test
    void sameTensorAsWeightAndBias() {
        check(() -> {
            Tensor x = Tensor.of(new double[] {1, 2, 4}, 1, 3);
            Tensor w = vector(2, 3, 5).tracked();
            Tensor g = Tape.record(
                    t -> t.gradients(x.layerNorm(w, w, 0).sum(), List.of(w)).get(0));
            double[] y = x.layerNorm(0).toDoubles();
            assertThat(g.toDoubles())
                    .containsExactly(Arrays.stream(y).map(v -> v + 1).toArray(), Offset.offset(1e-12));
        });
    }

    @Test
    void derivativesOfAnyOrder() {
        check(() -> {
            Tensor x = vector(2).tracked();
            Tensor third = Tape.record(t -> {
                Tensor d = x.pow(4).sum();
                for (int i = 0; i < 3; i++) {
                    d = t.gradientGraph(d, List.of(x)).get(0).sum();
                }
                return d;
            });
            assertThat(third.item()).isEqualTo(48, Offset.offset(1e-9)); // 24x
        });
    }

    @Test
    void vectorJacobianProduct() {
        check(() -> {
            Tensor a = vector(1, 2);
            Tensor b = vector(3, 4);
            List<Tensor> g = Tape.vjp(
                    in -> List.of(in.get(0).times(in.get(1)), in.get(0).exp()),
                    List.of(a, b),
                    Arrays.asList(vector(1, 10), null));
            assertThat(g.get(0).toDoubles()).containsExactly(3, 40);
            assertThat(g.get(1).toDoubles()).containsExactly(1, 20);
            // The same operand twice: each place has its own gradient.
            List<Tensor> twice =
                    Tape.vjp(in -> List.of(in.get(0).times(in.get(1).square())), List.of(a, a), List.of(vector(1, 1)));
            assertThat(twice.get(0).toDoubles()).containsExactly(1, 4);
            assertThat(twice.get(1).toDoubles()).containsExactly(2, 8);
        });
    }

    @Test
    void vjpIsRecordedByATapeAround() {
        check(() -> {
            Tensor x = vector(3).tracked();
            Tensor second = Tape.record(t -> {
                Tensor d = Tape.vjp(in -> List.of(in.get(0).pow(3)), List.of(x), List.of(vector(1)))
                        .get(0);
                return t.gradients(d.sum(), List.of(x)).get(0);
            });
            assertThat(second.item()).isEqualTo(18, Offset.offset(1e-12));
        });
    }

    @Test
    void gradientReachesAFloatMaskOfAttention() {
        check(() -> {
            Tensor q = Tensor.of(new double[] {1, 0, 0, 1}, 1, 1, 2, 2);
            Tensor mask = Tensor.of(new double[] {0, 0.5, -0.5, 0}, 2, 2).tracked();
            var how = new Fused.Attention(1, false, 0);
            Tensor g = Tape.record(
                    t -> t.gradients(q.attention(q, q, mask, how).square().sum(), List.of(mask))
                            .get(0));
            double step = 1e-6;
            for (int i = 0; i < 4; i++) {
                double[] up = mask.toDoubles();
                double[] down = mask.toDoubles();
                up[i] += step;
                down[i] -= step;
                double rise = q.attention(q, q, Tensor.of(up, 2, 2), how)
                        .square()
                        .sum()
                        .item();
                double fall = q.attention(q, q, Tensor.of(down, 2, 2), how)
                        .square()
                        .sum()
                        .item();
                assertThat(g.toDoubles()[i]).isEqualTo((rise - fall) / (2 * step), Offset.offset(1e-8));
            }
        });
    }

    @Test
    void onlyOneOfSeveralResultsIsUsed() {
        check(() -> {
            Tensor q = Tensor.of(new double[] {1, 0, 0, 1}, 1, 1, 2, 2).tracked();
            // Only the log-sum-exp: its gradient with respect to the queries is the mean of the keys.
            Tensor g = Tape.record(t -> {
                List<Tensor> out =
                        Dispatch.run(new Fused.Attention(1, false, 0), List.of(q, q.detached(), q.detached()));
                return t.gradients(out.get(1).sum(), List.of(q)).get(0);
            });
            double e = Math.E / (Math.E + 1);
            assertThat(g.toDoubles()).containsExactly(new double[] {e, 1 - e, 1 - e, e}, Offset.offset(1e-12));
        });
    }

    @Test
    void nothingRemainsAfterGradients() {
        check(() -> {
            Tensor x = Tensor.of(new double[1000], 1000).tracked();
            long before = backend.memory().tensors();
            Tensor g = Scope.tidy(() -> Tape.record(tape -> {
                Tensor y = x;
                for (int i = 0; i < 10; i++) {
                    y = y.sigmoid().layerNorm(1e-5);
                }
                Tensor d = tape.gradients(y.square().sum(), List.of(x)).get(0);
                return d;
            }));
            assertThat(backend.memory().tensors()).isEqualTo(before + 1);
            assertThat(g.size()).isEqualTo(1000);
        });
    }

    @Test
    void backwardDoesNotPileUp() {
        var plain = new ReferenceBackend(new HostMemory(false));
        int n = 250_000; // 2 MB
        long forward = Backends.with(
                plain,
                () -> Scope.tidy(() -> {
                    Tensor x = Tensor.zeros(n).tracked();
                    return Tape.record(tape -> {
                        Tensor y = x;
                        for (int i = 0; i < 12; i++) {
                            y = y.exp();
                        }
                        Tensor loss = y.sum();
                        long active = plain.memory().active();
                        tape.gradients(loss, List.of(x));
                        return active;
                    });
                }));
        // Thirteen tensors forward; backward needs a few more at a time, not as many again.
        assertThat(plain.memory().peak() - forward).isLessThan(5L * n * 4);
    }

    @Test
    void refusesWhatCannotBe() {
        check(() -> {
            Tensor x = vector(1, 2).tracked();
            Tape.record(tape -> {
                assertThatThrownBy(() -> tape.gradients(x.times(2), List.of(x)))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("(2)");
                Tensor loss = x.sum();
                tape.gradients(loss, List.of(x));
                assertThatThrownBy(() -> tape.gradients(loss, List.of(x)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("gradientGraph");
                Tensor again = x.square().sum();
                assertThat(tape.gradients(again, List.of(x)).get(0).toDoubles()).containsExactly(2, 4);
                return null;
            });
        });
    }
}
