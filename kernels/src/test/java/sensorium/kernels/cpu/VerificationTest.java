package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sensorium.autograd.Tape;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.backend.HostBackend;
import sensorium.backend.Operand;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;
import sensorium.memory.Scope;
import sensorium.op.DivergenceException;
import sensorium.op.Op;
import sensorium.op.OpCase;
import sensorium.op.OpCases;
import sensorium.op.Primitive;
import sensorium.op.Verification;
import sensorium.tensor.Device;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/** A verified run finds what is wrong, and nothing that is right. */
class VerificationTest {
    private final Backend trusted = new ReferenceBackend(new HostMemory(true));

    @BeforeEach
    void start() {
        Verification.start(trusted);
    }

    @AfterEach
    void stop() {
        Verification.stop();
        assertThat(trusted.memory().tensors()).isZero();
    }

    @Test
    void noCaseOfTheTableIsAFalseAlarm() {
        Backend cpu = Backends.open("cpu");
        List<String> alarms = new ArrayList<>();
        for (OpCase c : OpCases.all()) {
            try {
                Backends.with(
                        cpu, () -> Scope.tidy(() -> c.run().apply(c.operands()).size()));
            } catch (DivergenceException e) {
                alarms.add(c + ": " + e.getMessage());
            }
        }
        assertThat(alarms).isEmpty();
    }

    /** The CPU's kernels, but products of matrices are wrong by a thousandth in one place. */
    private static final class Wrong extends HostBackend {
        private final Backend right = Backends.open("cpu");

        Wrong() {
            super(new Device("wrong", 0), new HostMemory(true));
        }

        @Override
        public String description() {
            return "the CPU's kernels with a mistake";
        }

        @Override
        public boolean supports(Op op, List<Spec> inputs) {
            return right.supports(op, inputs);
        }

        @Override
        public void run(Op op, List<Operand> in, List<Operand> out) {
            right.run(op, in, out);
            if (op instanceof Primitive.MatMul) {
                var y = HostBackend.memory(out.get(0));
                y.setAtIndex(ValueLayout.JAVA_FLOAT, 7, 1.001f * y.getAtIndex(ValueLayout.JAVA_FLOAT, 7));
            }
        }
    }

    @Test
    void theFirstWrongOpIsNamedWithThePlaceAndBothNumbers() {
        var wrong = new Wrong();
        assertThatThrownBy(() -> Backends.with(
                        wrong,
                        () -> Scope.tidy(() -> {
                            Tensor x = Tensor.ones(3, 4).plus(1);
                            return x.exp().matmul(x.t().plus(1)).sum().item();
                        })))
                .isInstanceOf(DivergenceException.class)
                .hasMessageStartingWith(
                        "[matmul] of F32(3,4) x F32(4,3) on wrong leaves its error budget: F32(3,3) at [2, 1]")
                .hasMessageContaining("reference says");
        assertThat(wrong.memory().tensors()).isZero();
    }

    @Test
    void gradientsAndWhatIsWrittenInPlaceAreCheckedToo() {
        double loss = Backends.with(
                Backends.open("cpu"),
                () -> Scope.tidy(() -> {
                    Tensor w = Tensor.ones(5, 4).tracked();
                    Tensor x = Tensor.ones(3, 4).times(0.5);
                    return Tape.record(tape -> {
                        Tensor y = x.matmul(w.t()).gelu().softmax(-1).log().mean();
                        Tensor g = tape.gradients(y, List.of(w)).get(0);
                        return y.item() + g.sum().item();
                    });
                }));
        assertThat(loss).isFinite();
    }
}
