package sensorium.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;
import sensorium.memory.Scope;

/** Every differentiable row of the table against difference quotients, first and second order, in guarded memory. */
class GradientCheckTest {
    private static final List<OpCase> CASES =
            OpCases.all().stream().filter(GradientCheck::applies).toList();
    private final Backend backend = new ReferenceBackend(new HostMemory(true));

    @TestFactory
    Stream<DynamicTest> first() {
        return CASES.stream().map(c -> check(c, GradientCheck::first));
    }

    @TestFactory
    Stream<DynamicTest> second() {
        return CASES.stream().filter(c -> c.order() > 1).map(c -> check(c, GradientCheck::second));
    }

    private DynamicTest check(OpCase c, Consumer<OpCase> check) {
        return DynamicTest.dynamicTest(c.toString(), () -> {
            long before = backend.memory().tensors();
            Backends.with(
                    backend,
                    () -> Scope.tidy(() -> {
                        check.accept(c);
                        return null;
                    }));
            assertThat(backend.memory().tensors()).as("tensors left").isEqualTo(before);
        });
    }

    @AfterAll
    static void report() {
        long second = CASES.stream().filter(c -> c.order() > 1).count();
        long rows = CASES.stream().map(OpCase::row).distinct().count();
        System.out.printf("gradient check: %d rows, %d cases first order, %d second%n", rows, CASES.size(), second);
    }
}
