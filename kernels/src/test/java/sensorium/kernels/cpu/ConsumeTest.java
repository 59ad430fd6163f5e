package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import sensorium.backend.Backends;
import sensorium.memory.HostMemory;
import sensorium.memory.ReleasedException;
import sensorium.memory.Scope;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.tensor.Tensor;

/** Whose memory a result may take. */
class ConsumeTest {
    private static final Fused STEP = new Fused.AdamWStep(.1, .9, .99, 1e-8, .05, .1, .01);

    private final HostMemory memory = new HostMemory(true);
    private final CpuBackend backend = new CpuBackend(memory, 1);
    private final float[] expected = here(() -> Scope.tidy(
            () -> Dispatch.run(STEP, List.of(p(), g(), m(), v())).get(0).toFloats()));

    private <T> T here(Supplier<T> body) {
        return Backends.with(backend, body);
    }

    private static Tensor p() {
        return Tensor.of(new float[] {1, 2, 3}, 3);
    }

    private static Tensor g() {
        return Tensor.of(new float[] {.5f, -1, 2}, 3);
    }

    private static Tensor m() {
        return Tensor.of(new float[] {.1f, .2f, .3f}, 3);
    }

    private static Tensor v() {
        return Tensor.of(new float[] {.4f, .5f, .6f}, 3);
    }

    @Test
    void aResultTakesThePlaceOfTheOnlyHandle() {
        here(() -> Scope.tidy(() -> {
            List<Tensor> in = List.of(p(), g(), m(), v());
            List<Tensor> out = Dispatch.consume(STEP, in);
            assertThat(out.get(0).toFloats()).isEqualTo(expected);
            assertThat(out.stream().map(Tensor::storage))
                    .containsExactly(
                            in.get(0).storage(), in.get(2).storage(), in.get(3).storage());
            assertThat(in.stream().map(Tensor::isAlive)).containsExactly(false, true, false, false);
            assertThat(in.get(1).toFloats()).isEqualTo(g().toFloats());
            return null;
        }));
        assertThat(memory.stats().tensors()).isZero();
    }

    @Test
    void whatSomebodyElseHoldsStays() {
        here(() -> Scope.tidy(() -> {
            Tensor p = p();
            Tensor alias = p.alias();
            Tensor block = Tensor.of(new float[] {9, .1f, .2f, .3f}, 4);
            Tensor part = block.slice(0, 1, 4);
            Tensor out = Dispatch.consume(STEP, List.of(p, g(), part, v())).get(0);
            assertThat(out.toFloats()).isEqualTo(expected);
            assertThat(p.isAlive()).isTrue();
            assertThat(alias.toFloats()).isEqualTo(p().toFloats());
            assertThat(block.toFloats()).containsExactly(9, .1f, .2f, .3f);
            return null;
        }));
        assertThat(memory.stats().tensors()).isZero();
    }

    @Test
    void anOperandThatIsPassedTwiceStays() {
        here(() -> Scope.tidy(() -> {
            Tensor zero = Tensor.zeros(3);
            List<Tensor> out = Dispatch.consume(STEP, List.of(p(), g(), zero, zero));
            assertThat(zero.toFloats()).containsOnly(0);
            assertThat(out.get(1).toFloats()).isNotEqualTo(out.get(2).toFloats());
            return null;
        }));
    }

    @Test
    void aFailureLeavesTheHandlesAlive() {
        here(() -> Scope.tidy(() -> {
            Tensor p = p();
            Tensor gone = g();
            gone.release();
            assertThatThrownBy(() -> Dispatch.consume(STEP, List.of(p, gone, m(), v())))
                    .isInstanceOf(ReleasedException.class);
            assertThat(p.toFloats()).isEqualTo(p().toFloats());
            return null;
        }));
        assertThat(memory.stats().tensors()).isZero();
    }
}
