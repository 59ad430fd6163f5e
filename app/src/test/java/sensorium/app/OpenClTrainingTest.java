package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static sensorium.app.CommandRun.sensorium;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.backend.Backend;
import sensorium.backend.BackendProvider.Unavailable;
import sensorium.backend.Backends;
import sensorium.memory.MemoryStats;
import sensorium.multimodal.data.DataSets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A shared space of the toy world learnt on the first OpenCL device. */
class OpenClTrainingTest {
    /** 896 examples in batches of 16: 56 steps an epoch. */
    private static final double EPOCH = 56;

    @TempDir
    private static Path folder;

    private static Path toy;
    private static List<Double> twenty;
    private static MemoryStats afterTwenty;

    @BeforeAll
    static void trainOnTheDevice() throws IOException {
        for (var offer : Backends.offers()) {
            if (offer instanceof Unavailable u && u.device().startsWith("opencl")) {
                Assumptions.abort("no OpenCL platform: " + u.reason() + " (" + u.remedy() + ")");
            }
        }
        toy = new DataSets(folder.resolve("data"), Optional.empty()).open("toy").root();
        twenty = train("opencl", 20);
        afterTwenty = Backends.open("opencl").memory();
    }

    @AfterEach
    void back() {
        Backends.setStandard(Backends.open("cpu"));
    }

    /** The loss of every step. */
    private static List<Double> train(String device, int steps) throws IOException {
        Path run = folder.resolve(device + steps);
        String[] batch = {"--set", "pictures=16", "--set", "sounds=16", "--set", "texts=16"};
        JsonNode done = sensorium(
                        "train",
                        "shared-space",
                        "--data",
                        toy,
                        "--out",
                        run,
                        "--epochs",
                        steps / EPOCH,
                        "--json",
                        "--seed",
                        3,
                        "--device",
                        device,
                        batch[0],
                        batch[1],
                        batch[2],
                        batch[3],
                        batch[4],
                        batch[5])
                .json();
        assertThat(done.path("steps").asInt()).isEqualTo(steps);
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .map(JsonMapper.shared()::readTree)
                .filter(line -> line.has("loss"))
                .map(line -> line.path("loss").asDouble())
                .toList();
    }

    @Test
    void twentyStepsFollowTheCpusLosses() throws IOException {
        List<Double> cpu = train("cpu", 20);
        assertThat(twenty).hasSize(20);
        for (int i = 0; i < 20; i++) {
            assertThat(twenty.get(i)).as("step %d", i + 1).isCloseTo(cpu.get(i), withPercentage(0.1));
        }
    }

    /**
     * The weights of a finished run are there until the collector comes; one tensor more a step would be noticed. With {@code
     * -Dsensorium.soak=2000} as long as a training.
     */
    @Test
    void manyStepsLeaveNothingBehind() throws IOException {
        Backend device = Backends.open("opencl");
        train("opencl", Integer.getInteger("sensorium.soak", 40));
        MemoryStats second = device.memory();
        assertThat(second.tensors()).isLessThanOrEqualTo(2 * afterTwenty.tensors());
        assertThat(second.active() + second.cached())
                .isLessThan((afterTwenty.active() + afterTwenty.cached()) * 5 / 4 + afterTwenty.active());
        System.out.println("opencl: " + String.join("; ", device.diagnostics()));
    }
}
