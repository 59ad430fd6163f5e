package sensorium.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import sensorium.backend.Backends;
import sensorium.backend.HostBackend;
import sensorium.backend.Operand;
import sensorium.backend.reference.ReferenceKernels;
import sensorium.op.Op;
import sensorium.op.Primitive;
import sensorium.tensor.Device;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/** Who holds memory, for how long, and what is said when that goes wrong. */
class MemoryTest {
    /** The reference kernels, with something happening around each. */
    private static final class Meddling extends HostBackend {
        private Runnable before = () -> {};
        private Consumer<List<Operand>> after = outputs -> {};

        Meddling(HostMemory memory) {
            super(new Device("meddling", 0), memory);
        }

        @Override
        public String description() {
            return "the reference kernels, disturbed";
        }

        @Override
        public boolean supports(Op op, List<Spec> inputs) {
            return op instanceof Primitive;
        }

        @Override
        public void run(Op op, List<Operand> inputs, List<Operand> outputs) {
            before.run();
            ReferenceKernels.run(op, inputs, outputs);
            after.accept(outputs);
        }
    }

    private final Meddling backend = new Meddling(new HostMemory(true));

    private <T> T here(Supplier<T> body) {
        return Backends.with(backend, body);
    }

    private record Pair(Tensor first, Map<String, List<Tensor>> rest) {}

    @Test
    void scopesKeepWhatTheyReturnAndNothingElse() {
        here(() -> Scope.tidy("outer", () -> {
            Pair kept = Scope.tidy("inner", () -> {
                Tensor a = Tensor.ones(3);
                Tensor b = a.plus(1);
                a.times(b).exp();
                return new Pair(a, Map.of("b", List.of(b)));
            });
            assertThat(backend.memory().tensors()).isEqualTo(2);
            assertThat(kept.rest().get("b").get(0).plus(kept.first()).toFloats())
                    .containsOnly(3);
            return null;
        }));
        assertThat(backend.memory().tensors()).isZero();
        assertThat(backend.memory().active()).isZero();
    }

    @Test
    void anExceptionReleasesEverything() {
        assertThatThrownBy(() -> here(() -> Scope.tidy(() -> {
                    Tensor a = Tensor.ones(3);
                    return a.matmul(a.plus(1));
                })))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(backend.memory().tensors()).isZero();
    }

    @Test
    void aFailingKernelLeavesNothing() {
        here(() -> Scope.tidy(() -> {
            Tensor table = Tensor.ones(3, 2);
            Tensor outside = Tensor.of(new long[] {0, 3}, 2);
            long before = backend.memory().tensors();
            assertThatThrownBy(() -> table.indexSelect(0, outside)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(backend.memory().tensors()).isEqualTo(before);
            return null;
        }));
        assertThat(backend.memory().tensors()).isZero();
    }

    @Test
    void viewsShareAndOutliveEachOther() {
        here(() -> Scope.tidy(() -> {
            Tensor a = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
            Tensor view = a.t().slice(0, 1, 2);
            assertThat(view.storage()).isSameAs(a.storage());
            assertThat(backend.memory().tensors()).isEqualTo(1);
            a.release();
            assertThat(view.toFloats()).containsExactly(2, 4);
            assertThatThrownBy(() -> a.plus(1)).isInstanceOf(ReleasedException.class);
            return null;
        }));
        assertThat(backend.memory().tensors()).isZero();
    }

    @Test
    void useAfterReleaseNamesOpShapeAndScope() {
        AtomicReference<Tensor> leaked = new AtomicReference<>();
        here(() -> Scope.tidy("training step", () -> {
            leaked.set(Tensor.ones(2, 3));
            return null;
        }));
        for (Runnable use : List.<Runnable>of(
                () -> leaked.get().exp(),
                () -> leaked.get().t(),
                () -> leaked.get().toFloats(),
                () -> leaked.get().keep())) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(ReleasedException.class)
                    .hasMessageContaining("F32(2,3) on meddling")
                    .hasMessageContaining("training step");
        }
        assertThatThrownBy(() -> leaked.get().exp()).hasMessageStartingWith("[exp]");
        leaked.get().release();
        leaked.get().release();
    }

    @Test
    void keptTensorsBelongToTheirOwner() {
        Tensor kept = here(() -> Scope.tidy(() -> Tensor.ones(3).keep()));
        assertThat(kept.plus(1).toFloats()).containsOnly(2);
        assertThat(kept.isAlive()).isTrue();
        kept.release();
        assertThatThrownBy(() -> kept.plus(1))
                .isInstanceOf(ReleasedException.class)
                .hasMessageContaining("its owner");
    }

    @Test
    @SuppressWarnings("restricted")
    void guardsCatchAKernelThatWritesTooFar() {
        backend.after = outputs -> {
            var memory = HostBackend.memory(outputs.get(0));
            // What a wrong raw pointer would do.
            memory.reinterpret(memory.byteSize() + 4).set(ValueLayout.JAVA_INT, memory.byteSize(), 1);
        };
        Tensor y = here(() -> Scope.tidy(() -> Tensor.ones(3).keep()));
        assertThatThrownBy(y::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wrote outside the bounds of F32(3) of fill");
    }

    @Test
    void freshMemoryIsNotANumberWhenGuarded() {
        backend.after = outputs -> {};
        Storage fresh = backend.allocate(16);
        assertThat(((HostMemory.HostStorage) fresh).memory().get(ValueLayout.JAVA_FLOAT, 12))
                .isNaN();
        fresh.release();
        assertThatThrownBy(fresh::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("more often");
        assertThat(fresh.retain()).isFalse();
    }

    @Test
    void aKernelsOperandsStayPinned() {
        here(() -> Scope.tidy(() -> {
            Tensor x = Tensor.full(7, 100);
            List<Storage> thieves = new ArrayList<>();
            backend.before = () -> {
                // As if another thread ended the operand now, and the next allocation (filled with NaN) wanted its
                // block.
                x.release();
                thieves.add(backend.allocate(400));
            };
            Tensor y = x.plus(1);
            backend.before = () -> {};
            assertThat(y.toFloats()).containsOnly(8);
            assertThat(x.isAlive()).isFalse();
            thieves.forEach(Storage::release);
            return null;
        }));
        assertThat(backend.memory().tensors()).isZero();
    }

    @Test
    void threadsMayReleaseWhileOthersCompute() throws Exception {
        var plain = new Meddling(new HostMemory(true));
        try (var pool = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 200; round++) {
                Tensor x = Backends.with(
                        plain, () -> Scope.tidy(() -> Tensor.full(7, 1000).keep()));
                var start = new CountDownLatch(1);
                Future<?> compute = pool.submit(() -> {
                    start.countDown();
                    try {
                        float[] y = Scope.tidy(() -> x.plus(1).toFloats());
                        assertThat(y).containsOnly(8);
                    } catch (ReleasedException e) {
                        assertThat(e).hasMessageContaining("F32(1000)");
                    }
                });
                start.await();
                x.release();
                compute.get();
            }
        }
        assertThat(plain.memory().tensors()).isZero();
    }

    @Test
    void outOfMemoryDrainsThenListsTheLargest() {
        var small = new Meddling(new HostMemory(false, 40_000_000));
        Backends.with(
                small,
                () -> Scope.tidy(() -> {
                    Scope.tidyRun(() -> Tensor.ones(8_000_000)); // 32 MB, now in the pool
                    assertThat(small.memory().cached()).isGreaterThan(30_000_000);
                    Tensor big = Tensor.ones(6_000_000); // fits only when that is drained
                    assertThat(small.memory().cached()).isLessThan(30_000_000);
                    assertThatThrownBy(() -> big.plus(1))
                            .isInstanceOf(TensorMemoryException.class)
                            .hasMessageContaining("the limit is 40.0 MB")
                            .hasMessageContaining("Largest live tensors: F32(6000000) of fill (24.0 MB)");
                    assertThat(big.slice(0, 0, 1).item()).isEqualTo(1);
                    return null;
                }));
        assertThat(small.memory().tensors()).isZero();
    }

    @Test
    void blocksAreReused() {
        here(() -> Scope.tidy(() -> {
            for (int i = 0; i < 100; i++) {
                Scope.tidyRun(() -> Tensor.ones(1_000_000));
            }
            return null;
        }));
        assertThat(backend.memory().peak()).isLessThan(6_000_000);
    }

    @Test
    void theCollectorIsTheSafetyNet() throws InterruptedException {
        here(() -> Tensor.ones(5).shape());
        for (int i = 0; i < 200 && backend.memory().tensors() > 0; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(backend.memory().tensors()).isZero();
    }
}
