package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TunerTest {
    private static final List<String> WAYS = List.of("slow", "fast", "middling");
    private static final Map<String, Double> SECONDS = Map.of("slow", 3.0, "fast", 1.0, "middling", 2.0);

    @TempDir
    Path folder;

    private static String refuse(String way) {
        throw new AssertionError(way + " was timed");
    }

    @Test
    void takesTheStandardWayWhereNothingIsKnown() {
        var tuner = new Tuner(folder.resolve("t"), false);
        assertThat(tuner.choose("a", WAYS, "middling", way -> Double.parseDouble(refuse(way))))
                .isEqualTo("middling");
        assertThat(folder.resolve("t")).doesNotExist();
    }

    @Test
    void findsTheFastestOnceAndRemembersIt() {
        Path file = folder.resolve("made/t");
        assertThat(new Tuner(file, true).choose("a", WAYS, "slow", SECONDS::get))
                .isEqualTo("fast");
        for (boolean tunes : new boolean[] {false, true}) {
            assertThat(new Tuner(file, tunes).choose("a", WAYS, "slow", way -> Double.parseDouble(refuse(way))))
                    .isEqualTo("fast");
        }
        assertThat(new Tuner(file, false).choose("b", WAYS, "slow", SECONDS::get))
                .isEqualTo("slow");
    }

    @Test
    void ignoresWhatItDidNotWrite() throws IOException {
        Path file = Files.write(folder.resolve("t"), new byte[] {'a', '\t', (byte) 0xFF, '\n', '\t', '\n', 'a'});
        assertThat(new Tuner(file, false).choose("a", WAYS, "slow", SECONDS::get))
                .isEqualTo("slow");
    }

    @Test
    void countsMagnitudes() {
        assertThat(List.of(0, 1, 2, 3, 4, 5, 1024, 1025).stream().map(Tuner::magnitude))
                .containsExactly(0, 0, 1, 2, 2, 3, 10, 11);
    }
}
