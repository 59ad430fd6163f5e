package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static sensorium.app.CommandRun.sensorium;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.audio.AudioFile;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import tools.jackson.databind.JsonNode;

/** From sounds to tokens and back, in seconds: nothing here is good, everything is there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SoundTokensCommandsTest {
    private static final int STAGES = 8;

    @TempDir
    static Path folder;

    private Path data;
    private Path run;

    @BeforeAll
    void train() throws Exception {
        data = folder.resolve("data");
        for (String split : List.of("train", "test")) {
            Path of = Files.createDirectories(data.resolve(split).resolve("tones"));
            for (int i = 0; i < 4; i++) {
                WavWriter.write(of.resolve(i + ".wav"), tone(11_025, 8_000, 200 + 50 * i));
            }
        }
        run = folder.resolve("run");
        // A folder without pictures: sounds are meant.
        var json = sensorium("train", "vq", "--data", data, "--out", run, "--epochs", 6, "--json")
                .json();
        assertThat(json.path("steps").asInt()).isEqualTo(3);
        assertThat(json.path("stages").asInt()).isEqualTo(STAGES);
        assertThat(json.path("used")).hasSize(STAGES);
    }

    private static Waveform tone(int rate, int samples, double hertz) {
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            x[i] = (float) (0.3 * Math.sin(2 * Math.PI * hertz * i / rate));
        }
        return new Waveform(x, rate);
    }

    @Test
    void whatItIsFedRuns() {
        Path sound = data.resolve("test/tones/0.wav");
        long[] codes = Piped.outputs(folder, run, sound).get("audio_codes").toLongs();
        JsonNode rows =
                sensorium("tokenize", run, "--audio", sound, "--json").json().path("tokens");
        assertThat(rows).hasSize(codes.length / STAGES);
        for (int i = 0; i < codes.length; i++) {
            assertThat(rows.get(i / STAGES).get(i % STAGES).asLong()).isEqualTo(codes[i]);
        }
    }

    @Test
    void itsReportShowsWhatIsHeard() throws Exception {
        assertThat(Files.readString(run.resolve("report.html"), StandardCharsets.UTF_8))
                .contains("Before and after", "Griffin-Lim", "Fewer stages", "The codebooks", "<audio");
    }

    @Test
    void itLearnsAtTheRateThatIsAsked() throws Exception {
        Path slow = folder.resolve("slow");
        assertThat(sensorium("train", "vq", "--data", data, "--out", slow, "--epochs", 2, "--rate", "1e-3")
                        .status())
                .isZero();
        assertThat(Files.readString(slow.resolve("config.json"), StandardCharsets.UTF_8))
                .contains("rate=0.001");
    }

    @Test
    void evalMeasuresIt() {
        var json = sensorium("eval", run, "--data", data, "--json").json();
        assertThat(json.path("n").asInt()).isEqualTo(4);
        assertThat(json.path("lsd").asDouble()).isBetween(0.5, 60.0);
        assertThat(json.path("lsd_griffin_lim").asDouble()).isBetween(0.5, 60.0);
        assertThat(json.path("mel").asDouble()).isBetween(0.1, 60.0);
        assertThat(json.path("bits_per_second").asDouble()).isEqualTo(STAGES * 8 * 31.25);
        assertThat(json.path("used")).hasSize(STAGES);
        assertThat(json.path("perplexity")).hasSize(STAGES);
    }

    @ParameterizedTest
    @CsvSource({"8000, 1, learned", "44100, 8, learned", "96000, 3, griffin-lim"})
    void aSoundIsTokenisedAndHeardAgain(int rate, int stages, String decoder) throws Exception {
        Path sound = folder.resolve("sound.wav");
        WavWriter.write(sound, tone(rate, rate, 330));
        CommandRun tokens = sensorium("tokenize", run, "--audio", sound, "--stages", stages);
        assertThat(tokens.json().path("tokens")).hasSize(32); // a second, in pieces of 32 ms
        assertThat(tokens.json().path("tokens").path(0)).hasSize(stages);
        Path ids = Files.writeString(folder.resolve("ids.json"), tokens.out());
        Path heard = folder.resolve("heard.wav");
        var json = sensorium("detokenize", run, "--ids", ids, "-o", heard, "--decoder", decoder, "--json")
                .json();
        assertThat(json.path("seconds").asDouble()).isCloseTo(1, within(1e-3));
        assertThat(AudioFile.decode(heard).mono().seconds()).isCloseTo(1, within(1e-3));
    }

    @Test
    void faultsAreSaidInOneLine() throws Exception {
        Path sound = folder.resolve("short.wav");
        WavWriter.write(sound, tone(16_000, 1_000, 330));
        Path empty = Files.createFile(folder.resolve("empty.wav"));
        Path words = Files.writeString(folder.resolve("words.json"), "no numbers");
        Path wrong = Files.writeString(folder.resolve("wrong.json"), "{\"tokens\": [[1, 2], [3, 256]]}");
        Path uneven = Files.writeString(folder.resolve("uneven.json"), "{\"tokens\": [[1, 2], [3]]}");
        Path out = folder.resolve("out.wav");
        fails("1 to 8", "tokenize", run, "--audio", sound, "--stages", 9);
        fails("empty", "tokenize", run, "--audio", empty);
        fails("sound-codec", "tokenize", run, "--image", sound);
        fails("not JSON", "detokenize", run, "--ids", words, "-o", out);
        fails("from 0 to 255", "detokenize", run, "--ids", wrong, "-o", out);
        fails("row 1 has 1", "detokenize", run, "--ids", uneven, "-o", out);
        fails("no such file", "detokenize", run, "--ids", folder.resolve("none.json"), "-o", out);
        Path right = Files.writeString(folder.resolve("right.json"), "{\"tokens\": [[1, 2]]}");
        fails("learned and griffin-lim", "detokenize", run, "--ids", right, "-o", out, "--decoder", "ear");
        fails("picture and sound", "train", "vq", "--data", data, "--out", folder.resolve("x"), "--sense", "smell");
        assertThat(out).doesNotExist();
    }

    private static void fails(String why, Object... words) {
        CommandRun failed = sensorium(words);
        assertThat(failed.status()).isNotZero();
        assertThat(failed.err()).contains(why).hasLineCount(1);
    }
}
