package sensorium.nn;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import sensorium.io.Safetensors;

/** The reference framework's results for single ops: {@code case.in.name}, {@code case.out.name}, {@code case.grad.name}. */
public final class OpsFixture {
    private OpsFixture() {}

    public static Safetensors open() {
        Path path = Path.of(
                System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "models/ops/ops.safetensors");
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return Safetensors.open(path);
    }
}
