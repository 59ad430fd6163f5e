package sensorium.diffusion;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Where the parity data lie; a test that needs what is absent skips and says so. */
final class Fixtures {
    private Fixtures() {}

    static Path path(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }
}
