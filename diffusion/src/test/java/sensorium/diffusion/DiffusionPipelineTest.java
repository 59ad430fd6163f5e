package sensorium.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import sensorium.text.NGrams;
import sensorium.text.TextEncoder;
import sensorium.vision.AutoencoderConfig;
import sensorium.vision.PictureSet;
import sensorium.vision.PictureTokenizer;
import tools.jackson.databind.json.JsonMapper;

/** Pictures of what is said, by way of latents; pictures that are changed, wholly or in part. */
class DiffusionPipelineTest {
    private static final int SIDE = 16;
    private static final List<String> SAID = List.of("bright above", "bright below");
    private static final DiffusionRecipe.Options FEW = new DiffusionRecipe.Options(16, 4e-3, 0.1, 0, 0.9);

    @TempDir
    Path folder;

    /** Grey, bright above or below. */
    private record Halves(int size) implements PictureSet {
        @Override
        public void draw(int picture, float[] out, int at) {
            for (int p = 0; p < SIDE * SIDE; p++) {
                out[at + p] = (p / SIDE < SIDE / 2) == (picture % 2 == 0) ? 0.8f : -0.8f;
            }
        }
    }

    private static TextEncoder reader() {
        return TextEncoder.of(
                Weights.random(3), new TextEncoder.Config(NGrams.standard(), TransformerConfig.of(16, 1, 2), 4));
    }

    /** Which has learnt nothing: its latents are still different for different pictures. */
    private static PictureTokenizer codec() {
        var network = new AutoencoderConfig(4, List.of(16, 16), 1, 16, 4, false);
        return PictureTokenizer.of(Weights.random(4), new PictureTokenizer.Config(1, SIDE, 2, 16, 4, network));
    }

    @Test
    void guidanceIsLeftOutBeyondTheSharesOfNoiseThatItIsAskedFor() {
        Scope.tidyRun(() -> {
            Map<Double, Integer> shown = new TreeMap<>();
            var pipeline = new DiffusionPipeline(
                    (x, t, _) -> {
                        shown.put(t.toDoubles()[0] / 1000, x.dim(0));
                        return x.times(0.5);
                    },
                    NoisingProcess.named("cosine", Prediction.VELOCITY),
                    Shape.of(1, 4, 4),
                    null,
                    new Asking.Labels(List.of("left", "right")),
                    2,
                    Bounds.NONE);
            pipeline.sample(new Sampling(null, 20, new Guidance(2, 0.3, 0.7)), List.of("left"), 1, (_, _) -> {});
            assertThat(shown).hasSize(20);
            shown.forEach(
                    (share, n) -> assertThat(n).as("at %s", share).isEqualTo(share >= 0.3 && share <= 0.7 ? 2 : 1));
            assertThat(shown.values()).contains(1, 2);
        });
        assertThatThrownBy(() -> new Guidance(2, 0.7, 0.3)).isInstanceOf(BadInputException.class);
    }

    @ParameterizedTest
    @EnumSource
    void latentsOfWhatWasSaidAreMade(DiffusionConfig.Kind kind) {
        Scope.tidyRun(() -> {
            var codec = codec();
            var reader = reader();
            var config = DiffusionConfig.small(
                    kind,
                    new DiffusionConfig.Size(32, 0),
                    DiffusionConfig.Told.text(reader.config()),
                    LatentConfig.of(codec));
            var model = DiffusionModel.of(Weights.random(1), config, reader, codec);
            var pictures = new Halves(16);
            List<List<String>> captions = java.util.stream.IntStream.range(0, 16)
                    .mapToObj(i -> List.of(SAID.get(i % 2)))
                    .toList();
            var lessons = Lessons.ofTexts(pictures, captions, new Asking.Texts(reader))
                    .encoded(model.latents(), true, 1, SIDE, SIDE);
            float[] normal = new float[4 * 4 * 4];
            lessons.draw(0, normal, 0);
            var recipe = new DiffusionRecipe(model, lessons, lessons, FEW, 1);
            try (var run = RunFolder.create(
                    folder.resolve(kind.name()), JsonMapper.shared().createObjectNode())) {
                Trainer.train(
                        recipe, DiffusionRecipe.plan(FEW, 1, new Length.Steps(150)), run, new TrainingListener() {});
            }
            var pipeline = DiffusionPipeline.of(model);
            // Nearer to the latents of what was said than to those of the other.
            Tensor above = latents(model, 0);
            Tensor below = latents(model, 1);
            for (int i = 0; i < 2; i++) {
                Tensor[] last = new Tensor[1];
                pipeline.sample(new Sampling(null, 10, 1.5), List.of(SAID.get(i)), 5, (x, _) -> {
                    if (last[0] != null) {
                        last[0].release();
                    }
                    last[0] = x.keep();
                });
                double own = distance(last[0], i == 0 ? above : below);
                assertThat(own).isLessThan(0.7 * distance(last[0], i == 0 ? below : above));
            }
            assertThat(pipeline.pictureSide()).isEqualTo(SIDE);
            // The parts that were trained before are as they were.
            assertThat(model.text().parameters().values()).noneMatch(p -> p.isTrainable());
            assertThatThrownBy(() -> pipeline.asking().of(List.of("one two three four five")))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("at most 4");
        });
    }

    private static Tensor latents(DiffusionModel model, int picture) {
        float[] pixels = new float[SIDE * SIDE];
        new Halves(2).draw(picture, pixels, 0);
        return model.latents().encode(Tensor.of(pixels, 1, 1, SIDE, SIDE));
    }

    private static double distance(Tensor a, Tensor b) {
        return a.minus(b).square().mean().item();
    }

    @Test
    void latentsHaveUnitVarianceAndComeBack() {
        Scope.tidyRun(() -> {
            var codec = codec();
            var latents = Latents.of(Weights.random(1), codec);
            var pictures = Tensor.concat(0, List.of(Noise.seeded(1).next(Shape.of(8, 1, SIDE, SIDE))));
            Tensor maps = latents.codec().encode(pictures);
            latents.fit(maps);
            Tensor normal = latents.encode(pictures);
            assertThat(normal.mean(false, 0, 2, 3).toDoubles()).containsOnly(new double[4], within(1e-4));
            assertThat(normal.square().mean(false, 0, 2, 3).toDoubles())
                    .containsOnly(new double[] {1, 1, 1, 1}, within(1e-3));
            assertThat(latents.decode(normal).toDoubles())
                    .containsExactly(codec.picture(codec.tokens(pictures)).toDoubles(), within(1e-4));
        });
    }

    /** Knows one picture and says so, whatever it is shown. */
    private static DiffusionPipeline knowing(Tensor picture, NoisingProcess process) {
        DiffusionPipeline.Network network = (x, t, _) -> {
            if (process instanceof NoisingProcess.Flow) {
                Tensor share = t.dividedBy(1000).reshape(-1, 1, 1, 1);
                return x.minus(picture).dividedBy(share);
            }
            return picture.expand(x.shape());
        };
        return new DiffusionPipeline(
                network, process, Shape.of(1, 4, 4), null, new Asking.Labels(List.of("it")), 1, Bounds.NONE);
    }

    private static Tensor ramp(double from) {
        return Tensor.arange(Tensor.zeros(1), 16).times(0.1).plus(from).reshape(1, 1, 4, 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "ddpm", "euler", "euler-a", "heun", "dpm++", "dpm++-karras"})
    void aPartOfAPictureStays(String sampler) {
        Scope.tidyRun(() -> {
            Tensor made = ramp(-1);
            Tensor given = ramp(-0.3);
            var process = new NoisingProcess.Diffusion(NoiseSchedule.cosine(1000), Prediction.SAMPLE);
            Tensor keep = Tensor.of(new float[] {1, 1, 0, 0}, 1, 1, 1, 4).expand(1, 1, 4, 4);
            var how = new Sampling(Sampler.named(sampler), 20, 1);
            Tensor out = knowing(made, process).change(how, List.of("it"), given, keep, 1, 3, (_, _) -> {});
            assertThat(out.slice(3, 0, 2).toDoubles())
                    .containsExactly(given.slice(3, 0, 2).toDoubles(), within(1e-6));
            assertThat(out.slice(3, 2, 4).toDoubles())
                    .containsExactly(made.slice(3, 2, 4).toDoubles(), within(0.05));
        });
    }

    @Test
    void aLittleStrengthChangesLittle() {
        Scope.tidyRun(() -> {
            // A network that sees no noise at all leaves things as they are, but for the noise it was given.
            DiffusionPipeline.Network nothing = (x, _, _) -> x.times(0);
            var pipeline = new DiffusionPipeline(
                    nothing,
                    new NoisingProcess.Diffusion(NoiseSchedule.cosine(1000), Prediction.EPSILON),
                    Shape.of(1, 4, 4),
                    null,
                    new Asking.Labels(List.of("it")),
                    1,
                    Bounds.NONE);
            Tensor given = ramp(-0.7);
            double last = 0;
            for (double strength : new double[] {0.1, 0.3, 0.6}) {
                Tensor out = pipeline.change(
                        new Sampling(Ddim.usual(), 50, 1), List.of("it"), given, null, strength, 3, (_, _) -> {});
                double off = distance(out, given);
                assertThat(off).isGreaterThan(last);
                last = off;
            }
            assertThatThrownBy(() ->
                            pipeline.change(new Sampling(null, 50, 1), List.of("it"), given, null, 0, 3, (_, _) -> {}))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("--strength");
        });
    }

    @Test
    void flowsAreSampledByEulerAlone() {
        Scope.tidyRun(() -> {
            Tensor made = ramp(-1);
            var pipeline = knowing(made, NoisingProcess.named("rectified-flow", Prediction.VELOCITY));
            Tensor out = pipeline.sample(new Sampling(null, 8, 1), List.of("it"), 2, (_, _) -> {});
            assertThat(out.toDoubles()).containsExactly(made.toDoubles(), within(1e-4));
            assertThatThrownBy(() -> pipeline.trajectory(new Sampling(Sampler.named("ddim"), 8, 1)))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("euler");
        });
    }
}
