package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.backend.Backends;
import sensorium.memory.Scope;
import sensorium.op.Fused;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** The product that GPUs get, on whatever device there is: sizes around its tiles, and each way to lie in memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TiledProductTest {
    /** Takes each tile in turn. */
    private static final class Each extends Tuner {
        private int turn;

        Each() {
            super(Path.of("nowhere"), false);
        }

        @Override
        synchronized <W> W choose(String shapes, List<W> ways, W standard, ToDoubleFunction<W> seconds) {
            return ways.get(turn % ways.size());
        }
    }

    private static final int TILES = Tile.fitting(DType.F32, Long.MAX_VALUE).size();

    private final Each tiles = new Each();
    private OpenClBackend backend;

    @BeforeAll
    void open() {
        backend = TestDevice.openAsGpu(tiles);
    }

    @AfterAll
    void nothingIsLeft() {
        if (backend != null) {
            backend.close();
            assertThat(backend.ledger().isEmpty())
                    .as("left: %s", backend.ledger())
                    .isTrue();
        }
    }

    private static float[] random(int n, long seed) {
        var philox = new Philox(seed, 0);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = philox.uniform(i) - 0.5f;
        }
        return v;
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "64,64,16", "65,63,17", "3,130,33", "129,5,100", "64,64,0", "132,260,36"})
    void agreesWithDoubles(int m, int n, int k) {
        float[] x = random(m * k, 1);
        float[] w = random(k * n, 2);
        float[] xt = new float[m * k];
        float[] wt = new float[k * n];
        double[] expected = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                xt[p * m + i] = x[i * k + p];
                for (int j = 0; j < n; j++) {
                    wt[j * k + p] = w[p * n + j];
                    expected[i * n + j] += (double) x[i * k + p] * w[p * n + j];
                }
            }
        }
        for (boolean turnX : new boolean[] {false, true}) {
            for (boolean turnW : new boolean[] {false, true}) {
                double[] first = null;
                for (tiles.turn = 0; tiles.turn < TILES; tiles.turn++) {
                    double[] y = Backends.with(
                            backend,
                            () -> Scope.tidy(() -> {
                                Tensor a = turnX ? Tensor.of(xt, k, m).t() : Tensor.of(x, m, k);
                                Tensor b = turnW ? Tensor.of(wt, n, k).t() : Tensor.of(w, k, n);
                                return a.matmul(b).toDoubles();
                            }));
                    assertThat(y).containsExactly(expected, within(1e-5));
                    first = first == null ? y : first;
                    assertThat(y).as("every tile gives the same bits").isEqualTo(first);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2,3", "70,66"})
    void addsABiasAndBroadcastsOverBatches(int rows, int out) {
        float[] x = random(2 * rows * 7, 3);
        float[] w = random(out * 7, 4);
        float[] bias = random(out, 5);
        double[] y = Backends.with(
                backend,
                () -> Scope.tidy(() -> Tensor.of(x, 2, rows, 7)
                        .apply(new Fused.Linear(), Tensor.of(w, out, 7), Tensor.of(bias, out))
                        .toDoubles()));
        for (int i = 0; i < 2 * rows; i++) {
            for (int j = 0; j < out; j++) {
                double sum = bias[j];
                for (int p = 0; p < 7; p++) {
                    sum += (double) x[i * 7 + p] * w[j * 7 + p];
                }
                assertThat(y[i * out + j]).isCloseTo(sum, within(1e-5));
            }
        }
    }
}
