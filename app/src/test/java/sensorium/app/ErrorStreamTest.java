package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ErrorStreamTest {
    private final java.io.PrintStream before = System.err;

    @AfterEach
    void restore() {
        System.clearProperty("sensorium.stderr");
        System.setErr(before);
    }

    @Test
    void writesWhereTheLauncherSays(@TempDir Path folder) throws Exception {
        var log = Files.writeString(folder.resolve("log"), "earlier\n");
        System.setProperty("sensorium.stderr", log.toString());
        ErrorStream.adopt();
        System.err.print("later");
        assertThat(log).content().isEqualTo("earlier\nlater");
    }

    @Test
    void staysWhereThePathCannotBeOpened(@TempDir Path folder) {
        System.setProperty("sensorium.stderr", folder.toString());
        ErrorStream.adopt();
        assertThat(System.err).isSameAs(before);
    }

    @Test
    void staysWithoutALauncher() {
        ErrorStream.adopt();
        assertThat(System.err).isSameAs(before);
    }
}
