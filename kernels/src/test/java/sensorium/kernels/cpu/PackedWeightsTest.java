package sensorium.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.backend.Backends;
import sensorium.memory.HostMemory;
import sensorium.memory.HostMemory.HostStorage;
import sensorium.memory.Scope;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.op.UnaryKind;
import sensorium.tensor.Tensor;

/** Weights that are used again and again are kept in panels: the numbers stay, and what is kept is never out of date. */
class PackedWeightsTest {
    private static final int MANY = 20;

    private final CpuBackend backend = new CpuBackend(new HostMemory(true), 2);

    private static Tensor numbers(int seed, int... shape) {
        int size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) Math.sin(0.37 * i * i + seed);
        }
        return Tensor.of(values, shape);
    }

    private static boolean isPacked(HostStorage storage) {
        return storage.derived() instanceof PackedWeights weights && weights.packed() != null;
    }

    @ParameterizedTest
    @CsvSource({"2, 5, 7", "7, 300, 70", "33, 130, 67", "50, 384, 96", "200, 20, 40", "1, 40, 50"})
    void theSameNumbersBitByBit(int rows, int in, int out) {
        Backends.with(
                backend,
                () -> Scope.tidy(() -> {
                    Tensor x = numbers(1, rows, in);
                    Tensor weight = numbers(2, out, in);
                    Tensor bias = numbers(3, out);
                    float[] plain = x.linear(weight, null).toFloats();
                    float[] biased = x.linear(weight, bias).toFloats();
                    float[] gelu = x.linear(weight, bias).gelu().toFloats();
                    for (int i = 0; i < MANY; i++) {
                        backend.useThreads(1 + i % 2);
                        assertThat(x.linear(weight, null).toFloats()).isEqualTo(plain);
                        assertThat(x.linear(weight, bias).toFloats()).isEqualTo(biased);
                        assertThat(x.linear(weight, bias, UnaryKind.GELU).toFloats())
                                .isEqualTo(gelu);
                    }
                    // One row is not multiplied by panels.
                    assertThat(isPacked((HostStorage) weight.storage())).isEqualTo(rows > 1);
                    return null;
                }));
    }

    @Test
    void aWeightThatIsWrittenOverIsAnotherOne() {
        Backends.with(
                backend,
                () -> Scope.tidy(() -> {
                    Tensor x = numbers(1, 9, 6);
                    Tensor weight = numbers(2, 40, 6);
                    for (int i = 0; i < MANY; i++) {
                        x.linear(weight, null);
                    }
                    var storage = (HostStorage) weight.storage();
                    assertThat(isPacked(storage)).isTrue();
                    Tensor next = Dispatch.consume(
                                    new Fused.AdamWStep(.1, .9, .99, 1e-8, .05, .1, .01),
                                    List.of(
                                            weight,
                                            numbers(3, 40, 6),
                                            numbers(4, 40, 6),
                                            numbers(4, 40, 6).square()))
                            .get(0);
                    assertThat(next.storage()).isSameAs(storage); // the weight's own memory, with other numbers
                    assertThat(storage.derived()).isNull();
                    Tensor copy = Tensor.of(next.toFloats(), 40, 6);
                    for (int i = 0; i < MANY; i++) {
                        assertThat(x.linear(next, null).toFloats())
                                .isEqualTo(x.linear(copy, null).toFloats());
                    }
                    return null;
                }));
    }

    @Test
    void nothingIsKeptOfAWeightThatIsGone() {
        HostStorage storage = Backends.with(
                backend,
                () -> Scope.tidy(() -> {
                    Tensor weight = numbers(2, 40, 6);
                    for (int i = 0; i < MANY; i++) {
                        numbers(1, 9, 6).linear(weight, null);
                    }
                    var kept = (HostStorage) weight.storage();
                    assertThat(isPacked(kept)).isTrue();
                    return kept;
                }));
        assertThat(storage.derived()).isNull();
    }
}
