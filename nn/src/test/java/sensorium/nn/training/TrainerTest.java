package sensorium.nn.training;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.backend.Backends;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;
import tools.jackson.databind.node.ObjectNode;

class TrainerTest {
    @TempDir
    Path temp;

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private byte[] train(String name, Plan plan) throws IOException {
        Path path = temp.resolve(name);
        try (RunFolder folder = Toy.fresh(path)) {
            Trainer.train(new Toy(1), plan, folder, TrainingListener.SILENT);
        }
        return Files.readAllBytes(path.resolve("model.safetensors"));
    }

    @Test
    void learns() {
        try (RunFolder folder = Toy.fresh(temp.resolve("run"))) {
            var toy = new Toy(1);
            var outcome = Trainer.train(toy, Toy.plan(150), folder, TrainingListener.SILENT);
            assertThat(outcome.steps()).isEqualTo(150);
            assertThat(outcome.measures().get("accuracy")).isGreaterThan(0.9);
            assertThat(toy.evaluate().get("accuracy"))
                    .isGreaterThanOrEqualTo(outcome.measures().get("accuracy"));
        }
    }

    @Test
    void sameSeedSameBytesHoweverManyLoaders() throws IOException {
        byte[] one = train("one", Toy.plan(50));
        assertThat(train("again", Toy.plan(50))).isEqualTo(one);
        assertThat(train("loaders", Toy.plan(50).withLoaders(4))).isEqualTo(one);
        assertThat(train(
                        "other seed",
                        new Plan(4, new Length.Steps(50), Toy.plan(50).descent(), 7, "accuracy", 1e9, 1, 0)))
                .isNotEqualTo(one);
    }

    @Test
    void aRunThatWasCutOffEndsInTheSameBytes() throws IOException {
        Plan plan = Toy.plan(30).withCheckpoints(0);
        byte[] whole = train("whole", plan);
        List<ObjectNode> log = MetricsLog.read(temp.resolve("whole/metrics.jsonl"));
        for (long at : new long[] {1, 15, 30}) {
            Path path = temp.resolve("cut at " + at);
            try (RunFolder folder = Toy.fresh(path)) {
                TrainingListener cut = new TrainingListener() {
                    @Override
                    public void stepped(Progress progress) {
                        if (progress.step() == at) {
                            throw new Killed();
                        }
                    }
                };
                assertThatThrownBy(() -> Trainer.train(new Toy(1), plan, folder, cut))
                        .isInstanceOf(Killed.class);
            }
            Files.writeString(
                    path.resolve("metrics.jsonl"), Files.readString(path.resolve("metrics.jsonl")) + "{\"ste");
            try (RunFolder folder = RunFolder.resume(path)) {
                Trainer.train(new Toy(1), plan, folder, TrainingListener.SILENT);
            }
            assertThat(Files.readAllBytes(path.resolve("model.safetensors"))).isEqualTo(whole);
            assertThat(MetricsLog.read(path.resolve("metrics.jsonl")))
                    .usingElementComparator((a, b) -> a.without("seconds").equals(b.without("seconds")) ? 0 : 1)
                    .isEqualTo(log);
        }
    }

    @Test
    void everyStepIsLoggedOnceWithItsMetrics() throws IOException {
        train("run", Toy.plan(20));
        List<ObjectNode> log = MetricsLog.read(temp.resolve("run/metrics.jsonl"));
        assertThat(log.stream()
                        .filter(n -> n.has("loss"))
                        .map(n -> n.get("step").asLong()))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
        assertThat(log.getFirst().properties().stream().map(e -> e.getKey()))
                .contains("loss", "rate", "norm", "seconds", "margin");
        assertThat(log.stream()
                        .filter(n -> n.has("evaluation"))
                        .map(n -> n.get("step").asLong()))
                .containsExactly(7L, 14L, 20L);
    }

    @Test
    void memoryDoesNotGrow() {
        var memory = new HostMemory(true); // of its own: the collector frees what other tests left
        List<Long> live = new ArrayList<>();
        TrainingListener count = new TrainingListener() {
            @Override
            public void stepped(Progress progress) {
                live.add(memory.stats().active());
            }
        };
        try (RunFolder folder = Toy.fresh(temp.resolve("run"))) {
            Backends.with(new ReferenceBackend(memory), () -> Trainer.train(new Toy(1), Toy.plan(40), folder, count));
        }
        assertThat(live.get(19)).isEqualTo(live.get(5));
        assertThat(live.get(39)).isEqualTo(live.get(20)).isLessThan(live.get(19)); // the bias is frozen
    }

    @Test
    void stepsAndCourseAreRecorded() throws IOException {
        train("run", Toy.plan(7));
        try (RunFolder folder = RunFolder.resume(temp.resolve("run"))) {
            assertThat(folder.config().at("/training/steps").asLong()).isEqualTo(7);
            assertThat(folder.config().at("/training/knots").toString()).isEqualTo("[[0,0.0],[7,1.0]]");
            assertThat(folder.length()).contains(new Length.Steps(7));
        }
    }

    @Test
    void aLossThatIsNoNumberStopsTheRunAndKeepsTheCheckpoint() throws IOException {
        Path path = temp.resolve("run");
        var toy = new Toy(1);
        byte[][] good = new byte[1][];
        TrainingListener poison = new TrainingListener() {
            @Override
            public void saved(long step) {
                if (step == 5) {
                    toy.poisoned = true;
                    good[0] = bytes(path.resolve("optimizer.safetensors"));
                }
            }
        };
        try (RunFolder folder = Toy.fresh(path)) {
            assertThatThrownBy(() -> Trainer.train(toy, Toy.plan(20).withCheckpoints(0), folder, poison))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("loss became NaN at step 6")
                    .hasMessageNotContaining("\n");
        }
        assertThat(bytes(path.resolve("optimizer.safetensors"))).isEqualTo(good[0]);
    }

    @Test
    void aFolderBelongsToOneRun() {
        Path path = temp.resolve("run");
        try (RunFolder first = Toy.fresh(path)) {
            assertThat(first.path()).isEqualTo(path);
            assertThatThrownBy(() -> RunFolder.resume(path))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("another run is using");
        }
        assertThatThrownBy(() -> Toy.fresh(path))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--resume");
        assertThatThrownBy(() -> RunFolder.resume(temp.resolve("nothing")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no run to continue");
    }

    @Test
    void continuesOnlyUnderTheSameSettings() throws IOException {
        train("run", Toy.plan(5));
        try (RunFolder folder = RunFolder.resume(temp.resolve("run"))) {
            Plan other = Toy.plan(5).withEvaluation(3, null);
            assertThatThrownBy(() -> Trainer.train(new Toy(1), other, folder, TrainingListener.SILENT))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("other settings");
        }
    }

    @Test
    void aLengthIsPositive() {
        assertThatThrownBy(() -> new Length.Steps(0)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new Length.Minutes(Double.NaN)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new Length.Minutes(1e9)).isInstanceOf(BadInputException.class);
    }

    @Test
    void whatAnotherModelLeftIsRefused() throws IOException {
        train("run", Toy.plan(5));
        Path path = temp.resolve("run");
        Files.writeString(path.resolve("optimizer.safetensors"), "junk");
        try (RunFolder folder = RunFolder.resume(path)) {
            assertThatThrownBy(() -> Trainer.train(new Toy(1), Toy.plan(5), folder, TrainingListener.SILENT))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("optimizer.safetensors");
        }
        // A sound file without the place where the run stood.
        Files.copy(path.resolve("model.safetensors"), path.resolve("optimizer.safetensors"), REPLACE_EXISTING);
        try (RunFolder folder = RunFolder.resume(path)) {
            assertThatThrownBy(() -> Trainer.train(new Toy(1), Toy.plan(5), folder, TrainingListener.SILENT))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("where the run stood");
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
