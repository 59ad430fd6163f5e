package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import sensorium.io.Safetensors;
import sensorium.multimodal.caption.Captioner;
import sensorium.multimodal.model.ModelFolder;
import sensorium.tensor.Tensor;
import sensorium.text.Units;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;

/** From pictures to words by the command line, in seconds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CaptionCommandsTest {
    private static final String[] NAMES = {"red", "green", "blue"};

    @TempDir
    static Path folder;

    private Path data;
    private Path run;

    @BeforeAll
    void train() throws Exception {
        data = folder.resolve("data");
        for (String split : new String[] {"train", "test"}) {
            for (int c = 0; c < NAMES.length; c++) {
                Path of = Files.createDirectories(data.resolve(split).resolve(NAMES[c]));
                for (int i = 0; i < 4; i++) {
                    Files.write(of.resolve(i + ".png"), PngWriter.encode(square(c, 12 + i)));
                }
            }
        }
        run = folder.resolve("run");
        var json = sensorium("train", "caption", "--data", data, "--out", run, "--epochs", 160, "--json")
                .json();
        assertThat(json.path("pictures").asInt()).isEqualTo(12);
        assertThat(json.path("known_n").asInt()).isEqualTo(12);
    }

    private static Picture square(int channel, int side) {
        byte[] rgb = new byte[side * side * 3];
        for (int p = 0; p < side * side; p++) {
            rgb[3 * p + channel] = (byte) 220;
        }
        return new Picture(side, side, 3, rgb);
    }

    /** What it is fed of a picture, with the beginning of a text before it, says what the caption begins with. */
    @Test
    void whatItIsFedRuns() {
        Path picture = data.resolve("train/red/0.png");
        Path in = Piped.features(folder, run, picture);
        Map<String, Tensor> fed = Safetensors.open(in).tensors();
        assertThat(fed.get("pixel_values").dim(1)).isEqualTo(3);
        Captioner model = new ModelFolder(run).openCaptions().model();
        fed.put("input_ids", Tensor.of(new long[] {model.start()}, 1, 1));
        Safetensors.write(in, fed, Map.of());
        Path out = folder.resolve("out.safetensors");
        assertThat(sensorium("run", run, "--in", in, "--out", out).status()).isZero();
        long first = Safetensors.open(out).tensor("logits").argMax(2).toLongs()[0];
        String unit = new Units(model.config().units()).decode(List.of((int) first));
        String caption = sensorium("caption", run, picture, "--beam", 1, "--json")
                .json()
                .get(0)
                .path("text")
                .asString();
        assertThat(caption).isNotEmpty().startsWith(unit.strip());
    }

    @Test
    void evalMeasuresIt() {
        var json = sensorium("eval", run, "--data", data, "--json").json();
        assertThat(json.path("exact").asDouble()).isBetween(0.5, 1.0);
        assertThat(json.path("known").asDouble()).isBetween(0.6, 1.0);
        assertThat(json.path("known_interval")).hasSize(2);
        assertThat(json.path("n").asInt()).isEqualTo(12);
    }

    @Test
    void picturesAreNamed() throws Exception {
        Path picture = data.resolve("test/green/0.png");
        var json = sensorium("caption", run, picture, data.resolve("test/blue/1.png"), "--json")
                .json();
        assertThat(json).hasSize(2);
        assertThat(json.path(0).path("text").asString()).isEqualTo("green");
        assertThat(json.path(1).path("text").asString()).isEqualTo("blue");
        assertThat(json.path(0).path("log_probability").asDouble()).isNegative();
        assertThat(sensorium("caption", run, picture, "--beam", 1).out()).endsWith("  green");
        assertThat(sensorium("caption", run, picture, "--temperature", 0.01).out())
                .endsWith("  green");
        assertThat(Files.readString(run.resolve("report.html"), StandardCharsets.UTF_8))
                .contains("What is said", "How many are exactly right", "<figcaption>");
    }

    @Test
    void faultsAreSaidInOneLine() throws Exception {
        Path picture = data.resolve("test/green/0.png");
        Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
        Path x = folder.resolve("x");
        fails("broken.png", "caption", run, broken);
        fails("1 to 64", "caption", run, picture, "--beam", 0);
        fails("top-p", "caption", run, picture, "--top-p", -1);
        fails("shared space", "train", "caption", "--data", data, "--out", x, "--tower", run);
        fails("characters, bpe or words", "train", "caption", "--data", data, "--out", x, "--units", "runes");
        fails("writes no speech", "transcribe", run, picture);
        assertThat(x).doesNotExist();
    }

    private static void fails(String why, Object... words) {
        CommandRun failed = sensorium(words);
        assertThat(failed.status()).isNotZero();
        assertThat(failed.err()).contains(why).hasLineCount(1);
    }
}
