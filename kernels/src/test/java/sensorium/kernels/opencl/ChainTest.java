package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.backend.Backends;
import sensorium.memory.Scope;
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** Elementwise ops that are submitted together: the same numbers to the bit, and nothing left behind. */
class ChainTest {
    /** From this time on a chain has its kernel. */
    private static final int OFTEN = 4;

    private OpenClBackend backend;

    @BeforeEach
    void open() {
        backend = TestDevice.open();
    }

    @AfterEach
    void nothingIsLeft() {
        if (backend != null) {
            assertThat(backend.memory().tensors()).isZero();
            backend.close();
            assertThat(backend.ledger().isEmpty())
                    .as("left: %s", backend.ledger())
                    .isTrue();
        }
    }

    private static Tensor normal(long stream, int... dims) {
        return Tensor.generate(new Random(Distribution.NORMAL, DType.F32, Shape.of(dims), 3, stream));
    }

    /** The first time every op runs by itself; the last time's results must be the same, and have run together. */
    private void staysTheSame(Supplier<float[]> body) {
        float[] alone = Backends.with(backend, () -> Scope.tidy(body));
        assertThat(backend.chain().fused()).isZero();
        for (int i = 0; i < OFTEN; i++) {
            assertThat(Backends.with(backend, () -> Scope.tidy(body))).containsExactly(alone);
        }
        assertThat(backend.chain().fused()).isPositive();
    }

    @Test
    void severalOpsRunAsOne() {
        staysTheSame(() ->
                normal(0, 33, 7).times(2).plus(normal(1, 33, 7)).gelu().square().toFloats());
    }

    @Test
    void operandsAreStretchedAndTurned() {
        staysTheSame(() -> normal(0, 5, 1, 7)
                .times(normal(1, 9, 1))
                .minus(normal(2, 7, 9, 5).permute(2, 1, 0))
                .exp()
                .toFloats());
    }

    @Test
    void aResultThatIsTurnedEndsTheChain() {
        staysTheSame(() -> {
            Tensor x = normal(0, 6, 6).times(3).sin();
            return x.plus(x.t()).cos().toFloats();
        });
    }

    @Test
    void resultsInTheMiddleAreThereForOthers() {
        staysTheSame(() -> {
            Tensor x = normal(0, 100);
            Tensor a = x.times(3);
            Tensor b = a.plus(x);
            Tensor c = a.times(b);
            return Tensor.concat(0, List.of(a, b, c)).toFloats();
        });
    }

    @Test
    void whatIsGoneBeforeTheChainRunsWasStillComputed() {
        staysTheSame(() -> Scope.tidy(
                        () -> normal(0, 1000).times(3).plus(normal(1, 1)).tanh())
                .toFloats());
    }

    @Test
    void gradientsAreTheSame() {
        staysTheSame(() -> Tape.vjp(
                        x -> List.of(x.get(0).times(x.get(1)).silu().plus(1).sqrt()),
                        List.of(normal(0, 50).abs(), normal(1, 50).abs()),
                        List.of(normal(2, 50)))
                .get(0)
                .toFloats());
    }

    @Test
    void aChainThatIsTooLongIsCut() {
        staysTheSame(() -> {
            Tensor x = normal(0, 11);
            for (int i = 0; i < 80; i++) { // seven kinds in turn: no sixteen begin like others
                x = switch (i % 7) {
                    case 0 -> x.times(0.9);
                    case 1 -> x.plus(0.5);
                    case 2 -> x.sin();
                    case 3 -> x.subtractedFrom(1);
                    case 4 -> x.square();
                    case 5 -> x.neg();
                    default -> x.exp();
                };
            }
            return x.toFloats();
        });
    }

    @Test
    void numbersThatAreNoneStaySo() {
        staysTheSame(() -> Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, -0f, -1}, 4)
                .maximum(Tensor.of(new float[] {1, 2, 3, Float.NaN}, 4))
                .relu()
                .times(2)
                .toFloats());
    }
}
