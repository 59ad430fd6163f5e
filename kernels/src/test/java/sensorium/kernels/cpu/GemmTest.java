package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.kernels.cpu.Gemm.Matrix;

class GemmTest {
    private static final WorkPool ONE = new WorkPool(1);
    private static final WorkPool TWO = new WorkPool(2);

    @AfterAll
    static void close() {
        TWO.close();
    }

    record Size(int m, int n, int k, boolean transposeA, boolean transposeB) {}

    static Stream<Size> sizes() {
        int[] odd = {1, 3, 13, 17, 64, 100};
        var small = Stream.<Size>builder();
        for (int m : odd) {
            for (int n : odd) {
                for (int k : new int[] {0, 1, 7, 100}) {
                    small.add(new Size(m, n, k, (m + n + k) % 2 == 0, (m + k) % 3 == 0));
                }
            }
        }
        return Stream.concat(
                small.build(),
                Stream.of(
                        new Size(207, 207, 300, false, false),
                        new Size(207, 70, 513, true, true),
                        new Size(1, 207, 600, false, true),
                        new Size(1, 207, 600, false, false),
                        new Size(129, 70, 100, false, true), // two threads leave a block of one row
                        new Size(1, 1, 5000, false, false),
                        new Size(64, 600, 64, false, true)));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void isTheProduct(Size s) {
        var a = Memory.random(s.m * s.k, 1);
        var b = Memory.random(s.k * s.n, 2);
        var ma = s.transposeA ? new Matrix(a.address(), 1, s.m) : new Matrix(a.address(), s.k, 1);
        var mb = s.transposeB ? new Matrix(b.address(), 1, s.k) : new Matrix(b.address(), s.n, 1);
        var c = Memory.room(s.m * s.n);
        Gemm.batched(ONE, 1, null, s.m, s.n, s.k, ma, mb, new Matrix(c.address(), s.n, 1), false);
        double[] exact = exact(s, ma, mb);
        close(c.values(), exact, s.k);

        var two = Memory.room(s.m * s.n);
        Gemm.batched(TWO, 1, null, s.m, s.n, s.k, ma, mb, new Matrix(two.address(), s.n, 1), false);
        assertThat(two.values()).isEqualTo(c.values());

        Gemm.batched(TWO, 1, null, s.m, s.n, s.k, ma, mb, new Matrix(two.address(), s.n, 1), true);
        for (int i = 0; i < exact.length; i++) {
            exact[i] *= 2;
        }
        close(two.values(), exact, s.k);
    }

    @Test
    void batchesHaveTheirOwnOffsets() {
        int m = 49;
        int n = 49;
        int k = 16;
        int count = 12;
        // (B, T, H, D) seen as (B·H) products of (T, D) × (D, T), as in attention.
        var q = Memory.random(3 * m * 4 * k, 3);
        var c = Memory.room(count * m * n);
        var two = Memory.room(count * m * n);
        long[] offsets = new long[3 * count];
        for (int i = 0; i < count; i++) {
            offsets[3 * i] = (long) i / 4 * m * 4 * k + (i % 4) * (long) k;
            offsets[3 * i + 1] = offsets[3 * i];
            offsets[3 * i + 2] = (long) i * m * n;
        }
        var a = new Matrix(q.address(), 4L * k, 1);
        var b = new Matrix(q.address(), 1, 4L * k);
        Gemm.batched(ONE, count, offsets, m, n, k, a, b, new Matrix(c.address(), n, 1), false);
        Gemm.batched(TWO, count, offsets, m, n, k, a, b, new Matrix(two.address(), n, 1), false);
        float[] values = c.values();
        assertThat(two.values()).isEqualTo(values);
        for (int i = 0; i < count; i++) {
            double[] exact = exact(new Size(m, n, k, false, true), a.plus(offsets[3 * i]), b.plus(offsets[3 * i + 1]));
            for (int j = 0; j < exact.length; j++) {
                assertThat((double) values[i * m * n + j])
                        .isCloseTo(exact[j], org.assertj.core.data.Offset.offset(1e-5));
            }
        }
    }

    @Test
    void aNaNReachesItsRowAndNoOther() {
        var a = Memory.random(20 * 40, 1);
        Lanes.set(a.address() + 4 * (7 * 40 + 3), Float.NaN);
        var b = Memory.random(40 * 37, 2);
        var c = Memory.room(20 * 37);
        Gemm.serial(
                20,
                37,
                40,
                new Matrix(a.address(), 40, 1),
                new Matrix(b.address(), 37, 1),
                new Matrix(c.address(), 37, 1),
                false);
        float[] y = c.values();
        for (int i = 0; i < y.length; i++) {
            assertThat(Float.isNaN(y[i])).isEqualTo(i / 37 == 7);
        }
    }

    private static double[] exact(Size s, Matrix a, Matrix b) {
        double[] c = new double[s.m * s.n];
        for (int i = 0; i < s.m; i++) {
            for (int j = 0; j < s.n; j++) {
                for (int k = 0; k < s.k; k++) {
                    c[i * s.n + j] += (double) Lanes.get(a.at(i, k).address())
                            * Lanes.get(b.at(k, j).address());
                }
            }
        }
        return c;
    }

    private static void close(float[] actual, double[] exact, int k) {
        double tolerance = 4e-6 * Math.sqrt(k + 1);
        for (int i = 0; i < exact.length; i++) {
            assertThat(Math.abs(actual[i] - exact[i])).as("element %d", i).isLessThanOrEqualTo(tolerance);
        }
    }
}
