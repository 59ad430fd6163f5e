package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.memory.Scope;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
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

    @Test
    void stripesSurviveTheirTokens() {
        Scope.tidyRun(() -> {
            var model = PictureTokenizer.of(Weights.random(1), TINY);
            var recipe = new VqRecipe(model, new Stripes(128), new Stripes(8), 1);
            Trainer.Outcome outcome;
            try (var run =
                    RunFolder.create(folder.resolve("run"), JsonMapper.shared().createObjectNode())) {
                outcome =
                        Trainer.train(recipe, VqRecipe.plan(1, new Length.Steps(150)), run, new TrainingListener() {});
            }
            assertThat(outcome.measures().get("psnr")).isGreaterThan(15);
            assertThat(outcome.measures().get("perplexity")).isGreaterThan(1.5);
            assertThat(outcome.measures().get("used")).isBetween(2 / 16.0, 1.0);
        });
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
