package sensorium.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import sensorium.backend.HostBackend;
import sensorium.backend.Operand;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.backend.reference.ReferenceKernels;
import sensorium.memory.HostMemory;
import sensorium.op.OpCase.Budget;
import sensorium.tensor.Device;
import sensorium.tensor.Layout;
import sensorium.tensor.Spec;

/** A table that cannot fail proves nothing: backends with typical mistakes must fail every row that could show them. */
class ConformanceNoticesTest {
    private final ReferenceBackend oracle = new ReferenceBackend(new HostMemory(false));

    /** The reference kernels with a mistake. */
    private abstract static class Faulty extends HostBackend {
        Faulty() {
            super(new Device("faulty", 0), new HostMemory(false));
        }

        @Override
        public String description() {
            return "the reference kernels with a mistake";
        }

        @Override
        public boolean supports(Op op, List<Spec> inputs) {
            return op instanceof Primitive;
        }
    }

    /** Reads operands as if they were contiguous. */
    private static final class IgnoresStrides extends Faulty {
        @Override
        public void run(Op op, List<Operand> in, List<Operand> out) {
            List<Operand> straight = in.stream()
                    .map(x -> new Operand(
                            x.storage(), x.dtype(), x.shape().size() > 1 ? Layout.contiguous(x.shape()) : x.layout()))
                    .toList();
            ReferenceKernels.run(op, straight, out);
        }
    }

    /** Forgets the last element of every result, as a loop over whole vectors would. */
    private static final class ForgetsTheTail extends Faulty {
        @Override
        public void run(Op op, List<Operand> in, List<Operand> out) {
            ReferenceKernels.run(op, in, out);
            Operand y = out.get(0);
            if (y.shape().size() > 1 && !(op instanceof Primitive.Fill)) {
                long width = y.dtype().bytes();
                var memory = HostBackend.memory(y).asSlice((y.shape().size() - 1) * width, width);
                memory.set(
                        ValueLayout.JAVA_BYTE, width - 1, (byte) (memory.get(ValueLayout.JAVA_BYTE, width - 1) ^ 0x41));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> strides() {
        return everyRowFails(new IgnoresStrides());
    }

    @TestFactory
    Stream<DynamicTest> tails() {
        return everyRowFails(new ForgetsTheTail());
    }

    private Stream<DynamicTest> everyRowFails(HostBackend faulty) {
        Map<String, List<OpCase>> rows = new LinkedHashMap<>();
        for (OpCase c : OpCases.all()) {
            // Views run no kernel, generators have no operands.
            if (!(c.op() instanceof View) && !c.in().isEmpty()) {
                rows.computeIfAbsent(c.row(), _ -> new ArrayList<>()).add(c);
            }
        }
        return rows.entrySet().stream()
                .map(row -> DynamicTest.dynamicTest(
                        row.getKey(), () -> assertThat(row.getValue()).anyMatch(c -> fails(c, faulty))));
    }

    private boolean fails(OpCase c, HostBackend faulty) {
        try {
            OpConformance.forward(c, oracle, faulty);
            return false;
        } catch (AssertionError | IndexOutOfBoundsException e) {
            return true;
        }
    }

    @Test
    void leaks() {
        var leaky = new Faulty() {
            @Override
            public void run(Op op, List<Operand> in, List<Operand> out) {
                ReferenceKernels.run(op, in, out);
                in.get(0).storage().retain();
            }
        };
        OpCase sum = OpCases.all().stream()
                .filter(c -> c.op() instanceof Primitive.Reduce && !c.budget().equals(Budget.EXACT))
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> OpConformance.forward(sum, oracle, leaky))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("tensors left");
    }
}
