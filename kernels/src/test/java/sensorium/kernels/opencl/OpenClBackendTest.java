package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jocl.CL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.backend.Backends;
import sensorium.backend.DeviceException;
import sensorium.memory.Scope;
import sensorium.memory.TensorMemoryException;
import sensorium.op.DivergenceException;
import sensorium.op.Primitive;
import sensorium.op.Verification;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/** What the conformance table does not ask: sizes, faults, memory, threads. */
class OpenClBackendTest {
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

    private <T> T here(Supplier<T> body) {
        return Backends.with(backend, () -> Scope.tidy(body));
    }

    private static float[] random(int n) {
        var philox = new Philox(5, 0);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = philox.uniform(i) - 0.5f;
        }
        return v;
    }

    @Test
    void sumsOfManyElementsAreSplitAndAgreeWithDoubles() {
        float[] v = random(300_007);
        double expected = IntStream.range(0, v.length).mapToDouble(i -> v[i]).sum();
        double sum = here(() -> Tensor.of(v, v.length).sum().item());
        assertThat(sum).isCloseTo(expected, within(1e-3));
        double max = here(() -> Tensor.of(v, v.length).max(false, 0).item());
        assertThat(max)
                .isEqualTo(IntStream.range(0, v.length)
                        .mapToDouble(i -> v[i])
                        .max()
                        .orElseThrow());
    }

    @Test
    void sumsOverRowsAndColumnsOfAMatrixAgree() {
        float[] v = random(501 * 307);
        double[] rows = here(() -> Tensor.of(v, 501, 307).sum(false, 1).toDoubles());
        double[] columns = here(() -> Tensor.of(v, 501, 307).sum(false, 0).toDoubles());
        for (int i = 0; i < 501; i++) {
            int row = i;
            assertThat(rows[i])
                    .isCloseTo(
                            IntStream.range(0, 307)
                                    .mapToDouble(j -> v[row * 307 + j])
                                    .sum(),
                            within(1e-4));
        }
        for (int j = 0; j < 307; j++) {
            int column = j;
            assertThat(columns[j])
                    .isCloseTo(
                            IntStream.range(0, 501)
                                    .mapToDouble(i -> v[i * 307 + column])
                                    .sum(),
                            within(1e-4));
        }
    }

    @Test
    void sortsManyElementsStably() {
        int n = 5_003;
        float[] v = new float[n];
        var philox = new Philox(9, 0);
        for (int i = 0; i < n; i++) {
            v[i] = philox.below(i, 97);
        }
        long[] order = here(
                () -> Tensor.of(v, n).apply(new Primitive.ArgSort(0, false)).toLongs());
        assertThat(order).hasSize(n);
        for (int i = 1; i < n; i++) {
            float before = v[(int) order[i - 1]];
            float after = v[(int) order[i]];
            assertThat(before < after || (before == after && order[i - 1] < order[i]))
                    .isTrue();
        }
    }

    @Test
    void anIndexOutsideIsReportedWhenTheResultIsRead() {
        assertThatThrownBy(() -> here(() -> {
                    Tensor table = Tensor.of(new float[] {1, 2, 3}, 3);
                    return table.apply(new Primitive.IndexSelect(0), Tensor.of(new long[] {1, 3}, 2))
                            .toDoubles();
                }))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("indexselect");
        assertThat(here(() -> Tensor.of(new float[] {7}, 1).toDoubles())).containsExactly(7);
    }

    @Test
    void integersDividedByZeroAreReported() {
        assertThatThrownBy(() -> here(() -> Tensor.of(new int[] {1, 2}, 2)
                        .dividedBy(Tensor.of(new int[] {1, 0}, 2))
                        .toLongs()))
                .isInstanceOf(ArithmeticException.class);
        long[] least = here(() -> Tensor.of(new long[] {Long.MIN_VALUE}, 1)
                .dividedBy(Tensor.of(new long[] {-1}, 1))
                .toLongs());
        assertThat(least).containsExactly(Long.MIN_VALUE);
    }

    @Test
    void outOfMemoryNamesTheLargestTensors() {
        try (var small = TestDevice.open(Caches.folder(), 1 << 20)) {
            assertThatThrownBy(() -> Backends.with(
                            small,
                            () -> Scope.tidy(() -> {
                                Tensor first = Tensor.zeros(200, 1000);
                                return first.plus(Tensor.zeros(200, 1000)).toDoubles();
                            })))
                    .isInstanceOf(TensorMemoryException.class)
                    .hasMessageContaining("F32(200,1000)");
            // What is released is drained for what has another size.
            Backends.with(
                    small, () -> Scope.tidy(() -> Tensor.zeros(220, 1000).sum().item()));
        }
    }

    @Test
    void manyStepsLeaveMemoryAsItWas() {
        Runnable step = () -> here(() -> {
            Tensor x = Tensor.of(random(64 * 32), 64, 32);
            return x.matmul(x.t()).softmax(-1).sum().item();
        });
        step.run();
        backend.synchronize();
        long cached = backend.memory().cached();
        var held = backend.ledger().counts();
        for (int i = 0; i < 200; i++) {
            step.run();
        }
        backend.synchronize();
        assertThat(backend.memory().cached()).isEqualTo(cached);
        assertThat(backend.ledger().counts()).isEqualTo(held);
    }

    @Test
    void threadsThatShareADeviceDoNotMixUpTheirArguments() throws Exception {
        List<Callable<double[]>> tasks = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            double add = t;
            tasks.add(() -> here(() -> {
                Tensor x = Tensor.zeros(1000);
                for (int i = 0; i < 50; i++) {
                    x = x.plus(add);
                }
                return x.toDoubles();
            }));
        }
        try (var pool = Executors.newFixedThreadPool(4)) {
            var results = pool.invokeAll(tasks);
            for (int t = 0; t < 4; t++) {
                assertThat(results.get(t).get()).containsOnly(50.0 * t);
            }
        }
    }

    @Test
    void theSameOperandsGiveTheSameBits() {
        Supplier<double[]> run = () -> here(() -> {
            Tensor x = Tensor.of(random(200 * 100), 200, 100);
            Tensor chosen = x.apply(new Primitive.IndexSelect(0), Tensor.of(new long[] {3, 3, 9, 150}, 4));
            Tensor added = chosen.apply(new Primitive.IndexAdd(0, 200), Tensor.of(new long[] {3, 3, 9, 3}, 4));
            return x.plus(added).matmul(x.t()).toDoubles();
        });
        assertThat(run.get()).isEqualTo(run.get());
    }

    @Test
    void withoutDoublePrecisionItGoesByWayOfTheHostAndIsCounted() {
        DeviceFacts f = TestDevice.facts();
        var single =
                new DeviceFacts(f.platform(), f.device(), f.vendor(), f.name(), f.driver(), f.gpu(), false, f.memory());
        try (var device = new OpenClBackend(single, 0, Caches.folder(), 1 << 24, true)) {
            double[] y = Backends.with(
                    device,
                    () -> Scope.tidy(() -> Tensor.of(new double[] {1, 2, 3}, 3)
                            .flip(0)
                            .times(Tensor.of(new double[] {1, 10, 100}, 3))
                            .toDoubles()));
            assertThat(y).containsExactly(3, 20, 100);
            float[] z = Backends.with(
                    device,
                    () -> Scope.tidy(() -> Tensor.ones(2, 3).exp().softmax(-1).toFloats()));
            assertThat(z).containsOnly(1 / 3f);
            assertThat(device.trips().counts()).containsKey("mul").doesNotContainKeys("exp", "softmax");
            assertThat(String.join("\n", device.diagnostics()))
                    .contains("by way of the host: ")
                    .contains("mul");
        }
    }

    @Test
    void anErrorInAKernelIsFoundByVerification(@TempDir Path cache) {
        try (var faulty = TestDevice.open(cache, 1 << 24)) {
            Supplier<Double> run = () -> Backends.with(
                    faulty,
                    () -> Scope.tidy(() -> Tensor.of(random(5 * 300), 5, 300)
                            .exp()
                            .softmax(-1)
                            .max(false, 0, 1)
                            .item()));
            Verification.start(Backends.open("cpu"));
            try {
                double right = run.get();
                faulty.programs().forget();
                faulty.programs().edit("rows.cl", s -> s.replace("sum += exp(", "sum += k == n - 1 ? 0 : exp("));
                assertThatThrownBy(run::get)
                        .isInstanceOf(DivergenceException.class)
                        .hasMessageStartingWith("[softmax] of F32(5,300) on opencl leaves its error budget");
                Verification.stop();
                assertThat(run.get()).as("without verification nobody notices").isNotEqualTo(right);
            } finally {
                Verification.stop();
            }
        }
    }

    @Test
    void aDriverShortOfMemoryAtALaunchIsAskedAgainOnce() {
        Supplier<double[]> step =
                () -> here(() -> Tensor.ones(1000).plus(1).exp().toDoubles());
        double[] right = step.get();
        backend.queue().plantFailures(CL.CL_MEM_OBJECT_ALLOCATION_FAILURE);
        assertThat(backend.memory().cached()).isPositive();
        assertThat(step.get()).isEqualTo(right);
        backend.queue().plantFailures(CL.CL_OUT_OF_RESOURCES, CL.CL_OUT_OF_RESOURCES);
        assertThatThrownBy(step::get)
                .isInstanceOf(TensorMemoryException.class)
                .hasMessageContaining("the driver has none for kernel")
                .hasMessageContaining("Largest live tensors: ");
        assertThat(step.get()).isEqualTo(right);
    }

    @Test
    void aLostDeviceIsSaidInOneLine() {
        backend.queue().plantFailures(CL.CL_DEVICE_NOT_AVAILABLE);
        assertThatThrownBy(() -> here(() -> Tensor.ones(3).toDoubles()))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("CL_DEVICE_NOT_AVAILABLE")
                .hasMessageContaining("--resume")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aClosedDeviceRefusesInsteadOfCrashing() {
        var closed = TestDevice.open();
        Tensor kept = Backends.with(closed, () -> Tensor.ones(3));
        closed.close();
        assertThat(closed.ledger().isEmpty()).isTrue();
        assertThatThrownBy(kept::toDoubles)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was closed");
    }

    @Test
    void aSecondReleaseNeverReachesTheDriver() {
        var ledger = new Ledger();
        int[] released = {0};
        Ledger.Entry entry = ledger.open(Ledger.Kind.MEMORY, "4 bytes", () -> released[0]++);
        assertThat(ledger).hasToString("1 memory");
        entry.close();
        assertThat(ledger.isEmpty()).isTrue();
        assertThatThrownBy(entry::close).hasMessageContaining("twice");
        assertThat(released[0]).isEqualTo(1);
    }
}
