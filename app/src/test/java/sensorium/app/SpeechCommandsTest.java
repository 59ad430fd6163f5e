package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.io.Safetensors;

/** From sounds to text by the command line, in seconds: nothing here is good, everything is there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SpeechCommandsTest {
    @TempDir
    static Path folder;

    private Path data;
    private Path run;

    @BeforeAll
    void train() throws Exception {
        data = Files.createDirectories(folder.resolve("data"));
        List<String> lines = new ArrayList<>(List.of("file\ttranscript"));
        for (int i = 0; i < 24; i++) {
            WavWriter.write(data.resolve(i + ".wav"), tone(11_025, 6_000 + 100 * i, 200 + 50 * i));
            lines.add(i + ".wav\t" + (i % 2 == 0 ? "Tone " : "") + Character.toString('a' + i) + ".");
        }
        Files.write(data.resolve("transcripts.tsv"), lines);
        run = folder.resolve("run");
        var json = sensorium("train", "transcribe", "--data", data, "--out", run, "--epochs", 3, "--json")
                .json();
        assertThat(json.path("steps").asInt()).isPositive();
        assertThat(json.path("cer").asDouble()).isBetween(0.0, 50.0);
        assertThat(json.path("perturbed").asBoolean()).isFalse();
        assertThat(json.path("n").asInt() + json.path("sounds").asInt()).isEqualTo(24);
    }

    private static Waveform tone(int rate, int samples, double hertz) {
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            x[i] = (float) (0.3 * Math.sin(2 * Math.PI * hertz * i / rate));
        }
        return new Waveform(x, rate);
    }

    @Test
    void itsReportShowsWhatIsWritten() throws Exception {
        assertThat(Files.readString(run.resolve("report.html"), StandardCharsets.UTF_8))
                .contains(
                        "How much is wrong", "What is written, and when it is said", "<audio", "What cannot be written")
                .doesNotContain("src=\"http");
        assertThat(Files.readAllLines(run.resolve("sentences.txt"))).contains("tone a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"greedy", "beam", "attention"})
    void evalMeasuresIt(String way) {
        var json = sensorium("eval", run, "--data", data, "--decoder", way, "--json")
                .json();
        assertThat(json.path("n").asInt())
                .isEqualTo(json.path("held_out").path("n").asInt())
                .isPositive();
        assertThat(json.path("wer").asDouble())
                .isEqualTo(json.path("held_out").path("wer").asDouble());
        assertThat(json.path("seen_words").path("n").asInt()).isPositive();
        // A letter that is held out was never seen.
        assertThat(json.path("unknown").isEmpty()).isFalse();
    }

    @Test
    void whatItIsFedRuns() {
        var outputs = Piped.outputs(folder, run, data.resolve("0.wav"));
        int[] fed = Safetensors.open(folder.resolve("in.safetensors"))
                .spec("input_features")
                .shape()
                .dims();
        assertThat(fed).startsWith(1, 64);
        assertThat(outputs.get("ctc_logits").dim(1)).isEqualTo(Math.ceilDiv(fed[2], 2));
        assertThat(outputs).containsKey("encoder_last_hidden_state");
    }

    @Test
    void soundsAreWrittenDown() throws Exception {
        Path long192 = folder.resolve("long.wav");
        WavWriter.write(long192, tone(192_000, 30 * 192_000, 300));
        Path silence = folder.resolve("silence.wav");
        WavWriter.write(silence, new Waveform(new float[8_000], 8_000));
        var json = sensorium("transcribe", run, long192, silence, "--json", "--decoder", "greedy")
                .json();
        assertThat(json).hasSize(2);
        assertThat(json.path(1).path("text").asString()).isEmpty();
        assertThat(json.path(1).path("words").isArray()).isTrue();
        String text = sensorium("transcribe", run, data.resolve("0.wav"), "--timestamps", "--beam", 2)
                .out();
        assertThat(text).startsWith(data.resolve("0.wav").toString());
    }

    @Test
    void faultsAreSaidInOneLine() throws Exception {
        Path sound = data.resolve("0.wav");
        Path empty = Files.createFile(folder.resolve("empty.wav"));
        Path mute = Files.createDirectories(folder.resolve("mute"));
        WavWriter.write(mute.resolve("a.wav"), tone(8_000, 8_000, 300));
        Path x = folder.resolve("x");
        fails("empty", "transcribe", run, empty);
        fails("greedy, beam or attention", "transcribe", run, sound, "--decoder", "ear");
        fails("1 to 256", "transcribe", run, sound, "--beam", 1000);
        fails("leave --language", "transcribe", run, sound, "--language", "en");
        fails("characters, bpe or words", "train", "transcribe", "--data", data, "--out", x, "--units", "runes");
        fails("--transcripts", "train", "transcribe", "--data", mute, "--out", x);
        fails("language \"xx\"", "train", "transcribe", "--data", data, "--out", x, "--language", "xx");
        fails(
                "cannot be read",
                "train",
                "transcribe",
                "--data",
                mute,
                "--out",
                x,
                "--transcripts",
                folder.resolve("no"));
        fails("no captions", "caption", run, sound);
        assertThat(x).doesNotExist();
    }

    private static void fails(String why, Object... words) {
        CommandRun failed = sensorium(words);
        assertThat(failed.status()).isNotZero();
        assertThat(failed.err()).contains(why).hasLineCount(1);
    }
}
