package sensorium.multimodal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.random.Philox;

/**
 * A process that adds, replaces and deletes items is killed (SIGKILL) at any moment; whatever it acknowledged is there, whole, and
 * nothing else but perhaps the one batch that it was about to acknowledge. {@code -Pcrash} kills a thousand.
 */
class IndexCrashTest {
    private static final int KILLS = Integer.getInteger("sensorium.kills", 20);
    private static final int WIDTH = 16;
    private static final int NAMES = 60;
    private static final About MODEL = new About(Path.of("model"), "fingerprint", WIDTH, 1000);

    @TempDir
    static Path folder;

    /** What a batch does: item to its new version, or to nothing. */
    private static Map<String, Integer> batch(int number) {
        Philox random = Philox.keyed(3, number);
        Map<String, Integer> changes = new TreeMap<>();
        int size = 1 + random.below(0, 40);
        for (int i = 0; i < size; i++) {
            String name = "item" + random.below(2 * i + 1, NAMES);
            changes.put(name, random.below(2 * i + 2, 4) == 0 ? 0 : number);
        }
        return changes;
    }

    /** One coordinate says the version, so that a search tells it. */
    private static Entry entry(String name, int version) {
        float[] v = new float[WIDTH];
        v[version % WIDTH] = 1;
        return new Entry(
                name, new Hit(0, name, Integer.toString(version), null, null, null), List.of(name), List.of(v, v));
    }

    /** The child: goes on from a batch until it is killed. */
    static final class Writer {
        public static void main(String[] args) {
            Path index = Path.of(args[0]);
            int number = Integer.parseInt(args[1]);
            try (var writer =
                    number == 1 ? SpaceIndexWriter.replace(index, MODEL) : SpaceIndexWriter.extend(index, MODEL)) {
                if (number == 1) {
                    writer.commit();
                }
                say("begun");
                for (; ; number++) {
                    List<Entry> put = new ArrayList<>();
                    List<String> removed = new ArrayList<>();
                    for (var change : batch(number).entrySet()) {
                        if (change.getValue() == 0) {
                            removed.add(change.getKey());
                        } else {
                            put.add(entry(change.getKey(), change.getValue()));
                        }
                    }
                    writer.put(put);
                    writer.remove(removed);
                    writer.commit();
                    say(Integer.toString(number)); // acknowledged
                }
            }
        }

        private static void say(String line) {
            System.out.println(line);
            System.out.flush();
        }
    }

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        Path index = folder.resolve("index");
        Map<String, Integer> state = new TreeMap<>();
        int done = 0;
        int inMidWrite = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int acknowledged = Math.max(done, writeAndDie(index, done + 1, kill));
            for (int number = done + 1; number <= acknowledged; number++) {
                apply(state, number);
            }
            Map<String, Integer> found = read(index);
            if (!found.equals(state)) { // then it has all of the next batch
                apply(state, ++acknowledged);
                inMidWrite++;
            }
            assertThat(found).as("kill %d, after batch %d", kill, acknowledged).isEqualTo(state);
            done = acknowledged;
        }
        assertThat(done).isGreaterThan(KILLS);
        assertThat(inMidWrite).isLessThanOrEqualTo(KILLS);
    }

    private static void apply(Map<String, Integer> state, int number) {
        batch(number).forEach((name, version) -> {
            if (version == 0) {
                state.remove(name);
            } else {
                state.put(name, version);
            }
        });
    }

    /** The last batch that it acknowledged before it was killed; 0 for none. */
    private static int writeAndDie(Path index, int from, int kill) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Writer.class.getName()));
        command.addAll(List.of(index.toString(), Integer.toString(from)));
        Process writer = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var said = writer.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("begun");
            // After some batches, at any moment of the next: a commit takes a few milliseconds.
            Philox random = Philox.keyed(5, kill);
            int last = from - 1;
            for (int batches = random.below(0, 5); batches >= 0; batches--) {
                last = Integer.parseInt(said.readLine());
            }
            TimeUnit.MICROSECONDS.sleep(random.below(1, 8000));
            writer.toHandle().destroyForcibly(); // as for the process itself, what it said would be lost
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                last = Integer.parseInt(line);
            }
            return last;
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    /** Every item with its version. */
    private static Map<String, Integer> read(Path index) {
        Map<String, Integer> found = new TreeMap<>();
        try (var open = SpaceIndex.open(index)) {
            var extent = open.extent();
            assertThat(extent.vectors()).isEqualTo(2 * extent.items());
            for (int axis = 0; axis < WIDTH; axis++) {
                float[] query = new float[WIDTH];
                query[axis] = 1;
                for (Hit hit : open.search(query, NAMES)) {
                    if (hit.score() > 0.5) {
                        assertThat(Integer.parseInt(hit.text()) % WIDTH).isEqualTo(axis);
                        found.put(hit.item(), Integer.parseInt(hit.text()));
                    }
                }
            }
            assertThat(found).hasSize(extent.items());
        }
        return found;
    }
}
