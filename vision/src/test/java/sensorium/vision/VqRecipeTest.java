package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sensorium.autograd.Tape;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.nn.Conv2d;
import sensorium.nn.Weights;
import sensorium.nn.codes.Quantizer;
import sensorium.nn.training.Length;
import sensorium.nn.training.MetricsLog;
import sensorium.nn.training.Plan;
import sensorium.nn.training.Recipe;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.op.Primitive.Window;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

class VqRecipeTest {
    private static final int SIDE = 12;
    private static final PictureTokenizer.Config TINY =
            new PictureTokenizer.Config(1, SIDE, 2, 16, 8, new AutoencoderConfig(4, List.of(16, 16), 1, 16, 8, false));

    @TempDir
    Path folder;

    /** Stripes of four kinds. */
    private record Stripes(int size) implements LabelledPictures {
        @Override
        public int label(int picture) {
            return picture % 4;
        }

        @Override
        public void draw(int picture, float[] out, int at) {
            for (int p = 0; p < SIDE * SIDE; p++) {
                int place = label(picture) < 2 ? p % SIDE : p / SIDE;
                out[at + p] = place / 4 % 2 == label(picture) % 2 ? 0.9f : -0.9f;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void stripesSurviveTheirTokens(Quantizer.Kind kind) {
        Scope.tidyRun(() -> {
            var model = PictureTokenizer.of(Weights.random(1), TINY.with(kind));
            var options = new VqRecipe.Options(32, 2e-3, 0.1, 0.1, 0, 0, 0.5);
            var recipe = new VqRecipe(model, new Stripes(128), new Stripes(8), options, null, 1);
            Map<String, Double> measures = train(recipe, VqRecipe.plan(options, 1, new Length.Steps(120)));
            assertThat(measures.get("psnr")).isGreaterThan(15);
            assertThat(measures.get("perplexity")).isGreaterThan(1.5);
            assertThat(measures.get("used")).isBetween(2 / 16.0, 1.0);
            var last = MetricsLog.read(folder.resolve("run/metrics.jsonl")).get(119);
            assertThat(last.path("perplexity").asDouble()).isGreaterThan(1.5);
            assertThat(last.path("dead").asInt() + 16 * last.path("used").asDouble())
                    .isCloseTo(16, within(1e-9));
            assertThat(last.has("revived")).isEqualTo(kind != Quantizer.Kind.FSQ);
        });
    }

    @Test
    void stripesSurviveMapsOfNumbers() {
        Scope.tidyRun(() -> {
            var config = new PictureAutoencoder.Config(
                    1, SIDE, 2, new AutoencoderConfig(4, List.of(16, 16), 1, 2, 8, false));
            var model = PictureAutoencoder.of(Weights.random(1), config);
            var options = new KlRecipe.Options(32, 2e-3, 1e-3, 0, 0, 0.5);
            var recipe = new KlRecipe(model, new Stripes(128), new Stripes(8), options, null, 1);
            Map<String, Double> measures = train(recipe, KlRecipe.plan(options, 1, new Length.Steps(100)));
            assertThat(measures.get("psnr")).isGreaterThan(15);
            assertThat(measures.get("deviation")).isBetween(0.05, 5.0); // held near the unit normal distribution
        });
    }

    /** One critic's step changes it and the pictures; it is kept to go on with, but is no part of the model that one uses. */
    @Test
    void aCriticLearnsBesideTheModel() {
        Scope.tidyRun(() -> {
            var model = PictureTokenizer.of(Weights.random(1), TINY);
            var options = new VqRecipe.Options(16, 2e-3, 0.1, 0.1, 0.1, 0.5, 0.5);
            PictureFeatures halves = x -> List.of(x.avgPool2d(2, 2, new Window(2, 2, 0, 0, 1, 1, 1)));
            var recipe = new VqRecipe(model, new Stripes(64), new Stripes(8), options, halves, 1);
            Map<String, Tensor> before = new HashMap<>();
            recipe.model().state().forEach((name, t) -> before.put(name, t.times(1)));
            Map<String, Double> measures = train(recipe, VqRecipe.plan(options, 1, new Length.Steps(12)));
            assertThat(measures.get("psnr")).isGreaterThan(2);
            var lines = MetricsLog.read(folder.resolve("run/metrics.jsonl"));
            assertThat(lines.get(4).has("gan")).isFalse();
            assertThat(lines.get(8).path("gan").asDouble()).isGreaterThan(0);
            assertThat(lines.get(8).path("critic").asDouble()).isBetween(0.1, 3.0);
            String critic = "critic.convs.0.weight";
            assertThat(recipe.model().state().get(critic).toFloats())
                    .isNotEqualTo(before.get(critic).toFloats());
            assertThat(Safetensors.open(folder.resolve("run/model.safetensors")).names())
                    .isEqualTo(model.state().keySet());
            assertThat(Safetensors.open(folder.resolve("run/optimizer.safetensors"))
                            .names())
                    .contains("model." + critic);
        });
    }

    /** The critic's pull on the decoder's last layer is as long as that of the pixels, times its strength, and has its direction. */
    @Test
    void theCriticPullsAsHardAsThePixels() {
        Scope.tidyRun(() -> {
            Weights w = Weights.random(4);
            var critic = PatchDiscriminator.of(w.at("critic"), 1, SIDE);
            var last = Conv2d.of(w.at("last"), 3, 1, 3, 1, 1, true);
            Tensor before = normal(1, 2, 3, SIDE, SIDE);
            Tensor real = normal(2, 2, 1, SIDE, SIDE);
            var strengths = new PictureLoss.Strengths(0, 0.5, 0);
            Tensor weight = last.weight().value();
            double[][] pulls = new double[3][];
            var none = new PictureLoss(new PictureLoss.Strengths(0, 0, 0), null, null);
            var with = new PictureLoss(strengths, null, critic);
            pulls[0] = pull(weight, () -> none.of(real, made(before, last), 0).loss());
            pulls[1] = pull(weight, () -> with.of(real, made(before, last), 0).loss());
            pulls[2] = pull(
                    weight,
                    () -> critic.forward(made(before, last).pictures()).mean().neg());
            double[] added = new double[pulls[0].length];
            for (int i = 0; i < added.length; i++) {
                added[i] = pulls[1][i] - pulls[0][i];
            }
            assertThat(norm(added)).isCloseTo(0.5 * norm(pulls[0]), withinPercentage(0.5));
            double dot = 0;
            for (int i = 0; i < added.length; i++) {
                dot += added[i] * pulls[2][i];
            }
            assertThat(dot / norm(added) / norm(pulls[2])).isCloseTo(1, within(1e-4));
            // The critic hears of pictures, but its gradient is its own loss's alone.
            Tensor own = critic.convs().getFirst().weight().value();
            double[] asCritic = pull(
                    own, () -> critic.loss(real, made(before, last).pictures().detached()));
            assertThat(pull(own, () -> with.of(real, made(before, last), 0).loss()))
                    .isEqualTo(asCritic);
        });
    }

    private static Tensor normal(long key, int... shape) {
        return Tensor.generate(new Random(Distribution.NORMAL, DType.F32, Shape.of(shape), 3, key));
    }

    private static PictureLoss.Made made(Tensor before, Conv2d last) {
        return new PictureLoss.Made(before, last, y -> y);
    }

    private static double[] pull(Tensor of, Supplier<Tensor> loss) {
        return Tape.record(
                tape -> tape.gradients(loss.get(), List.of(of)).getFirst().toDoubles());
    }

    private static double norm(double[] v) {
        return Math.sqrt(Arrays.stream(v).map(x -> x * x).sum());
    }

    private Map<String, Double> train(Recipe<VqRecipe.Batch> recipe, Plan plan) {
        try (var run =
                RunFolder.create(folder.resolve("run"), JsonMapper.shared().createObjectNode())) {
            return Trainer.train(recipe, plan, run, new TrainingListener() {}).measures();
        }
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> new VqRecipe.Options(8, 1e-3, 0.9, 0.1, 0, 0, 0.5))
                .hasMessageContaining("plain");
        assertThatThrownBy(() -> new VqRecipe.Options(8, 1e-3, 0.1, 0.1, 0, -1, 0.5))
                .hasMessageContaining("gan");
        assertThatThrownBy(() -> new KlRecipe.Options(8, 1e-3, -1, 0, 0, 0.5)).hasMessageContaining("divergence");
    }

    @Test
    void qualityIsKnownWhereItCanBeWorkedOut() {
        float[] real = new float[SIDE * SIDE];
        float[] made = new float[SIDE * SIDE];
        Arrays.fill(made, 0.2f);
        var quality = new PictureQuality(1, SIDE);
        quality.add(real, made);
        assertThat(quality.measures().get("psnr")).isCloseTo(20, within(1e-5)); // 10·log₁₀(4/0.04)
        double c1 = 0.0004; // flat pictures: (2·0·0.2 + C₁)/(0 + 0.04 + C₁)
        assertThat(quality.measures().get("ssim")).isCloseTo(c1 / (0.04 + c1), within(1e-6));
        var same = new PictureQuality(1, SIDE);
        same.add(made, made);
        assertThat(same.measures().get("ssim")).isCloseTo(1, within(1e-12));
    }
}
