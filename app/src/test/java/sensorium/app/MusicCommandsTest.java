package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static sensorium.app.CommandRun.sensorium;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is played, by the command line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MusicCommandsTest {
    @TempDir
    static Path folder;

    private Path data;
    private Path run;

    /** Rising tones of one second each, A3 C#4 E4 (a file with several labels at once), in all channels. */
    private static byte[] wav(int rate, int channels, double loudness, int seconds) {
        int frames = seconds * rate;
        ByteBuffer out = ByteBuffer.allocate(44 + 2 * channels * frames).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * channels * frames);
        out.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        out.putShort((short) 1).putShort((short) channels).putInt(rate).putInt(2 * channels * rate);
        out.putShort((short) (2 * channels)).putShort((short) 16);
        out.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * channels * frames);
        double[] hertz = {220, 277.18, 329.63};
        for (int i = 0; i < frames; i++) {
            double s = (double) i / rate;
            double fade = Math.min(1, 20 * Math.min(s % 1, 1 - s % 1));
            double x = loudness * fade * Math.sin(2 * Math.PI * hertz[(int) s % 3] * s);
            for (int c = 0; c < channels; c++) {
                out.putShort((short) Math.clamp(Math.round(x * 32_767), -32_768, 32_767));
            }
        }
        return out.array();
    }

    @BeforeAll
    void train() throws Exception {
        data = Files.createDirectories(folder.resolve("data"));
        var lines = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            Files.write(data.resolve(i + ".wav"), wav(8_000, 1, i % 2 == 0 ? 0.1 : 0.5, 1 + i % 3));
            lines.append(
                    "{\"audio_file_name\": \"%d.wav\", \"label\": [\"a\", \"%s\"], \"tempo\": 60, \"program\": 3, \"notes\": [[0, 0.95, 57]]}%n"
                            .formatted(i, i % 3 == 0 ? "short" : "long"));
        }
        Files.writeString(data.resolve("metadata.jsonl"), lines);
        run = folder.resolve("run");
        var json = sensorium(
                        "train", "classify", "--data", data, "--out", run, "--epochs", 2, "--multi-label", "--json")
                .json();
        assertThat(json.path("labels")).hasSize(3);
        assertThat(json.path("f1").asDouble()).isBetween(0.0, 1.0);
        assertThat(json.path("n").asInt()).isEqualTo(12);
    }

    @ParameterizedTest
    @CsvSource({"8000,1,0.5", "48000,8,0.5", "192000,2,0.5", "44100,3,40"})
    void listenNamesNotesOfAnyRecording(int rate, int channels, double loudness) throws Exception {
        Path file = Files.write(folder.resolve(rate + ".wav"), wav(rate, channels, loudness, 3));
        var json = sensorium("listen", file, "--json").json().path(0);
        assertThat(json.path("seconds").asDouble()).isCloseTo(3, within(1e-6));
        assertThat(json.path("pitch")).hasSize(3);
        String[] names = {"A3", "C#4", "E4"};
        for (int n = 0; n < 3; n++) {
            assertThat(json.path("pitch").path(n).path("note").asString()).isEqualTo(names[n]);
            assertThat(json.path("pitch").path(n).path("start").asDouble()).isCloseTo(n, within(0.05));
        }
        assertThat(json.path("chroma").path("A").asDouble()).isGreaterThan(0.5);
        assertThat(json.path("chroma").path("F#").asDouble()).isLessThan(0.3);
    }

    @Test
    void silenceHasNoNotesAndNothingIsRefusedInOneLine() throws Exception {
        Path silence = Files.write(folder.resolve("silence.wav"), wav(16_000, 1, 0, 2));
        var json = sensorium("listen", silence, "--json").json().path(0);
        assertThat(json.path("pitch")).isEmpty();
        assertThat(json.path("tempo").isNull()).isTrue();
        assertThat(sensorium("listen", silence).out()).contains("no notes, no tempo");
        fails("without a single sample", "listen", Files.write(folder.resolve("none.wav"), wav(16_000, 1, 0, 0)));
        fails("empty", "listen", Files.createFile(folder.resolve("zero.wav")));
        fails("no such file", "listen", folder.resolve("nowhere.wav"));
        fails("cannot be written", "listen", silence, "--out", folder.resolve("no/where.html"));
    }

    @Test
    void aPageShowsWhatIsHeardAndAClassifierSaysWhoPlays() throws Exception {
        Path page = folder.resolve("page.html");
        var json = sensorium("listen", data.resolve("2.wav"), "--family", run, "--out", page, "--json")
                .json()
                .path(0);
        assertThat(json.path("families")).hasSize(3);
        assertThat(Files.readString(page)).contains("Pitch over the spectrogram", "A3", "<path d=\"M", "<audio");
        var guesses =
                sensorium("classify", run, data.resolve("2.wav"), "--json").json();
        double sum = 0;
        for (var guess : guesses.path(0).path("guesses")) {
            sum += guess.path("probability").asDouble();
        }
        assertThat(sum).isNotCloseTo(1, within(1e-6)); // each label on its own
    }

    @Test
    void evalMeasuresWhatIsHeardWithOrWithoutAModel() {
        var heard = sensorium("eval", "--data", data, "--json").json();
        assertThat(heard.path("pitch").asDouble()).isEqualTo(1);
        assertThat(heard.path("n").asInt()).isEqualTo(12);
        assertThat(heard.path("tempo").isNumber()).isTrue();
        var labels = sensorium("eval", run, "--data", data, "--json").json();
        assertThat(labels.path("f1").asDouble()).isBetween(0.0, 1.0);
        assertThat(labels.path("f1.a").isNumber()).isTrue();
        fails(
                "no notes are known",
                "eval",
                "--data",
                folder.resolve("data").resolve("..").resolve("plain"));
        fails(
                "several labels; train with --multi-label",
                "train",
                "classify",
                "--data",
                data,
                "--out",
                folder.resolve("x"));
    }

    @BeforeAll
    static void plain() throws Exception {
        Path label = Files.createDirectories(folder.resolve("plain/tone"));
        Files.write(label.resolve("a.wav"), wav(8_000, 1, 0.3, 1));
    }

    private static void fails(String why, Object... words) {
        CommandRun failed = sensorium(words);
        assertThat(failed.status()).isNotZero();
        assertThat(failed.err()).contains(why).hasLineCount(1);
    }
}
