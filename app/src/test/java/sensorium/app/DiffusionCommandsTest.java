package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static sensorium.app.CommandRun.sensorium;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.vision.Picture;
import sensorium.vision.PictureFile;
import sensorium.vision.PngWriter;

/** From labelled pictures to made ones that are judged, all in seconds: nothing here is good, everything is there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DiffusionCommandsTest {
    private static final String CACHE = "SENSORIUM_CACHE";
    private static final int SIDE = 16;

    @TempDir
    static Path folder;

    private Path data;
    private Path run;
    private String cache;

    @BeforeAll
    void train() throws Exception {
        cache = System.setProperty(CACHE, folder.resolve("cache").toString());
        data = folder.resolve("data");
        for (int i = 0; i < 40; i++) {
            Path of = Files.createDirectories(data.resolve(i % 2 == 0 ? "left" : "right"));
            PngWriter.write(halves(i), of.resolve(i + ".png"));
        }
        run = folder.resolve("unet");
        var json = sensorium("train", "diffusion", "--data", data, "--out", run, "--epochs", 3, "--json")
                .json();
        assertThat(json.path("steps").asInt()).isEqualTo(2);
        assertThat(json.path("held_out_error").asDouble()).isBetween(0.05, 5.0);
    }

    @AfterAll
    void restore() {
        if (cache == null) {
            System.clearProperty(CACHE);
        } else {
            System.setProperty(CACHE, cache);
        }
    }

    /** Bright on the left, or on the right. */
    private static Picture halves(int i) {
        var bytes = new byte[SIDE * SIDE * 3];
        for (int p = 0; p < SIDE * SIDE; p++) {
            boolean left = p % SIDE < SIDE / 2;
            int v = left == (i % 2 == 0) ? 200 + i : i;
            bytes[3 * p] = bytes[3 * p + 1] = bytes[3 * p + 2] = (byte) v;
        }
        return new Picture(SIDE, SIDE, 3, bytes);
    }

    @Test
    void itsReportShowsWhatItMakes() throws Exception {
        assertThat(Files.readString(run.resolve("report.html"), StandardCharsets.UTF_8))
                .contains(
                        "What it makes", "From noise to picture", "How much it is guided", "From one noise to another");
    }

    @ParameterizedTest
    @CsvSource({"ddim, 1", "ddim, 3", "euler-a, 2", "dpm++, 2"})
    void theSameSeedMakesTheSamePictures(String sampler, double guidance) throws Exception {
        Path first = folder.resolve("first.png");
        Path second = folder.resolve("second.png");
        for (Path to : new Path[] {first, second}) {
            Object[] line = {
                "generate",
                run,
                "--label",
                "left",
                "-n",
                4,
                "--steps",
                4,
                "--sampler",
                sampler,
                "--guidance",
                guidance,
                "-o",
                to
            };
            assertThat(sensorium(line).status()).isZero();
        }
        assertThat(second).hasSameBinaryContentAs(first);
        assertThat(PictureFile.decode(first).width()).isEqualTo(2 * SIDE + 2);
    }

    @Test
    void aTransformerDoesItToo() {
        Path dit = folder.resolve("dit");
        sensorium("train", "diffusion", "--network", "dit", "--data", data, "--out", dit, "--epochs", 1, "--json")
                .json();
        var json = sensorium("generate", dit, "-n", 2, "--steps", 3, "-o", folder.resolve("dit.png"), "--json")
                .json();
        assertThat(json.path("guidance").asDouble()).isEqualTo(4); // of labels, by a transformer
    }

    @Test
    void whatItMakesIsJudged() {
        Object[] line = {"eval", run, "--data", data, "-n", 12, "--steps", 3, "--json"};
        var json = sensorium(line).json();
        assertThat(json.path("n").asInt()).isEqualTo(12);
        assertThat(json.path("agreement").asDouble()).isBetween(0.0, 1.0);
        assertThat(json.path("frechet").asDouble())
                .isGreaterThan(json.path("frechet_real").asDouble());
        assertThat(json.path("frechet_gaussian").isNumber()).isTrue();
        // The judges are there now, and say the same again.
        assertThat(sensorium(line).json().path("frechet").asDouble())
                .isCloseTo(json.path("frechet").asDouble(), within(1e-6));
    }

    @Test
    void picturesBecomeTokensAndPicturesAgain() throws Exception {
        Path vq = folder.resolve("vq");
        var trained = sensorium("train", "vq", "--data", data, "--out", vq, "--epochs", 6, "--json")
                .json();
        assertThat(trained.path("psnr").asDouble()).isGreaterThan(3);
        assertThat(Files.readString(vq.resolve("report.html"), StandardCharsets.UTF_8))
                .contains("Before and after", "Any token exchanged", "How the codes are used", "The codebook");
        Path picture = data.resolve("left").resolve("0.png");
        var ids = sensorium("tokenize", vq, "--image", picture);
        assertThat(ids.out().split(" ")).hasSize(16);
        Path back = folder.resolve("back.png");
        assertThat(sensorium("detokenize", vq, "--ids", ids.out(), "-o", back).status())
                .isZero();
        assertThat(PictureFile.decode(back).width()).isEqualTo(SIDE);
        var measured = sensorium("eval", vq, "--data", data, "--json").json();
        assertThat(measured.path("psnr").asDouble())
                .isCloseTo(trained.path("psnr").asDouble(), within(1e-6));
        assertThat(complaint("detokenize", vq, "--ids", "1 2 3", "-o", back)).contains("16, 4 a row");
        assertThat(complaint("detokenize", vq, "--ids", ids.out() + "0000", "-o", back))
                .contains("no code");
        assertThat(complaint("tokenize", run, "--image", picture)).contains("train vq");
        writesTokenByToken(vq);
    }

    /** Every quantiser goes the whole way; a picture in colour, with a margin that is transparent, is taken whole. */
    @ParameterizedTest
    @CsvSource({"cosine, 512", "fsq, 252"})
    void otherQuantisersWorkAlike(String quantizer, int codes) throws Exception {
        Path colours = folder.resolve("colours-" + quantizer);
        for (int i = 0; i < 8; i++) {
            Path of = Files.createDirectories(colours.resolve(i % 2 == 0 ? "a" : "b"));
            PngWriter.write(framed(i), of.resolve(i + ".png"));
        }
        Path vq = folder.resolve("vq-" + quantizer);
        var trained = sensorium(
                        "train",
                        "vq",
                        "--quantizer",
                        quantizer,
                        "--data",
                        codes == 512 ? colours : data,
                        "--out",
                        vq,
                        "--epochs",
                        2,
                        "--set",
                        "batch=4",
                        "--json")
                .json();
        assertThat(trained.path("codes").asInt()).isEqualTo(codes);
        assertThat(trained.path("quantizer").asString()).isEqualTo(quantizer);
        Path picture = codes == 512
                ? colours.resolve("a").resolve("0.png")
                : data.resolve("left").resolve("0.png");
        String ids = sensorium("tokenize", vq, "--image", picture).out();
        Path back = folder.resolve("back-" + quantizer + ".png");
        assertThat(sensorium("detokenize", vq, "--ids", ids, "-o", back).status())
                .isZero();
        assertThat(PictureFile.decode(back).width()).isEqualTo(codes == 512 ? 64 : SIDE);
        var measured = sensorium("eval", vq, "--data", codes == 512 ? colours : data, "--json")
                .json();
        assertThat(measured.path("psnr").asDouble())
                .isCloseTo(trained.path("psnr").asDouble(), within(1e-6));
        Path prior = folder.resolve("prior-" + quantizer);
        var written = sensorium(
                        "train",
                        "tokens",
                        "--data",
                        codes == 512 ? colours : data,
                        "--vq",
                        vq,
                        "--out",
                        prior,
                        "--epochs",
                        1,
                        "--json")
                .json();
        assertThat(written.path("codes").asInt()).isEqualTo(codes);
    }

    /** Red or blue in the middle of nothing. */
    private static Picture framed(int i) {
        int side = 72;
        var bytes = new byte[side * side * 4];
        for (int p = 0; p < side * side; p++) {
            int x = p % side;
            int y = p / side;
            if (x >= 18 && x < 54 && y >= 18 && y < 54) {
                bytes[4 * p + (i % 2 == 0 ? 0 : 2)] = (byte) 230;
                bytes[4 * p + 3] = (byte) 255;
            }
        }
        return new Picture(side, side, 4, bytes);
    }

    @Test
    void mapsOfNumbersHaveNoTokens() {
        Path kl = folder.resolve("kl");
        var trained = sensorium(
                        "train", "vq", "--quantizer", "kl", "--data", data, "--out", kl, "--epochs", 2, "--json")
                .json();
        assertThat(trained.path("width").asInt()).isEqualTo(4);
        assertThat(kl.resolve("report.html")).content().contains("Before and after");
        var measured = sensorium("eval", kl, "--data", data, "--json").json();
        assertThat(measured.path("psnr").asDouble())
                .isCloseTo(trained.path("psnr").asDouble(), within(1e-6));
        assertThat(measured.path("deviation").asDouble()).isPositive();
        Path picture = data.resolve("left").resolve("0.png");
        assertThat(complaint("tokenize", kl, "--image", picture)).contains("kl model", "train vq");
    }

    @Test
    void aClassifierLooksOnAndACriticLearns() {
        Path classifier = folder.resolve("classifier");
        assertThat(sensorium("train", "classify", "--data", data, "--out", classifier, "--epochs", 1)
                        .status())
                .isZero();
        Path vq = folder.resolve("vqgan");
        Object[] line = {
            "train",
            "vq",
            "--data",
            data,
            "--out",
            vq,
            "--epochs",
            3,
            "--perceptual",
            classifier,
            "--set",
            "gan=0.5",
            "--set",
            "ganfrom=0.2",
            "--json"
        };
        assertThat(sensorium(line).json().path("psnr").asDouble()).isGreaterThan(0);
        assertThat(vq.resolve("metrics.jsonl")).content().contains("\"critic\"", "\"gan\"");
        assertThat(sensorium("eval", vq, "--data", data).status()).isZero();
        Object[] other = {"train", "vq", "--data", data, "--out", folder.resolve("none"), "--epochs", 1};
        assertThat(complaint(with(other, "--set", "perceptual=1"))).contains("--perceptual RUN");
        assertThat(complaint(with(other, "--perceptual", vq))).contains("train classify");
        assertThat(complaint(with(other, "--quantizer", "rvq"))).contains("vq, cosine, fsq and kl");
        assertThat(complaint(with(other, "--set", "plain=2"))).contains("plain");
        assertThat(complaint(with(other, "--set", "codes=2"))).contains("commitment");
    }

    private void writesTokenByToken(Path vq) {
        Path prior = folder.resolve("prior");
        var trained = sensorium("train", "tokens", "--data", data, "--vq", vq, "--out", prior, "--epochs", 2, "--json")
                .json();
        assertThat(trained.path("held_out_surprise").asDouble()).isBetween(0.01, 10.0);
        assertThat(prior.resolve("report.html")).content().contains("Written token by token");
        Path one = folder.resolve("one.png");
        Path two = folder.resolve("two.png");
        Object[] line = {"generate", prior, "--label", "left", "-n", 4, "--seed", 5, "--top-k", 9, "-o"};
        assertThat(sensorium(with(line, one, "--threads", 1)).status()).isZero();
        assertThat(sensorium(with(line, two, "--threads", 2)).status()).isZero();
        assertThat(one).hasSameBinaryContentAs(two);
        var judged =
                sensorium("eval", prior, "--data", data, "-n", 10, "--json").json();
        assertThat(judged.path("agreement").asDouble()).isBetween(0.0, 1.0);
        assertThat(complaint("generate", prior, "--top-p", "0")).contains("top-p");
        assertThat(complaint("train", "tokens", "--data", data, "--vq", run, "--out", folder.resolve("no")))
                .contains("train vq");
    }

    private static String complaint(Object... words) {
        CommandRun run = sensorium(words);
        assertThat(run.status()).isBetween(1, 2);
        assertThat(run.err().lines()).hasSize(1);
        return run.err();
    }

    @Test
    void wrongWishesAreOneLine() {
        Path free = folder.resolve("free");
        Object[] train = {"train", "diffusion", "--data", data, "--out", free, "--epochs", 1};
        assertThat(complaint(with(train, "--network", "magic"))).contains("unet and dit");
        assertThat(complaint(with(train, "--schedule", "magic"))).contains("zero-terminal-snr");
        assertThat(complaint(with(train, "--prediction", "magic"))).contains("epsilon, sample and velocity");
        assertThat(complaint(with(train, "--width", 33))).contains("a multiple of 32");
        assertThat(complaint(with(train, "--depth", 99))).contains("1 to 64");
        assertThat(complaint(with(train, "--set", "withhold=2"))).contains("withhold");
        assertThat(complaint(with(train, "--trace", "0"))).contains("--rate and --trace must be above 0");
        assertThat(free).doesNotExist(); // nothing was begun
        assertThat(complaint("generate", run, "--label", "up")).contains("left, right");
        assertThat(complaint("generate", run, "--label", "2")).contains("left, right");
        assertThat(complaint("generate", run, "--sampler", "magic"))
                .contains("ddpm, ddim, plms, euler", "dpm++-karras");
        assertThat(complaint("generate", run, "-n", 0)).contains("1 to 4096");
        assertThat(complaint("generate", run, "-n", 5000)).contains("1 to 4096");
        assertThat(complaint("eval", run, "--data", data, "-n", 3)).contains("-n");
        assertThat(complaint("index", run, "--data", data, "--out", free)).contains("diffusion");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddpm", "ddim", "euler", "euler-a", "heun", "dpm++", "dpm++-sde", "dpm++-karras"})
    void noSamplerTakesNoStepsOrMoreThanThereAre(String sampler) {
        for (int steps : new int[] {-1, 0, 1001}) {
            assertThat(complaint("generate", run, "--sampler", sampler, "--steps", steps))
                    .contains("1 to 1000");
        }
        assertThat(complaint("eval", run, "--data", data, "--sampler", sampler, "--steps", 0))
                .contains("1 to 1000");
    }

    /** Four is the patch of the transformer, and what the U-Net halves the side by. */
    @ParameterizedTest
    @ValueSource(strings = {"unet", "dit"})
    void sidesThatPatchesDoNotFillAreRefused(String network) throws Exception {
        Path odd = folder.resolve("odd");
        for (String label : new String[] {"dark", "bright"}) {
            Path of = Files.createDirectories(odd.resolve(label));
            var bytes = new byte[18 * 18 * 3];
            Arrays.fill(bytes, (byte) (label.equals("dark") ? 20 : 200));
            for (int i = 0; i < 4; i++) {
                PngWriter.write(new Picture(18, 18, 3, bytes), of.resolve(i + ".png"));
            }
        }
        Path free = folder.resolve("free " + network);
        assertThat(complaint("train", "diffusion", "--network", network, "--data", odd, "--out", free))
                .contains("18x18", "a multiple of 4");
        assertThat(free).doesNotExist();
    }

    private static Object[] with(Object[] line, Object... more) {
        Object[] all = Arrays.copyOf(line, line.length + more.length);
        System.arraycopy(more, 0, all, line.length, more.length);
        return all;
    }
}
