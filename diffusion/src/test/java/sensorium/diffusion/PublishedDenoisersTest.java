package sensorium.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.BadInputException;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.kernels.cpu.CpuBackend;
import sensorium.nn.Parity;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityReport;
import sensorium.tensor.Shape;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The published denoisers, against recorded runs of the reference implementations: every value that was recorded. */
class PublishedDenoisersTest {
    @TempDir
    Path folder;

    static Stream<String> devices() {
        return Backends.offers().stream().filter(Available.class::isInstance).map(offer -> offer.device());
    }

    private static Map<String, Tensor> recorded(Path model) {
        return Safetensors.open(model.resolve("case.safetensors")).tensors();
    }

    /** All that was recorded is computed, and within tolerance. */
    private static void compare(String device, String name, int values, Function<Path, ParityCase> open) {
        Path path = Fixtures.path(name);
        Backends.with(Backends.open(device), () -> {
            ParityReport report = open.apply(path).compare(new ParityCase.Recording(recorded(path), name));
            assertThat(report.fault()).isEmpty();
            assertThat(report.rows()).hasSize(values);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("devices")
    void uNet(String device) {
        compare(device, "models/unet2d", 16, DiffusersUNet::parity);
    }

    @ParameterizedTest
    @MethodSource("devices")
    void uNetWithContext(String device) {
        compare(device, "models/unet2d_condition", 18, DiffusersUNet::parity);
    }

    @ParameterizedTest
    @MethodSource("devices")
    void diffusionTransformer(String device) {
        compare(device, "models/dit", 14, DiffusersDit::parity);
    }

    @Test
    void diffusionTransformerOfDigits() {
        Path path = Fixtures.path("dit-mnist");
        Map<String, Tensor> in =
                Safetensors.open(path.resolve("forward_fixture.safetensors")).tensors();
        ParityReport report = MnistDit.parity(path).compare(new ParityCase.Recording(in, "forward"));
        assertThat(report.fault()).isEmpty();
        assertThat(report.rows())
                .extracting(ParityReport.Row::name)
                .containsExactly("block0", "block1", "block2", "eps");
    }

    @Test
    void digitsInTenSteps() {
        Path path = Fixtures.path("dit-mnist");
        Dit model = MnistDit.load(path);
        Map<String, Tensor> in =
                Safetensors.open(path.resolve("ddim10_fixture.safetensors")).tensors();
        var classes = Conditioning.ofClasses(Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10));
        Denoiser denoiser = (x, t) -> model.forward(x, Tensor.full(t, 10), classes);
        Trajectory way = Ddim.published().over(NoiseSchedule.linear(1000, 1e-4, 0.02), Prediction.EPSILON, 10);
        Tensor digits = way.run(denoiser, in.get("x_T"), Noise.seeded(0));
        assertThat(Parity.difference(digits, in.get("x_0"))).isLessThanOrEqualTo(1e-3);
    }

    @Test
    void theSameSeedMakesTheSamePicturesOnAnyNumberOfThreads() {
        var digits = DiffusionPipeline.ofDigits(Fixtures.path("dit-mnist"));
        var cpu = (CpuBackend) Backends.open("cpu");
        Backends.with(cpu, () -> {
            int threads = cpu.threads();
            float[] first = sampled(digits, 7);
            cpu.useThreads(1);
            assertThat(sampled(digits, 7)).isEqualTo(first);
            assertThat(sampled(digits, 8)).isNotEqualTo(first);
            cpu.useThreads(threads);
            return null;
        });
    }

    private static float[] sampled(DiffusionPipeline digits, long seed) {
        return digits.sample(new Sampling(Sampler.named("euler-a"), 4, 1), List.of("3", "8"), seed, (_, _) -> {})
                .toFloats();
    }

    @Test
    void onlyClassesThatThereAre() {
        var digits = DiffusionPipeline.ofDigits(Fixtures.path("dit-mnist"));
        assertThat(digits.asking().labels()).contains("3");
        assertThatThrownBy(() -> digits.asking().of(List.of("10")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("there are: 0, 1,");
        assertThatThrownBy(
                        () -> digits.sample(new Sampling(Sampler.named("ddim"), 0, 1), List.of("1"), 0, (_, _) -> {}))
                .isInstanceOf(BadInputException.class);
    }

    @Test
    void whatCannotBeBuiltIsRefusedByName() throws IOException {
        Path path = Fixtures.path("models/unet2d");
        String json = Files.readString(path.resolve("config.json"));
        Files.copy(
                path.resolve(Path.of("diffusion_pytorch_model.safetensors")),
                folder.resolve("diffusion_pytorch_model.safetensors"));
        for (String other : List.of("SkipDownBlock2D", "CrossAttnDownBlock2D", "KDownBlock2D")) {
            refused(json.replace("\"AttnDownBlock2D\"", "\"" + other + "\""), "down_block_types", other);
        }
        refused(
                with(json, "\"resnet_time_scale_shift\": \"spatial\""),
                "resnet_time_scale_shift",
                "spatial",
                "default, scale_shift");
        refused(with(json, "\"act_fn\": \"mish\""), "act_fn", "mish");
        String conditional =
                Files.readString(Fixtures.path("models/unet2d_condition").resolve("config.json"));
        for (String setting : List.of(
                "\"num_attention_heads\": 2",
                "\"dual_cross_attention\": true",
                "\"attention_type\": \"gated\"",
                "\"cross_attention_norm\": \"layer_norm\"",
                "\"addition_embed_type\": \"text\"",
                "\"encoder_hid_dim_type\": \"image_proj\"",
                "\"class_embed_type\": \"projection\"",
                "\"mid_block_type\": \"UNetMidBlock2DSimpleCrossAttn\"",
                "\"time_embedding_type\": \"learned\"",
                "\"downsample_padding\": 2",
                "\"conv_in_kernel\": 4",
                "\"layers_per_block\": [1, 1, 1]",
                "\"transformer_layers_per_block\": [[1, 2], 1]",
                "\"attention_head_dim\": [3, 3]")) {
            String key = setting.substring(1, setting.indexOf('"', 1));
            String named = key.equals("class_embed_type") ? "projection_class_embeddings_input_dim" : key;
            refused(with(conditional, setting), "\"" + named + "\"");
        }
        Files.writeString(folder.resolve("config.json"), json.replaceFirst("8,\\s*16", "8, 32"));
        assertThatThrownBy(() -> DiffusersUNet.load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("the model needs");
        UNet model = DiffusersUNet.load(path);
        assertThatThrownBy(() -> model.forward(Tensor.zeros(1, 4, 8, 8), Tensor.zeros(1), Conditioning.NONE))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("of 3 channels");
        Conditioning classes = Conditioning.ofClasses(Tensor.of(new long[1], 1));
        assertThat(model.forward(Tensor.zeros(1, 3, 7, 5), Tensor.zeros(1), classes)
                        .shape())
                .isEqualTo(Shape.of(1, 3, 7, 5));
    }

    private static String with(String config, String setting) {
        ObjectNode changed = (ObjectNode) JsonMapper.shared().readTree(config);
        return changed.setAll((ObjectNode) JsonMapper.shared().readTree("{" + setting + "}"))
                .toString();
    }

    private void refused(String config, String... named) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        assertThatThrownBy(() -> DiffusersUNet.load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll(named)
                .hasMessageNotContaining("\n");
    }
}
