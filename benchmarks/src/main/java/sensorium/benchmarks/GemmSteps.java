package sensorium.benchmarks;

import static sensorium.benchmarks.StepTiles.ADDRESS;
import static sensorium.benchmarks.StepTiles.N;
import static sensorium.benchmarks.StepTiles.ROW;
import static sensorium.benchmarks.StepTiles.W;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import jdk.incubator.vector.FloatVector;
import sensorium.tensor.Tensor;

/**
 * The way from three loops to the product of the CPU backend, as docs/kernels.md tells it: each step beside the finished
 * product, for square matrices on one thread.
 */
final class GemmSteps {
    static final String GROUP = "steps";

    private GemmSteps() {}

    static List<Case> all() {
        return List.of(
                step("1 rows times columns", onArrays(GemmSteps::dots)),
                step("2 rows of B", onArrays(GemmSteps::rows)),
                step("3 vectors", inMemory(GemmSteps::vectors)),
                step("4 tile in registers", inMemory((a, b, c) -> tiles(StepTiles::plain, a, b, c))),
                step("5 fences", inMemory((a, b, c) -> tiles(StepTiles::fenced, a, b, c))),
                step("6 no methods of ours", inMemory((a, b, c) -> tiles(StepTiles::direct, a, b, c))));
    }

    private static Case step(String name, BiFunction<Tensor, Tensor, Engine> engine) {
        return new Case(GROUP + "/" + name, Roof.FMA, 2.0 * N * N * N, () -> {
            Tensor a = Inputs.normal(N, N);
            Tensor b = Inputs.normal(N, N);
            return List.of(engine.apply(a, b), new Finished(Ours.of(() -> a.matmul(b))));
        });
    }

    private static BiFunction<Tensor, Tensor, Engine> onArrays(ArrayProduct product) {
        return (a, b) -> {
            float[] x = a.toFloats();
            float[] y = b.toFloats();
            float[] z = new float[N * N];
            return InJava.of(Ours.NAME, () -> {
                product.run(x, y, z);
                return z;
            });
        };
    }

    private static BiFunction<Tensor, Tensor, Engine> inMemory(Product product) {
        return (a, b) -> {
            long x = copy(a).address();
            long y = copy(b).address();
            var z = Arena.global().allocate(N * ROW, 64);
            return new InMemory(() -> product.run(x, y, z.address()), z);
        };
    }

    private static MemorySegment copy(Tensor t) {
        return Arena.global().allocate(N * ROW, 64).copyFrom(MemorySegment.ofArray(t.toFloats()));
    }

    /** C = A · B, all row-major. */
    private interface ArrayProduct {
        void run(float[] a, float[] b, float[] c);
    }

    /** C = A · B of what is at these addresses. */
    private interface Product {
        void run(long a, long b, long c);
    }

    private record InMemory(Runnable body, MemorySegment c) implements Engine {
        @Override
        public String name() {
            return Ours.NAME;
        }

        @Override
        public void run() {
            body.run();
        }

        @Override
        public List<float[]> results() {
            run();
            return List.of(c.toArray(ValueLayout.JAVA_FLOAT));
        }
    }

    /** What the CPU backend does. */
    private record Finished(Ours product) implements Engine {
        @Override
        public String name() {
            return "finished";
        }

        @Override
        public void run() {
            product.run();
        }

        @Override
        public List<float[]> results() {
            return product.results();
        }
    }

    private static void dots(float[] a, float[] b, float[] c) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                float sum = 0;
                for (int k = 0; k < N; k++) {
                    sum += a[i * N + k] * b[k * N + j];
                }
                c[i * N + j] = sum;
            }
        }
    }

    private static void rows(float[] a, float[] b, float[] c) {
        Arrays.fill(c, 0);
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < N; k++) {
                float x = a[i * N + k];
                for (int j = 0; j < N; j++) {
                    c[i * N + j] += x * b[k * N + j];
                }
            }
        }
    }

    @SuppressWarnings("restricted")
    private static void vectors(long a, long b, long c) {
        MemorySegment.ofAddress(c).reinterpret(N * ROW).fill((byte) 0);
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < N; k++) {
                row(StepTiles.splat(a + i * ROW + 4L * k), b + k * ROW & ADDRESS, c + i * ROW & ADDRESS);
            }
        }
    }

    /** c += x · b. */
    private static void row(FloatVector x, long b, long c) {
        for (int j = 0; j < N; j += W) {
            StepTiles.store(x.fma(StepTiles.load(b + 4L * j), StepTiles.load(c + 4L * j)), c + 4L * j);
        }
    }

    private static void tiles(Product tile, long a, long b, long c) {
        for (int i = 0; i < N; i += 8) {
            for (int j = 0; j < N; j += 2 * W) {
                tile.run(a + i * ROW, b + 4L * j, c + i * ROW + 4L * j);
            }
        }
    }
}
