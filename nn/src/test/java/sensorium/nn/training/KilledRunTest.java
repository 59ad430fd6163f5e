package sensorium.nn.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs in Java machines of their own. */
@Timeout(120)
class KilledRunTest {
    private static final int STEPS = 100;

    @TempDir
    Path temp;

    @Test
    void aKilledProcessLosesNothing() throws IOException, InterruptedException {
        byte[] whole = here("whole", new Toy(1), STEPS);
        Path path = temp.resolve("killed");
        for (int kill = 0; kill < 2; kill++) {
            long before = checkpoint(path);
            List<String> command = java();
            command.addAll(List.of(path.toString(), Integer.toString(STEPS)));
            Process process = new ProcessBuilder(command).inheritIO().start();
            while (checkpoint(path) == before) {
                assertThat(process.isAlive()).as("still running: " + temp).isTrue();
                Thread.sleep(2);
            }
            process.destroyForcibly().waitFor();
            assertThat(process.exitValue()).as("killed in mid-run").isNotZero();
        }
        finish(path);
        assertThat(Files.readAllBytes(path.resolve("model.safetensors"))).isEqualTo(whole);
        assertThat(MetricsLog.read(path.resolve("metrics.jsonl")).stream().filter(n -> n.has("loss")))
                .hasSize(STEPS);
        assertThat(path).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aFullDiskLosesNothing() throws IOException, InterruptedException {
        byte[] whole = here("whole", new Toy(1), STEPS);
        Path path = temp.resolve("full");
        // A limit on file sizes fails as a full disk does: in the middle of a write. The log is the first to meet it.
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 24; exec \"$@\"", "sh"));
        command.addAll(java("-XX:-UsePerfData"));
        command.addAll(List.of(path.toString(), Integer.toString(STEPS)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(1);
        assertThat(output.lines().filter(line -> line.contains("metrics.jsonl: cannot be written")))
                .as(output)
                .hasSize(1);
        finish(path);
        assertThat(Files.readAllBytes(path.resolve("model.safetensors"))).isEqualTo(whole);
    }

    @Test
    void theNumberOfProcessorsChangesNoBit() throws IOException, InterruptedException {
        byte[] warm = here("warm", Toy.wide(), 50);
        for (int processors : new int[] {1, 2}) {
            Path path = temp.resolve("cold" + processors);
            List<String> command = java("-XX:ActiveProcessorCount=" + processors);
            command.addAll(List.of(path.toString(), "50", "wide"));
            Process process = new ProcessBuilder(command).inheritIO().start();
            assertThat(process.waitFor()).isZero();
            assertThat(Files.readAllBytes(path.resolve("model.safetensors"))).isEqualTo(warm);
        }
    }

    private byte[] here(String name, Toy toy, int steps) throws IOException {
        Path path = temp.resolve(name);
        try (RunFolder folder = Toy.fresh(path)) {
            Trainer.train(toy, Toy.plan(steps), folder, TrainingListener.SILENT);
        }
        return Files.readAllBytes(path.resolve("model.safetensors"));
    }

    private static void finish(Path path) {
        try (RunFolder folder = RunFolder.resume(path)) {
            Trainer.train(new Toy(1), Toy.plan(STEPS), folder, TrainingListener.SILENT);
        }
    }

    private static List<String> java(String... flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Toy.class.getName()));
        return command;
    }

    /** When the checkpoint was last replaced. */
    private static long checkpoint(Path run) throws IOException {
        Path file = run.resolve("optimizer.safetensors");
        return Files.exists(file) ? Files.getLastModifiedTime(file).toMillis() : 0;
    }
}
