package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ErrorStreamTest {
    /** A program that writes to both streams in turn. */
    static final class Talker {
        public static void main(String[] args) {
            ErrorStream.adopt();
            System.out.println("one");
            System.err.println("two");
            System.out.println("three");
            System.err.println("four");
        }
    }

    @Test
    void bothStreamsIntoOneFile(@TempDir Path folder) throws Exception {
        File log = folder.resolve("log").toFile();
        // As the launcher does it: descriptor 2 goes elsewhere, the error stream comes in as descriptor 0.
        assertThat(run(log, "exec 3>&2; exec \"$0\" \"$@\" 0>&3 2>/dev/null", "-Dsensorium.stderr=true"))
                .isZero();
        assertThat(log).content().isEqualTo("one%ntwo%nthree%nfour%n".formatted());
    }

    @Test
    void staysWithoutALauncher(@TempDir Path folder) throws Exception {
        File log = folder.resolve("log").toFile();
        assertThat(run(log, "exec \"$0\" \"$@\" 2>/dev/null")).isZero();
        assertThat(Files.readString(log.toPath())).isEqualTo("one%nthree%n".formatted());
    }

    private static int run(File log, String shell, String... options) throws Exception {
        var command = new ArrayList<>(List.of(
                "sh",
                "-c",
                shell,
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Talker.class.getName()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(log))
                .start()
                .waitFor();
    }
}
