package sensorium.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;
import sensorium.memory.Scope;
import sensorium.op.OpCase.Budget;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/**
 * Holds a backend to the whole table: results and gradients agree with the reference backend on the same numbers,
 * contiguous and in double precision; and nothing stays behind in memory. Subclasses name the backend.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class OpConformance {
    private final Backend oracle = new ReferenceBackend(new HostMemory(false));
    private final List<OpCase> table = OpCases.all();

    /** The backend to test: one that nobody else uses, with guarded memory where it can have that. Called often. */
    protected abstract Backend backend();

    /** Whether the cases of an op are to be run: all, where nothing is known that makes some of them the same as others. */
    protected boolean covers(Op op) {
        return true;
    }

    private List<OpCase> cases() {
        return table.stream().filter(c -> covers(c.op())).toList();
    }

    @TestFactory
    Stream<DynamicContainer> forward() {
        return rows(cases(), c -> forward(c, oracle, backend()));
    }

    /** @throws AssertionError if results differ or tensors are left behind */
    static void forward(OpCase c, Backend oracle, Backend backend) {
        List<double[]> expected = on(oracle, () -> c.run().apply(c.exactOperands()));
        on(backend, () -> {
            List<Tensor> results = c.run().apply(c.operands());
            compare(results, expected, c.budget());
            return results;
        });
    }

    @TestFactory
    Stream<DynamicContainer> gradients() {
        return rows(cases().stream().filter(c -> c.order() > 0).toList(), c -> {
            List<double[]> expected = on(oracle, () -> Conformance.gradients(c, c.exactOperands()));
            on(backend(), () -> {
                List<Tensor> results = Conformance.gradients(c, c.operands());
                compare(results, expected, c.budget().ofGradient());
                return results;
            });
        });
    }

    @AfterAll
    void report() {
        List<OpCase> cases = cases();
        long ops = cases.stream().map(OpCase::row).distinct().count();
        long derived = cases.stream().filter(c -> c.order() > 0).count();
        System.out.printf(
                "conformance of %s: %d rows, %d cases forward, %d of them with gradients%n",
                backend().device(), ops, cases.size(), derived);
    }

    private static Stream<DynamicContainer> rows(List<OpCase> cases, Consumer<OpCase> test) {
        Map<String, ArrayList<OpCase>> byRow = new LinkedHashMap<>();
        cases.forEach(
                c -> byRow.computeIfAbsent(c.row(), _ -> new ArrayList<>()).add(c));
        return byRow.entrySet().stream()
                .map(row -> DynamicContainer.dynamicContainer(
                        row.getKey(),
                        row.getValue().stream().map(c -> DynamicTest.dynamicTest(c.toString(), () -> test.accept(c)))));
    }

    /** Runs on a backend, checks that no tensor is left there, and returns the numbers. */
    private static List<double[]> on(Backend backend, Supplier<List<Tensor>> body) {
        long before = backend.memory().tensors();
        List<double[]> numbers = Backends.with(
                backend,
                () -> Scope.tidy(
                        () -> body.get().stream().map(Tensor::toDoubles).toList()));
        assertThat(backend.memory().tensors())
                .as("tensors left on %s", backend.device())
                .isEqualTo(before);
        return numbers;
    }

    private static void compare(List<Tensor> results, List<double[]> expected, Budget budget) {
        assertThat(results).hasSameSizeAs(expected);
        for (int i = 0; i < results.size(); i++) {
            compare(results.get(i), expected.get(i), budget);
        }
    }

    private static void compare(Tensor result, double[] expected, Budget budget) {
        double[] r = result.toDoubles();
        assertThat(r).hasSameSizeAs(expected);
        boolean single = result.dtype() == DType.F32;
        double eps = single ? Math.ulp(1f) : result.dtype() == DType.F64 ? Math.ulp(1d) : 0;
        double tiny = single ? Float.MIN_NORMAL : result.dtype() == DType.F64 ? Double.MIN_NORMAL : 0;
        double largest = 0;
        for (double e : expected) {
            largest = Double.isFinite(e) ? Math.max(largest, Math.abs(e)) : largest;
        }
        for (int i = 0; i < r.length; i++) {
            double e = single ? (float) expected[i] : expected[i];
            double allowed =
                    eps * (budget.relative() * Math.abs(e) + budget.normwise() * largest) + (eps > 0 ? tiny : 0);
            boolean same = r[i] == e || (Double.isNaN(r[i]) && Double.isNaN(e)) || Math.abs(r[i] - e) <= allowed;
            if (!same) {
                throw new AssertionError("%s element %d of %d is %s, not %s (allowed %.3g, off by %.3g)"
                        .formatted(result.spec(), i, r.length, r[i], e, allowed, Math.abs(r[i] - e)));
            }
        }
    }
}
