package sensorium.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Samplers against the published values of a made-up model, and against what any sampler must do with a perfect one. */
class SamplerTest {
    private static final int STEPS = 1000;
    private static final NoiseSchedule DDPM = NoiseSchedule.linear(STEPS, 1e-4, 0.02);
    private static final Noise NONE = shape -> {
        throw new AssertionError("no noise was expected");
    };

    /** ε = x·t/(t + 1). */
    private static final Denoiser MADE_UP = (x, t) -> x.times(t / (t + 1));

    private static JsonNode expected() {
        try {
            return JsonMapper.shared().readTree(Files.readAllBytes(Fixtures.path("schedulers/expected.json")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static JsonNode expected(String id) {
        for (JsonNode c : expected().get("cases")) {
            if (c.get("id").asString().equals(id)) {
                return c;
            }
        }
        throw new AssertionError("no case " + id);
    }

    /** Samples (4, 3, 8, 8) that count up with the sample's number fastest. */
    private static Tensor ramp() {
        float[] x = new float[768];
        for (int b = 0; b < 4; b++) {
            for (int e = 0; e < 192; e++) {
                x[b * 192 + e] = (e * 4 + b) / 768f;
            }
        }
        return Tensor.of(x, 4, 3, 8, 8);
    }

    private static void agrees(String id, Tensor x) {
        JsonNode wanted = expected(id);
        double[] values = x.toDoubles();
        double sum = Arrays.stream(values).map(Math::abs).sum();
        if (wanted.has("sum")) {
            assertThat(sum).as(id).isCloseTo(wanted.get("sum").asDouble(), within(1e-2));
        }
        assertThat(sum / values.length).as(id).isCloseTo(wanted.get("mean").asDouble(), within(1e-3));
    }

    private static void agreesWithFinalSamples(String id, Tensor x) {
        Tensor samples = Safetensors.open(Fixtures.path("schedulers/final_samples.safetensors"))
                .tensor(id);
        assertThat(x.toDoubles()).containsExactly(samples.toDoubles(), within(1e-4));
    }

    @Test
    void ddpmOverAllSteps() {
        Scope.tidyRun(() -> {
            Tensor rows = Safetensors.open(Fixtures.path("schedulers/torch_seed0_noise.safetensors"))
                    .tensor("noise");
            int[] k = {0};
            Noise recorded = shape -> rows.slice(0, k[0], ++k[0]).reshape(4, 3, 8, 8);
            Trajectory way = Ddpm.usual().over(DDPM, Prediction.EPSILON, STEPS);
            Tensor x = way.run(MADE_UP, ramp(), recorded);
            assertThat(k[0]).isEqualTo(STEPS - 1);
            agrees("ddpm_eps", x);
            agreesWithFinalSamples("ddpm_eps", x);
        });
    }

    @Test
    void ddimInTenSteps() {
        Scope.tidyRun(() -> {
            Tensor x = Ddim.published().over(DDPM, Prediction.EPSILON, 10).run(MADE_UP, ramp(), NONE);
            agrees("ddim_eps_10", x);
            agreesWithFinalSamples("ddim_eps_10", x);
        });
    }

    /** A model that sees a picture beyond the bounds: what is drawn towards them must not leave noise behind that nobody takes away. */
    @Test
    void aBoundedPictureAndItsNoiseAddUpToWhatWasSeen() {
        Scope.tidyRun(() -> {
            Tensor x = ramp();
            Trajectory way = Ddim.usual().over(DDPM, Prediction.SAMPLE, 4);
            double a = Math.sqrt(DDPM.kept((int) way.timestep(0)));
            double after = Math.sqrt(DDPM.kept((int) way.timestep(1)));
            Tensor moved = way.step(Tensor.full(2, x.shape().dims()), x, 0, NONE);
            Tensor noise = x.minus(a).dividedBy(Math.sqrt(1 - a * a));
            Tensor expected = noise.times(Math.sqrt(1 - after * after)).plus(after);
            assertThat(moved.toDoubles()).containsExactly(expected.toDoubles(), within(1e-5));
        });
    }

    @Test
    void eulerInTenSteps() {
        Scope.tidyRun(() -> {
            NoiseSchedule longer = NoiseSchedule.linear(1100, 1e-4, 0.02);
            Trajectory way = SigmaSampler.of(SigmaSampler.Kind.EULER).over(longer, Prediction.EPSILON, 10);
            Tensor x = ramp().times(way.initialScale());
            for (int i = 0; i < way.evaluations(); i++) {
                x = way.input(x, i); // the recording goes on from what the model was shown
                x = way.step(MADE_UP.predict(x, way.timestep(i)), x, i, NONE);
            }
            agrees("euler_10", x);
        });
    }

    @Test
    void dpmSolverInTenSteps() {
        Scope.tidyRun(() -> {
            var solver = new DpmSolver(false, Bounds.NONE, Spacing.LINSPACE, false, false, false);
            agrees("dpmpp_2m_10", solver.over(DDPM, Prediction.EPSILON, 10).run(MADE_UP, ramp(), NONE));
        });
    }

    @Test
    void publishedTables() {
        JsonNode tables = expected().get("tables");
        tables.get("linear_alphas_cumprod")
                .properties()
                .forEach(e -> assertThat(DDPM.kept(Integer.parseInt(e.getKey())))
                        .isCloseTo(
                                e.getValue().asDouble(),
                                within(1e-6 * e.getValue().asDouble() + 1e-9)));
        NoiseSchedule cosine = NoiseSchedule.cosine(STEPS);
        tables.get("cosine_betas")
                .properties()
                .forEach(e -> assertThat(cosine.beta(Integer.parseInt(e.getKey())))
                        .isCloseTo(e.getValue().asDouble(), within(1e-7)));
        NoiseSchedule scaled = NoiseSchedule.scaledLinear(STEPS, 0.00085, 0.012);
        tables.get("scaled_linear_alphas_cumprod")
                .properties()
                .forEach(e -> assertThat(scaled.kept(Integer.parseInt(e.getKey())))
                        .isCloseTo(e.getValue().asDouble(), within(1e-6)));
        assertThat(scaled.sigma(STEPS - 1))
                .isCloseTo(tables.get("scaled_linear_sigma_max").asDouble(), within(1e-4));
    }

    private static final List<String> ALL =
            List.of("ddpm", "ddim", "euler", "euler-a", "heun", "dpm++", "dpm++-sde", "dpm++-karras");

    /** A model that knows the one picture there is finds it, whatever the sampler and whatever it is asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"ddpm", "ddim", "euler", "euler-a", "heun", "dpm++", "dpm++-sde", "dpm++-karras"})
    void aPerfectModelFindsItsPicture(String name) {
        Scope.tidyRun(() -> {
            Tensor picture = ramp();
            for (Prediction prediction : Prediction.values()) {
                Denoiser knowing = (x, t) -> {
                    double sigma = DDPM.sigma(t);
                    double a = 1 / Math.sqrt(sigma * sigma + 1);
                    double s = a * sigma;
                    Tensor noise = x.minus(picture.times(a)).dividedBy(s);
                    return prediction.target(
                            picture, noise, Tensor.of(new float[] {(float) a}), Tensor.of(new float[] {(float) s}));
                };
                Tensor from = Noise.seeded(1).next(picture.shape());
                Tensor found = Sampler.named(name).over(DDPM, prediction, 20).run(knowing, from, Noise.seeded(2));
                assertThat(found.toDoubles())
                        .as("%s, %s", name, prediction)
                        .containsExactly(picture.toDoubles(), within(0.02));
            }
        });
    }

    @Test
    void rectifiedFlowFindsItsPicture() {
        Scope.tidyRun(() -> {
            Tensor picture = ramp();
            Tensor noise = Noise.seeded(3).next(picture.shape());
            for (double shift : new double[] {1, 3}) {
                Tensor found = new RectifiedFlow(shift)
                        .over(Bounds.NONE, 7, 1)
                        .run((x, t) -> RectifiedFlow.target(picture, noise), noise, Noise.seeded(0));
                assertThat(found.toDoubles()).containsExactly(picture.toDoubles(), within(1e-5));
            }
            Tensor half = RectifiedFlow.noised(picture, noise, Tensor.of(new float[] {0.5f}));
            assertThat(half.toDoubles())
                    .containsExactly(picture.plus(noise).times(0.5).toDoubles(), within(1e-6));
        });
    }

    @ParameterizedTest
    @EnumSource(Spacing.class)
    void spacings(Spacing spacing) {
        double[] t = spacing.timesteps(1000, 10, 0);
        assertThat(t).hasSize(10);
        assertThat(t[0]).isEqualTo(spacing == Spacing.LEADING ? 900 : 999);
        assertThat(t[9]).isEqualTo(spacing == Spacing.TRAILING ? 99 : 0);
    }

    @Test
    void thresholdsBySample() {
        Scope.tidyRun(() -> {
            Tensor x = Tensor.of(new float[] {0.5f, -0.25f, 4, -2}, 2, 2);
            assertThat(new Bounds(10, 0.5).apply(x).toDoubles())
                    .containsExactly(new double[] {0.5, -0.25, 1, -2.0 / 3}, within(1e-6));
            assertThat(Bounds.PIXELS.apply(x).toDoubles()).containsExactly(0.5, -0.25, 1, -1);
        });
    }

    @Test
    void nothingIsLeftAtTheEndOfAZeroTerminalSchedule() {
        NoiseSchedule zero = DDPM.withZeroTerminalSnr();
        assertThat(zero.kept(STEPS - 1)).isEqualTo(0);
        assertThat(zero.kept(0)).isCloseTo(DDPM.kept(0), within(1e-12));
    }

    @Test
    void minSnrWeights() {
        Scope.tidyRun(() -> {
            int[] t = {0, 500, 999};
            double[] w = DDPM.minSnr(t, Prediction.EPSILON, 5).toDoubles();
            for (int i = 0; i < t.length; i++) {
                double snr = DDPM.kept(t[i]) / (1 - DDPM.kept(t[i]));
                assertThat(w[i]).isCloseTo(Math.min(snr, 5) / snr, within(1e-5));
            }
        });
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> Sampler.named("ancestral"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll(ALL.toArray(String[]::new));
        for (int steps : new int[] {0, 1001}) {
            assertThatThrownBy(() -> Ddim.published().over(DDPM, Prediction.EPSILON, steps))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("1 to 1000");
        }
        assertThatThrownBy(() -> NoiseSchedule.ofBetas(new double[] {0.1, 0}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("step 1");
    }
}
