package sensorium.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
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
import sensorium.nn.GridPositions;
import sensorium.nn.Module;
import sensorium.nn.Parity;
import sensorium.nn.Trace;
import sensorium.nn.WeightNames;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

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

    /** What is traced and put out is within tolerance, and nothing that was recorded is left out. */
    private static void compare(
            Module model, WeightNames names, Map<String, Tensor> recorded, double tolerance, Supplier<Tensor> forward) {
        try (Trace trace = Trace.of(model, forward)) {
            Map<String, Double> off = Parity.of(trace.tensors(), names::theirs, recorded);
            var all = new TreeSet<>(recorded.keySet());
            all.removeIf(name -> !name.startsWith("trace.") || name.equals("trace.pos_embed.table"));
            assertThat(off.keySet()).isEqualTo(all).isNotEmpty();
            assertThat(off).allSatisfy((_, difference) -> assertThat(difference).isLessThanOrEqualTo(tolerance));
            assertThat(Parity.difference(trace.tensors().get(""), recorded.get("output.sample")))
                    .isLessThanOrEqualTo(3e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void uNet(String device) {
        Path path = Fixtures.path("models/unet2d");
        Backends.with(Backends.open(device), () -> {
            UNet model = DiffusersUNet.load(path);
            Map<String, Tensor> in = recorded(path);
            compare(
                    model,
                    DiffusersUNet.NAMES,
                    in,
                    3e-5,
                    () -> model.forward(
                            in.get("input.sample"),
                            in.get("input.timestep"),
                            Conditioning.ofClasses(in.get("input.class_labels"))));
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("devices")
    void uNetWithContext(String device) {
        Path path = Fixtures.path("models/unet2d_condition");
        Backends.with(Backends.open(device), () -> {
            UNet model = DiffusersUNet.load(path);
            Map<String, Tensor> in = recorded(path);
            compare(
                    model,
                    DiffusersUNet.NAMES,
                    in,
                    5e-4,
                    () -> model.forward(
                            in.get("input.sample"),
                            in.get("input.timestep"),
                            Conditioning.ofContext(in.get("input.encoder_hidden_states"))));
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("devices")
    void diffusionTransformer(String device) {
        Path path = Fixtures.path("models/dit");
        Backends.with(Backends.open(device), () -> {
            Dit model = DiffusersDit.load(path);
            Map<String, Tensor> in = recorded(path);
            compare(
                    model,
                    DiffusersDit.NAMES,
                    in,
                    3e-4,
                    () -> model.forward(
                            in.get("input.hidden_states"),
                            in.get("input.timestep"),
                            Conditioning.ofClasses(in.get("input.class_labels"))));
            var positions = (GridPositions.Sinusoidal) model.positions();
            assertThat(Parity.difference(positions.table(), in.get("trace.pos_embed.table")))
                    .isLessThanOrEqualTo(1e-6);
            return null;
        });
    }

    @Test
    void diffusionTransformerOfDigits() {
        Path path = Fixtures.path("dit-mnist");
        Dit model = MnistDit.load(path);
        Map<String, Tensor> in =
                Safetensors.open(path.resolve("forward_fixture.safetensors")).tensors();
        try (Trace trace =
                Trace.of(model, () -> model.forward(in.get("x"), in.get("t"), Conditioning.ofClasses(in.get("y"))))) {
            for (int i = 0; i < 3; i++) {
                Tensor block = trace.tensors().get("transformer.blocks." + i);
                assertThat(Parity.difference(block, in.get("block" + i)))
                        .as("block " + i)
                        .isLessThanOrEqualTo(1e-4);
            }
            assertThat(Parity.difference(trace.tensors().get(""), in.get("eps")))
                    .isLessThanOrEqualTo(1e-4);
        }
    }

    @Test
    void digitsInTenSteps() {
        Path path = Fixtures.path("dit-mnist");
        Dit model = MnistDit.load(path);
        Map<String, Tensor> in =
                Safetensors.open(path.resolve("ddim10_fixture.safetensors")).tensors();
        var classes = Conditioning.ofClasses(Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10));
        Denoiser denoiser = (x, t) -> model.forward(x, Tensor.full(t, 10), classes);
        Trajectory way = Ddim.usual().over(NoiseSchedule.linear(1000, 1e-4, 0.02), Prediction.EPSILON, 10);
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
        Files.writeString(
                folder.resolve("config.json"), json.replace("\"AttnDownBlock2D\"", "\"ResnetDownsampleBlock2D\""));
        Files.copy(
                path.resolve(Path.of("diffusion_pytorch_model.safetensors")),
                folder.resolve("diffusion_pytorch_model.safetensors"));
        assertThatThrownBy(() -> DiffusersUNet.load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll("down_block_types", "ResnetDownsampleBlock2D");
        Files.writeString(folder.resolve("config.json"), json.replaceFirst("8,\\s*16", "8, 32"));
        assertThatThrownBy(() -> DiffusersUNet.load(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("the model needs");
        UNet model = DiffusersUNet.load(path);
        assertThatThrownBy(() -> model.forward(Tensor.zeros(1, 3, 7, 8), Tensor.zeros(1), Conditioning.NONE))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("multiples of 2");
    }
}
