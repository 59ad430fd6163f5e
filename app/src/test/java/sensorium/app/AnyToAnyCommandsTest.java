package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import sensorium.audio.AudioFile;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.vision.Picture;
import sensorium.vision.PictureFile;
import sensorium.vision.PngWriter;

/** From any sense to any other by the command line, in seconds: nothing here is good, everything is there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AnyToAnyCommandsTest {
    private static final String[] NAMES = {"red", "green", "blue"};
    private static final String[] FRENCH = {"rouge", "vert", "bleu"};

    @TempDir
    static Path folder;

    private Path data;
    private Path vq;
    private Path soundVq;
    private Path run;

    @BeforeAll
    void train() throws Exception {
        data = Files.createDirectories(folder.resolve("data"));
        var lines = new StringBuilder();
        for (int c = 0; c < NAMES.length; c++) {
            for (int i = 0; i < 2; i++) {
                String name = NAMES[c] + i;
                Files.write(data.resolve(name + ".png"), PngWriter.encode(square(c, 40 + i)));
                WavWriter.write(data.resolve(name + ".wav"), tone(200 + 100 * c, 0.3 + 0.1 * i));
                lines.append("""
                        {"image_file_name":"%1$s.png","audio_file_name":{"fr":"%1$s.wav"},"text":{"en":"A %2$s.","fr":"%3$s"},"label":"%2$s"}
                        """.formatted(name, NAMES[c], FRENCH[c]));
            }
        }
        Files.writeString(data.resolve("metadata.jsonl"), lines);
        vq = folder.resolve("vq");
        soundVq = folder.resolve("sound-vq");
        run = folder.resolve("run");
        succeeds("train", "vq", "--data", data, "--out", vq, "--epochs", 10);
        succeeds("train", "vq", "--sense", "sound", "--data", data, "--out", soundVq, "--epochs", 6);
        var json = sensorium(
                        "train",
                        "tokens",
                        "--data",
                        data,
                        "--vq",
                        vq,
                        "--sound-vq",
                        soundVq,
                        "--out",
                        run,
                        "--epochs",
                        8,
                        "--json")
                .json();
        assertThat(json.path("things").asInt()).isEqualTo(6);
        assertThat(json.path("language").asString()).isEqualTo("en");
        assertThat(json.path("speech").asString()).isEqualTo("fr");
        assertThat(json.path("surprise.picture→sound").asDouble()).isPositive();
    }

    private static Picture square(int channel, int side) {
        byte[] rgb = new byte[side * side * 3];
        for (int p = 0; p < side * side; p++) {
            rgb[3 * p + channel] = (byte) 220;
        }
        return new Picture(side, side, 3, rgb);
    }

    private static Waveform tone(double hertz, double seconds) {
        float[] x = new float[(int) (16_000 * seconds)];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (0.3 * Math.sin(2 * Math.PI * hertz * i / 16_000));
        }
        return new Waveform(x, 16_000);
    }

    private static void succeeds(Object... words) {
        CommandRun done = sensorium(words);
        assertThat(done.status()).as(done.err()).isZero();
    }

    @Test
    void itsReportShowsWhatWentInAndWhatCameOut() throws Exception {
        assertThat(Files.readString(run.resolve("report.html"), StandardCharsets.UTF_8))
                .contains(
                        "Any to any", "text to picture", "picture to sound", "<audio", "data:image/png", "Nats a code");
    }

    @Test
    void allDirectionsComeFromOneRun() throws Exception {
        Path picture = folder.resolve("made.png");
        Path sound = folder.resolve("made.wav");
        var json = sensorium("generate", run, "--prompt", "A red.", "-n", 2, "-o", picture, "--json")
                .json();
        assertThat(json.path("to").asString()).isEqualTo("picture");
        int side = PictureFile.decode(picture).height();
        assertThat(PictureFile.decode(picture).width()).isGreaterThanOrEqualTo(2 * side);
        json = sensorium("generate", run, "--prompt", "rouge", "--to", "sound", "-o", sound, "--json")
                .json();
        assertThat(AudioFile.decode(sound).mono().seconds())
                .isEqualTo(json.path("sound_seconds").asDouble());
        assertThat(json.path("sound_seconds").asDouble()).isBetween(0.03, 1.6);
        Path red = data.resolve("red0.png");
        Path redSound = data.resolve("red0.wav");
        assertThat(sensorium("generate", run, "--image", red, "--json")
                        .json()
                        .path("text")
                        .asString())
                .isNotEmpty();
        assertThat(sensorium("generate", run, "--audio", redSound, "--temperature", 0, "--json")
                        .json()
                        .path("to")
                        .asString())
                .isEqualTo("text");
        Path again = folder.resolve("again.wav");
        Object[] words = {"generate", run, "--image", red, "--to", "sound", "--seed", 5, "-o"};
        succeeds(with(words, sound));
        succeeds(with(words, again));
        assertThat(again).hasSameBinaryContentAs(sound);
    }

    private static Object[] with(Object[] words, Object last) {
        Object[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = last;
        return all;
    }

    @Test
    void evalAsksASharedSpace() {
        Path space = folder.resolve("space");
        succeeds("train", "shared-space", "--data", data, "--out", space, "--epochs", 1);
        var json = sensorium("eval", run, "--data", data, "--space", space, "--samples", 4, "--json")
                .json();
        for (String direction :
                new String[] {"text→picture", "picture→text", "sound→text", "text→sound", "picture→sound"}) {
            var figures = json.path(direction);
            assertThat(figures.path("n").asInt()).isEqualTo(4);
            assertThat(figures.path("first5").asDouble()).isEqualTo(1); // of three names
            assertThat(figures.path("first").asDouble()).isBetween(0.0, 1.0);
            assertThat(figures.path("ceiling_first5").asDouble()).isEqualTo(1);
        }
        assertThat(json.path("names").asInt()).isEqualTo(3);
    }

    @Test
    void faultsAreSaidInOneLine() throws Exception {
        Path x = folder.resolve("x");
        Path red = data.resolve("red0.png");
        Path silent = Files.createDirectories(folder.resolve("silent"));
        Files.copy(red, silent.resolve("a.png"));
        Files.writeString(silent.resolve("metadata.jsonl"), "{\"image_file_name\":\"a.png\",\"text\":\"a thing\"}\n");
        fails("nothing is given", "generate", run);
        fails("several things", "generate", run, "--prompt", "red", "--image", red);
        fails("empty", "generate", run, "--prompt", " ");
        fails("text, picture or sound", "generate", run, "--prompt", "red", "--to", "smell");
        fails("from sound to picture", "generate", run, "--audio", data.resolve("red0.wav"), "--to", "picture");
        fails("--label", "generate", run, "--label", "red");
        fails("--space", "eval", run, "--data", data);
        fails("sound-codec", "train", "tokens", "--data", data, "--vq", soundVq, "--sound-vq", soundVq, "--out", x);
        fails("vq model", "train", "tokens", "--data", data, "--vq", vq, "--sound-vq", vq, "--out", x);
        fails(
                "texts, pictures and sounds",
                "train",
                "tokens",
                "--data",
                silent,
                "--vq",
                vq,
                "--sound-vq",
                soundVq,
                "--out",
                x);
        fails(
                "multiple of the heads",
                "train",
                "tokens",
                "--data",
                data,
                "--vq",
                vq,
                "--sound-vq",
                soundVq,
                "--out",
                x,
                "--set",
                "width=7");
        fails("no --to", "generate", vq, "--prompt", "red", "--to", "text");
        // A run goes on with what it began with.
        Object[] resumed = {"train", "tokens", "--vq", vq, "--sound-vq", soundVq, "--out", run, "--resume", "--data"};
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.copy(red, other.resolve("a.png"));
        Files.copy(data.resolve("red0.wav"), other.resolve("a.wav"));
        Files.writeString(
                other.resolve("metadata.jsonl"),
                "{\"image_file_name\":\"a.png\",\"audio_file_name\":{\"ru\":\"a.wav\"},\"text\":\"a thing\"}\n");
        fails("do not fit the run", with(resumed, other));
        succeeds(with(resumed, data));
        assertThat(x.resolve("config.json")).doesNotExist();
    }

    private static void fails(String why, Object... words) {
        CommandRun failed = sensorium(words);
        assertThat(failed.status()).isNotZero();
        assertThat(failed.err()).contains(why).hasLineCount(1);
    }
}
