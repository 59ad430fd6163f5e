package sensorium.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.memory.ReleasedException;
import sensorium.memory.Scope;
import sensorium.op.Fused;

/** The basics, in numbers small enough to check by hand. */
class TensorTest {
    private final Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

    @Test
    void broadcastsAndReduces() {
        Tensor row = Tensor.of(new float[] {10, 20, 30}, 3);
        assertThat(a.plus(row).toFloats()).containsExactly(11, 22, 33, 14, 25, 36);
        assertThat(a.sum(0).toFloats()).containsExactly(5, 7, 9);
        assertThat(a.mean(true, 1).toFloats()).containsExactly(2, 5);
        assertThat(a.max().item()).isEqualTo(6);
        assertThat(a.argMax(1).toLongs()).containsExactly(2, 2);
    }

    @Test
    void viewsShareStorage() {
        Tensor t = a.t();
        assertThat(t.storage()).isSameAs(a.storage());
        assertThat(t.toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(t.reshape(2, 3).toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(a.flip(1).slice(1, 0, 2).toFloats()).containsExactly(3, 2, 6, 5);
        assertThat(a.windows(1, 2, 1, 1).toFloats()).containsExactly(1, 2, 2, 3, 4, 5, 5, 6);
    }

    @Test
    void multipliesMatrices() {
        Tensor b = Tensor.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
        assertThat(a.matmul(b).toFloats()).containsExactly(4, 5, 10, 11);
        assertThat(a.matmul(a.t()).toFloats()).containsExactly(14, 32, 32, 77);
    }

    @Test
    void movesAnyType() {
        Tensor i = Tensor.of(new long[] {2, 0}, 2);
        assertThat(a.indexSelect(1, i).toFloats()).containsExactly(3, 1, 6, 4);
        assertThat(a.to(DType.F16).indexSelect(1, i).to(DType.F32).toFloats()).containsExactly(3, 1, 6, 4);
        assertThat(Tensor.concat(0, List.of(a, a.flip(0))).toFloats())
                .containsExactly(1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3);
        assertThat(a.pad(0, 1, 0, -1).toFloats()).containsExactly(-1, -1, -1, 1, 2, 3, 4, 5, 6);
        assertThat(Tensor.where(a.gt(3), a, a.neg()).toFloats()).containsExactly(-1, -2, -3, 4, 5, 6);
    }

    @Test
    void differentiates() {
        Tensor w = Tensor.of(new float[] {1, 2}, 2).tracked();
        Tensor dw =
                Tape.record(tape -> tape.gradients(w.square().sum(), List.of(w)).get(0));
        assertThat(dw.toFloats()).containsExactly(2, 4);
        Tensor d2 = Tape.record(tape -> {
            Tensor d = tape.gradientGraph(w.pow(3).sum(), List.of(w)).get(0);
            return tape.gradients(d.sum(), List.of(w)).get(0);
        });
        assertThat(d2.toFloats()).containsExactly(6, 12);
    }

    @Test
    void attendsAndSoftmaxes() {
        Tensor q = Tensor.of(new float[] {1, 0, 0, 1}, 1, 1, 2, 2);
        Tensor y = q.attention(q, q, null, new Fused.Attention(1, true, 0));
        double e = Math.E / (Math.E + 1);
        assertThat(y.toDoubles())
                .containsExactly(new double[] {1, 0, 1 - e, e}, org.assertj.core.data.Offset.offset(1e-6));
    }

    @Test
    void tidyKeepsWhatItReturns() {
        Tensor[] leaked = new Tensor[1];
        Tensor kept = Scope.tidy("step", () -> {
            leaked[0] = a.plus(1);
            return leaked[0].times(2);
        });
        assertThat(kept.toFloats()).containsExactly(4, 6, 8, 10, 12, 14);
        assertThatThrownBy(() -> leaked[0].plus(1))
                .isInstanceOf(ReleasedException.class)
                .hasMessageContaining("[add]")
                .hasMessageContaining("F32(2,3)")
                .hasMessageContaining("step");
    }

    @Test
    void explainsShapes() {
        assertThatThrownBy(() -> a.matmul(a))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("[matmul] inner dimensions differ: F32(2,3) x F32(2,3)")
                .hasMessageEndingWith("on " + a.backend().device());
    }
}
