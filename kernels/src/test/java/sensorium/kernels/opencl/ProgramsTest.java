package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.backend.Backends;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/** Binaries on disk: used when they are whole, made anew when not. */
class ProgramsTest {
    private static final long LIMIT = 1 << 24;

    @TempDir
    private Path cache;

    /** Computes something right, and returns how many programs were built from source. */
    private int built() {
        try (var backend = TestDevice.open(cache, LIMIT)) {
            backend.programs().keepBinaries();
            double[] y = Backends.with(
                    backend,
                    () -> Scope.tidy(() -> Tensor.of(new float[] {1, 2, 3}, 3)
                            .plus(Tensor.of(new float[] {10, 20, 30}, 3))
                            .toDoubles()));
            assertThat(y).containsExactly(11, 22, 33);
            return backend.programs().compiled();
        }
    }

    private List<Path> binaries() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(f -> f.toString().endsWith(".bin")).toList();
        }
    }

    @Test
    void binariesAreKeptAndDamagedOnesBuiltAnew() throws IOException {
        int fresh = built();
        assertThat(fresh).isPositive();
        assertThat(binaries()).hasSize(fresh);
        assertThat(built()).isZero();

        for (Path file : binaries()) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }
        assertThat(built()).isEqualTo(fresh);
        assertThat(built()).isZero();

        for (Path file : binaries()) {
            Files.write(file, new byte[] {1, 2, 3});
        }
        assertThat(built()).isEqualTo(fresh);
    }

    @Test
    void aDriverThatKeepsItsProgramsIsNotAskedForBinaries() throws IOException {
        try (var backend = TestDevice.open(cache, LIMIT)) {
            Backends.with(backend, () -> Scope.tidy(() -> Tensor.ones(3).exp().toDoubles()));
            assertThat(binaries().isEmpty())
                    .isEqualTo(backend.queue().facts().vendor().equals("Portable Computing Language"));
        }
    }

    @Test
    void aFolderThatCannotBeMadeOnlyCostsTime() throws IOException {
        Path file = Files.writeString(cache.resolve("a file"), "where a folder should be");
        try (var backend = TestDevice.open(file.resolve("cache"), LIMIT)) {
            double[] y =
                    Backends.with(backend, () -> Scope.tidy(() -> Tensor.ones(3).toDoubles()));
            assertThat(y).containsOnly(1);
        }
    }

    @Test
    void aSourceThatTheDriverRefusesLeavesItsLog() {
        try (var backend = TestDevice.open(cache, LIMIT)) {
            assertThatThrownBy(() -> backend.programs().kernel("unary.cl", "unary_neg", Map.of("T", "NO_TYPE")))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("unary.cl")
                    .hasMessageContaining(cache.toString());
            assertThat(cache.resolve("failed-unary.cl.log")).isNotEmptyFile();
        }
    }
}
