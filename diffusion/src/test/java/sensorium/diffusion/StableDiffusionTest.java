package sensorium.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.Parity;
import sensorium.op.Primitive.Random;
import sensorium.op.Primitive.Random.Distribution;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;
import sensorium.vision.AutoencoderKl;
import sensorium.vision.DiffusersAutoencoder;
import tools.jackson.databind.json.JsonMapper;

/** A pipeline of tiny published parts, and schedulers as published. */
class StableDiffusionTest {
    private static final String INDEX = """
            {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.27.2",
             "feature_extractor": ["transformers", "CLIPImageProcessor"], "requires_safety_checker": true,
             "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"], "image_encoder": [null, null],
             "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
             "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
             "vae": ["diffusers", "AutoencoderKL"]}""";
    private static final String DDIM = """
            {"_class_name": "DDIMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085,
             "clip_sample": false, "num_train_timesteps": 1000, "set_alpha_to_one": false, "skip_prk_steps": null, "steps_offset": 1,
             "trained_betas": null}""";

    @TempDir
    Path folder;

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        for (String file : List.of("config.json", "diffusion_pytorch_model.safetensors")) {
            Files.copy(from.resolve(file), to.resolve(file));
        }
    }

    private void pipeline() throws Exception {
        copy(Fixtures.path("models/unet2d_condition"), folder.resolve("unet"));
        copy(Fixtures.path("models/autoencoder_kl"), folder.resolve("vae"));
        Files.writeString(folder.resolve("model_index.json"), INDEX);
        Files.writeString(Files.createDirectories(folder.resolve("scheduler")).resolve("scheduler_config.json"), DDIM);
    }

    /** Five vectors of twelve numbers that depend on the text. */
    private static Tensor vectors(List<String> texts) {
        return Tensor.concat(
                0,
                texts.stream()
                        .map(t -> Tensor.generate(
                                new Random(Distribution.NORMAL, DType.F32, Shape.of(1, 5, 12), t.hashCode(), 0)))
                        .toList());
    }

    private static DiffusionPipeline open(Path path) {
        return StableDiffusion.open(path, _ -> new Asking.Reader() {
            @Override
            public int width() {
                return 12;
            }

            @Override
            public Tensor read(List<String> texts) {
                return vectors(texts);
            }
        });
    }

    @Test
    void picturesOfPrompts() throws Exception {
        pipeline();
        DiffusionPipeline model = open(folder);
        assertThat(model.pictureSide()).isEqualTo(16);
        assertThat(model.asking().labels()).isEmpty();
        int steps = 4;
        double guidance = 7.5;
        List<String> asked = List.of("a red apple", "a boat");
        Tensor begin = Noise.seeded(3).next(model.shape(2));
        Tensor made = model.sample(
                new Sampling(null, steps, guidance), model.asking().of(asked), begin, Noise.seeded(4), (_, _) -> {});

        // The same, written out.
        UNet unet = DiffusersUNet.load(folder.resolve("unet"));
        AutoencoderKl vae = DiffusersAutoencoder.loadKl(folder.resolve("vae"));
        NoiseSchedule schedule = NoiseSchedule.scaledLinear(1000, 0.00085, 0.012);
        Tensor x = begin;
        for (int i = steps - 1; i >= 0; i--) {
            int t = i * 250 + 1;
            Tensor at = Tensor.full(t, 2);
            Tensor with = unet.forward(x, at, Conditioning.ofContext(vectors(asked)));
            Tensor without = unet.forward(x, at, Conditioning.ofContext(vectors(List.of("", ""))));
            Tensor noise = without.plus(with.minus(without).times(guidance));
            double kept = schedule.kept(t);
            double after = i == 0 ? schedule.kept(0) : schedule.kept(t - 250);
            Tensor picture = x.minus(noise.times(Math.sqrt(1 - kept))).times(1 / Math.sqrt(kept));
            x = picture.times(Math.sqrt(after)).plus(noise.times(Math.sqrt(1 - after)));
        }
        assertThat(made.shape().dims()).containsExactly(2, 3, 16, 16);
        assertThat(Parity.difference(made, vae.decode(x.times(1 / 0.18215)))).isLessThan(2e-4);
    }

    /** The published steps, written out on single numbers. */
    @Test
    void linearMultisteps() {
        NoiseSchedule schedule = NoiseSchedule.scaledLinear(1000, 0.00085, 0.012);
        int steps = 6;
        int stride = 1000 / steps;
        double x = 0.7;
        double[] slopes = new double[steps];
        for (int i = 0; i < steps; i++) {
            int t = (steps - 1 - i) * stride + 1;
            double now = epsilon(x, t);
            double e;
            if (i == 0) {
                double tried = moved(schedule, x, now, t);
                e = (now + epsilon(tried, t - stride)) / 2;
            } else if (i == 1) {
                e = (3 * now - slopes[0]) / 2;
            } else if (i == 2) {
                e = (23 * now - 16 * slopes[1] + 5 * slopes[0]) / 12;
            } else {
                e = (55 * now - 59 * slopes[i - 1] + 37 * slopes[i - 2] - 9 * slopes[i - 3]) / 24;
            }
            slopes[i] = now;
            x = moved(schedule, x, e, t);
        }
        Denoiser model = (y, t) -> y.times(0.8).plus(0.1 * Math.cos(t));
        Trajectory way = Plms.usual().over(schedule, Prediction.EPSILON, steps);
        assertThat(way.evaluations()).isEqualTo(steps + 1);
        Tensor made = way.run(model, Tensor.full(0.7, 1, 1), Noise.seeded(1));
        assertThat(made.item()).isCloseTo(x, within(1e-5));
    }

    /** Where all noise leads to one picture, the steps are exact, whatever the last of them leaves. */
    @Test
    void aPerfectModelFindsItsPicture() {
        NoiseSchedule schedule = NoiseSchedule.scaledLinear(1000, 0.00085, 0.012);
        Denoiser knowing = (x, t) -> {
            double kept = schedule.kept((int) t);
            return x.minus(Math.sqrt(kept) * 0.3).dividedBy(Math.sqrt(1 - kept));
        };
        for (int steps : new int[] {1, 2, 3, 20}) {
            Trajectory way = new Plms(Bounds.NONE, Spacing.LEADING, 0, true).over(schedule, Prediction.EPSILON, steps);
            Tensor made = way.run(knowing, Noise.seeded(2).next(Shape.of(2, 5)), Noise.seeded(1));
            assertThat(made.minus(0.3).abs().max().item()).as("%d steps", steps).isLessThan(1e-4);
            // Begun on the way, as where a given picture is changed.
            for (int step = 0; step < steps; step++) {
                Trajectory rest =
                        new Plms(Bounds.NONE, Spacing.LEADING, 0, true).over(schedule, Prediction.EPSILON, steps);
                int first = rest.first(step, steps);
                Tensor noised =
                        rest.noised(Tensor.full(0.3, 2, 5), Noise.seeded(3).next(Shape.of(2, 5)), first);
                Tensor found = rest.run(knowing, noised, first, Noise.seeded(1), (_, _) -> {});
                assertThat(found.minus(0.3).abs().max().item()).isLessThan(1e-4);
            }
        }
    }

    private static double epsilon(double x, int t) {
        return 0.8 * x + 0.1 * Math.cos(t);
    }

    /** The step of the PNDM paper's equation 11. */
    private static double moved(NoiseSchedule schedule, double x, double e, int t) {
        int to = t - 1000 / 6;
        double a = schedule.kept(t);
        double b = to >= 0 ? schedule.kept(to) : schedule.kept(0);
        return Math.sqrt(b / a) * x - (b - a) * e / (a * Math.sqrt(1 - b) + Math.sqrt(a * (1 - a) * b));
    }

    @Test
    void partsThatAreNotKnownAreNamed() throws Exception {
        pipeline();
        Path index = folder.resolve("model_index.json");
        refused(index, INDEX.replace("\"unet\"", "\"controlnet\": [\"diffusers\", \"X\"], \"unet\""), "controlnet");
        refused(index, INDEX.replace("AutoencoderKL", "AutoencoderTiny"), "\"vae\" is \"AutoencoderTiny\"");
        refused(index, INDEX.replace("[null, null]", "[\"transformers\", \"CLIPVision\"]"), "image_encoder");
        refused(
                index,
                INDEX.replace("StableDiffusionPipeline", "StableDiffusionXLPipeline"),
                "only \"StableDiffusionPipeline\"");
        refused(index, INDEX.replace("DDIMScheduler", "PNDMScheduler"), "is another than that of its folder");
        refused(index, INDEX.replace("\"_class_name\"", "\"_class\""), "_class");
        Files.writeString(index, INDEX);
        Path scheduler = folder.resolve("scheduler/scheduler_config.json");
        refused(scheduler, DDIM.replace("scaled_linear", "wavy"), "\"beta_schedule\" is not known");
        refused(scheduler, DDIM.replace("\"clip_sample\"", "\"surprise\": 3, \"clip_sample\""), "surprise");
        refused(scheduler, DDIM.replace("1000", "1000000000000"), "num_train_timesteps");
        refused(scheduler, DDIM.replace("0.012", "7"), "it must be above 0 and at most 1");
    }

    private void refused(Path file, String content, String what) throws Exception {
        Files.writeString(file, content);
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(what)
                .message()
                .doesNotContain("\n");
    }

    private static PublishedScheduler scheduler(String json) {
        return PublishedScheduler.of(ModelConfigFile.of(JsonMapper.shared().readTree(json), "scheduler_config.json"));
    }

    @Test
    void schedulersByTheirClasses() {
        assertThat(scheduler(DDIM).sampler()).isEqualTo(new Ddim(0, Bounds.NONE, Spacing.LEADING, 1, false, false));
        PublishedScheduler plain = scheduler("{\"_class_name\": \"DDPMScheduler\"}");
        assertThat(plain.sampler()).isEqualTo(Ddpm.usual());
        assertThat(plain.schedule().kept(999))
                .isEqualTo(NoiseSchedule.linear(1000, 1e-4, 0.02).kept(999));
        assertThat(scheduler(
                        "{\"_class_name\": \"EulerDiscreteScheduler\", \"use_karras_sigmas\": true, \"prediction_type\":"
                                + " \"v_prediction\"}"))
                .satisfies(s -> {
                    assertThat(s.sampler())
                            .isEqualTo(
                                    new SigmaSampler(SigmaSampler.Kind.EULER, Bounds.NONE, Spacing.LINSPACE, 0, true));
                    assertThat(s.prediction()).isEqualTo(Prediction.VELOCITY);
                });
        assertThat(scheduler("{\"_class_name\": \"DPMSolverMultistepScheduler\"}")
                        .sampler())
                .isEqualTo(DpmSolver.usual());
        assertThat(scheduler("{\"_class_name\": \"DDIMScheduler\", \"thresholding\": true}")
                        .bounds())
                .isEqualTo(new Bounds(1, 0.995));
        PublishedScheduler pndm =
                scheduler("{\"_class_name\": \"PNDMScheduler\", \"skip_prk_steps\": true, \"steps_offset\": 1}");
        assertThat(pndm.sampler()).isEqualTo(Plms.usual());
        assertThatThrownBy(() -> scheduler("{\"_class_name\": \"PNDMScheduler\"}"))
                .hasMessageContaining("skip_prk_steps");
        assertThatThrownBy(() -> scheduler("{\"_class_name\": \"DPMSolverMultistepScheduler\", \"solver_order\": 3}"))
                .hasMessageContaining("solver_order");
        assertThatThrownBy(() -> scheduler("{\"_class_name\": \"LCMScheduler\"}"))
                .hasMessageContaining("is no scheduler that is known");
    }
}
