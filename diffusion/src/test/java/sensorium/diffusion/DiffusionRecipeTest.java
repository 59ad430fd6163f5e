package sensorium.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.Activation;
import sensorium.nn.GridPositions;
import sensorium.nn.TransformerConfig;
import sensorium.nn.TransformerConfig.Modulation;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Step;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.nn.unet.BlockConfig;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.TimestepEmbedding;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;
import sensorium.vision.LabelledPictures;
import tools.jackson.databind.json.JsonMapper;

class DiffusionRecipeTest {
    private static final DiffusionRecipe.Options FEW = new DiffusionRecipe.Options(32, 4e-3, 0.1, 0, 0.9);

    private static final int SIDE = 8;

    @TempDir
    Path folder;

    /** Grey pictures: bright on the left of class 0, on the right of class 1. */
    private record Halves(int size, int length) implements LabelledPictures {
        @Override
        public int label(int picture) {
            return picture % 2;
        }

        @Override
        public void draw(int picture, float[] out, int at) {
            for (int p = 0; p < length; p++) {
                out[at + p] = (p % SIDE < SIDE / 2) == (label(picture) == 0) ? 0.8f : -0.8f;
            }
        }
    }

    /** Smaller than what can be asked for, so that it learns in seconds. */
    private static DiffusionConfig config(DiffusionConfig.Kind kind) {
        var times = new TimestepEmbedding.Config(16, true, 0, Activation.SILU);
        NetworkConfig network = switch (kind) {
            case UNET ->
                new UNetConfig(
                        4,
                        4,
                        List.of(16, 32),
                        1,
                        List.of(Mixer.Kind.NONE, Mixer.Kind.NONE),
                        Mixer.Kind.ATTENTION,
                        List.of(Mixer.Kind.NONE, Mixer.Kind.NONE),
                        times,
                        3,
                        0,
                        new BlockConfig(4, 1e-5, 32, true, new BlockConfig.Heads(2, 0), 0));
            case DIT ->
                new DitConfig(
                        1,
                        1,
                        SIDE,
                        2,
                        32,
                        GridPositions.Kind.SINUSOIDAL_COLUMNS_FIRST,
                        times,
                        3,
                        0,
                        1,
                        TransformerConfig.of(32, 2, 2).with(new Modulation(32, true)));
        };
        return new DiffusionConfig(
                List.of("left", "right"),
                null,
                1,
                SIDE,
                null,
                kind == DiffusionConfig.Kind.UNET ? 2 : 1,
                network,
                Prediction.VELOCITY,
                "cosine");
    }

    @ParameterizedTest
    @CsvSource({"UNET, cosine", "DIT, cosine", "UNET, rectified-flow"})
    void whatIsAskedForIsMade(DiffusionConfig.Kind kind, String schedule) {
        Scope.tidyRun(() -> {
            var model = DiffusionModel.of(Weights.random(1), config(kind).withSchedule(schedule));
            var pictures = Lessons.ofClasses(new Halves(64, 64), 2);
            var recipe = new DiffusionRecipe(model, pictures, pictures, FEW, 1);
            double before = recipe.evaluate().get("held_out_error");
            Trainer.Outcome outcome;
            try (var run = RunFolder.create(
                    folder.resolve(kind + schedule), JsonMapper.shared().createObjectNode())) {
                outcome = Trainer.train(
                        recipe, DiffusionRecipe.plan(FEW, 1, new Length.Steps(300)), run, new TrainingListener() {});
            }
            assertThat(outcome.measures().get("held_out_error")).isLessThan(0.65 * before);
            // The same noise: what differs is what was asked.
            var made = DiffusionPipeline.of(model);
            double left = leaning(made, "left");
            assertThat(left - leaning(made, "right")).isGreaterThan(0.1);
        });
    }

    /** How much brighter the left is than the right of pictures of a class. */
    private static double leaning(DiffusionPipeline model, String label) {
        Tensor made = model.sample(new Sampling(null, 20, 2), List.of(label, label, label, label), 3, (_, _) -> {});
        return made.slice(3, 0, SIDE / 2)
                .minus(made.slice(3, SIDE / 2, SIDE))
                .mean()
                .item();
    }

    @Test
    void aBatchDependsOnItsStepAlone() {
        Scope.tidyRun(() -> {
            var model = DiffusionModel.of(Weights.random(1), config(DiffusionConfig.Kind.UNET));
            var pictures = Lessons.ofClasses(new Halves(64, 64), 2);
            var recipe = new DiffusionRecipe(model, pictures, pictures, FEW, 1);
            var again = new DiffusionRecipe(model, pictures, pictures, FEW, 1);
            var step = new Step(5, 0.1, 0, 1);
            assertThat(again.batch(step).timesteps())
                    .containsExactly(recipe.batch(step).timesteps());
            int[] t = recipe.batch(step).timesteps();
            for (int i = 0; i < t.length; i++) { // one of each part of the schedule
                assertThat(t[i]).isBetween(1000 * i / t.length, 1000 * (i + 1) / t.length);
            }
            assertThat(again.batch(new Step(6, 0.1, 0, 1)).timesteps()).isNotEqualTo(t);
        });
    }

    @Test
    void equalWeightsAndHugeBoundsOfVelocitiesDifferAsTheyShould() {
        // min-SNR without a bound weighs v-prediction by snr/(snr + 1), which is ᾱ.
        Scope.tidyRun(() -> {
            var schedule = NoiseSchedule.cosine(1000);
            double[] w = schedule.minSnr(new int[] {10, 500}, Prediction.VELOCITY, 1e30)
                    .toDoubles();
            assertThat(w[0]).isCloseTo(schedule.kept(10), within(1e-6));
            assertThat(w[1]).isCloseTo(schedule.kept(500), within(1e-6));
        });
    }

    /** Width 32 for 48 numbers a square left a loss of 0.31 and grainy pictures. */
    @ParameterizedTest
    @CsvSource({"1, 28", "3, 28", "1, 64", "3, 64"})
    void noNetworkIsNarrowerThanWhatItDenoises(int channels, int side) {
        var told = DiffusionConfig.Told.labels(List.of("a", "b"));
        for (var kind : DiffusionConfig.Kind.values()) {
            var config = DiffusionConfig.small(kind, told, channels, side);
            switch (config.network()) {
                case UNetConfig u -> assertThat(u.widths().getFirst()).isGreaterThanOrEqualTo(u.in());
                case DitConfig d ->
                    assertThat(d.transformer().width()).isGreaterThanOrEqualTo(d.patch() * d.patch() * d.in());
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> DiffusionConfig.small(
                        DiffusionConfig.Kind.DIT, DiffusionConfig.Told.labels(List.of("a")), 1, 30))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("multiple of 4");
        assertThatThrownBy(() -> config(DiffusionConfig.Kind.UNET)
                        .with(Prediction.EPSILON)
                        .withSchedule("zero-terminal-snr"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("velocity");
        Scope.tidyRun(() -> {
            var dit = DiffusionModel.of(Weights.random(1), config(DiffusionConfig.Kind.DIT));
            assertThatThrownBy(() -> dit.forward(Tensor.full(0, 1, 1, 9, 8), Tensor.full(0, 1), Conditioning.NONE))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("multiples of 2");
        });
    }
}
