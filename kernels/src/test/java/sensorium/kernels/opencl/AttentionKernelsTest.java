package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.autograd.Tape;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.memory.Scope;
import sensorium.op.Fused;
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** The attention that GPUs get, over several of its blocks, beside the CPU's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttentionKernelsTest {
    private OpenClBackend backend;

    @BeforeAll
    void open() {
        backend = TestDevice.openAsGpu();
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

    private static Tensor normal(long stream, int... dims) {
        return Tensor.generate(new Random(Distribution.NORMAL, DType.F32, Shape.of(dims), 7, stream));
    }

    /** out, dq, dk, dv; q, k and v are views of one tensor (B, T, 3, H, d), as projections leave them. */
    private static List<float[]> results(
            Backend on, int queries, int keys, int width, int widthV, boolean causal, String mask) {
        return Backends.with(
                on,
                () -> Scope.tidy(() -> {
                    int offset = keys - queries;
                    var how = new Fused.Attention(1 / Math.sqrt(width), causal, offset);
                    Tensor q = normal(1, 2, queries, 3, width).permute(0, 2, 1, 3);
                    Tensor k = normal(2, 2, keys, 3, width).permute(0, 2, 1, 3);
                    Tensor v = normal(3, 2, keys, 3, widthV).permute(0, 2, 1, 3);
                    Tensor noise = normal(4, 2, 1, queries, keys);
                    Tensor m = switch (mask) {
                        case "seen" -> noise.gt(-0.5);
                        case "added" -> noise;
                        default -> null;
                    };
                    Tensor dout = normal(5, 2, 3, queries, widthV);
                    List<float[]> all = new ArrayList<>();
                    all.add(q.attention(k, v, m, how).toFloats());
                    Tape.vjp(
                                    x -> List.of(x.get(0).attention(x.get(1), x.get(2), m, how)),
                                    List.of(q, k, v),
                                    List.of(dout))
                            .forEach(d -> all.add(d.toFloats()));
                    return all;
                }));
    }

    @ParameterizedTest
    @CsvSource({
        "130, 130, 64, 64, false, none",
        "70, 131, 64, 48, true, none",
        "33, 97, 20, 64, false, seen",
        "65, 65, 64, 64, true, added",
        "40, 50, 100, 128, true, none",
        "2, 300, 8, 8, false, added",
        "37, 37, 130, 130, false, none",
        "1, 700, 64, 64, true, none",
        "1, 256, 20, 100, false, seen",
        "1, 257, 8, 64, false, added",
        "1, 1, 64, 64, false, none"
    })
    void agreesWithTheCpu(int queries, int keys, int width, int widthV, boolean causal, String mask) {
        List<float[]> ours = results(backend, queries, keys, width, widthV, causal, mask);
        List<float[]> cpu = results(Backends.open("cpu"), queries, keys, width, widthV, causal, mask);
        for (int i = 0; i < 4; i++) {
            assertThat(ours.get(i)).hasSameSizeAs(cpu.get(i));
            assertThat(furthest(ours.get(i), cpu.get(i))).as("result %d", i).isLessThan(2e-4);
        }
    }

    /** The largest difference; not a number where one is not. Comparing element by element is the library's slow way. */
    private static double furthest(float[] a, float[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs((double) a[i] - b[i]));
        }
        return most;
    }
}
