package sensorium.multimodal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.BadInputException;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.Backends;
import sensorium.diffusion.DiffusersDit;
import sensorium.diffusion.DiffusersUNet;
import sensorium.io.Safetensors;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.ParityReport;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;
import sensorium.vision.DiffusersAutoencoder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Models with other settings than the recorded checkpoints have: CLIP, SigLIP, DINOv2 and CLAP against outputs of transformers 4.57.6
 * (eager attention, F32), BERT, ViT, AST and Whisper against those of 5.18, U-Nets, autoencoders and DiT against those of diffusers 0.31
 * (that of today for {@code UNet2DModel}). Weights and inputs are sines, so that both sides can make them; the outputs are in {@code
 * other-configurations.json}, {@code transformers5-configurations.json} and {@code diffusers-configurations.json}.
 */
class OtherConfigurationsTest {
    @TempDir
    Path folder;

    record Case(JsonNode json) {
        @Override
        public String toString() {
            return json.path("name").asString();
        }

        boolean isDiffusers() {
            return json.path("config").has("_class_name");
        }

        String weights() {
            return isDiffusers() ? "diffusion_pytorch_model.safetensors" : "model.safetensors";
        }
    }

    static Stream<Case> cases() {
        return Stream.of("other", "transformers5", "diffusers").flatMap(OtherConfigurationsTest::cases);
    }

    private static Stream<Case> cases(String of) {
        try (var in = OtherConfigurationsTest.class.getResourceAsStream(of + "-configurations.json")) {
            return JsonMapper.shared().readTree(in.readAllBytes()).valueStream().map(Case::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] shape(JsonNode node) {
        return node.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static double[] sine(String name, int count) {
        int letters = 0;
        for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
            letters += letter;
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Math.sin(0.37 * i * i + 0.01 * letters);
        }
        return values;
    }

    private static int size(int... shape) {
        int size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        return size;
    }

    private static Tensor tensor(double[] values, int... shape) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return Tensor.of(floats, shape);
    }

    private static Tensor weight(String name, int... shape) {
        double[] values = sine(name, size(shape));
        boolean centred = !name.endsWith("weight") && !name.endsWith("lambda1");
        double scale = shape.length > 1 ? 1.4 / Math.sqrt(size(shape) / (double) shape[0]) : 0.3;
        for (int i = 0; i < values.length; i++) {
            values[i] = name.endsWith("running_var")
                    ? 1 + 0.5 * values[i]
                    : scale * values[i] + (shape.length > 1 || centred ? 0 : 1);
        }
        return tensor(values, shape);
    }

    private static Map<String, Tensor> weights(Case c) {
        Map<String, Tensor> weights = new HashMap<>();
        c.json.path("tensors")
                .properties()
                .forEach(e -> weights.put(e.getKey(), weight(e.getKey(), shape(e.getValue()))));
        // Tables and counters, which are stored too.
        c.json.path("counters").forEach(name -> weights.put(name.asString(), Tensor.of(new long[1], 1)));
        return weights;
    }

    private void write(Case c, Map<String, Tensor> weights) {
        configure(c.json.path("config").toString());
        if (c.json.has("preprocessor")) {
            write("preprocessor_config.json", c.json.path("preprocessor").toString());
        }
        Safetensors.write(folder.resolve(c.weights()), weights, Map.of());
    }

    private void configure(String config) {
        write("config.json", config);
    }

    private void write(String file, String text) {
        try {
            Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Recording recording(Case c) {
        Map<String, Tensor> recorded = new HashMap<>();
        c.json.path("inputs").properties().forEach(e -> {
            int[] shape = shape(e.getValue().path("shape"));
            double[] values = sine(e.getKey(), size(shape));
            for (int i = 0; i < values.length; i++) {
                values[i] *= 1.5;
            }
            recorded.put(e.getKey(), e.getValue().has("values") ? recorded(e.getValue()) : tensor(values, shape));
        });
        c.json.path("outputs").properties().forEach(e -> recorded.put(e.getKey(), recorded(e.getValue())));
        return new Recording(recorded, "the recording");
    }

    /** Ids where all are whole. */
    private static Tensor recorded(JsonNode node) {
        JsonNode values = node.path("values");
        int[] shape = shape(node.path("shape"));
        return values.valueStream().allMatch(JsonNode::isIntegralNumber)
                ? Tensor.of(values.valueStream().mapToLong(JsonNode::longValue).toArray(), shape)
                : tensor(values.valueStream().mapToDouble(JsonNode::doubleValue).toArray(), shape);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheReference(Case c) {
        for (var offer : Backends.offers()) {
            if (offer instanceof Available) {
                Backends.with(Backends.open(offer.device()), () -> {
                    write(c, weights(c));
                    ParityReport report =
                            ParityCases.open(folder).within(_ -> 2e-5).compare(recording(c));
                    assertThat(report.fault()).as(offer.device()).isEmpty();
                    assertThat(report.rows()).hasSize(c.json.path("outputs").size());
                    return null;
                });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everySettingThatIsNotKnownIsNamed(Case c) {
        write(c, weights(c));
        ObjectNode config = (ObjectNode) c.json.path("config").deepCopy();
        Stream.concat(
                        Stream.of(config),
                        config.valueStream().filter(JsonNode::isObject).map(ObjectNode.class::cast))
                .filter(node -> node == config || node.has("hidden_size") && !node.has("LABEL_0"))
                .toList() // before anything in it is changed
                .forEach(node -> {
                    node.put("rope_theta", 7);
                    boolean unused = node.path("hidden_size").asInt() == 99; // what "vision_config_dict" stands for
                    if (!unused) {
                        refused(config.toString(), "rope_theta");
                    }
                    node.remove("rope_theta");
                });
        String kind = c.isDiffusers() ? "_class_name" : "model_type";
        refused(config.toString().replace("\"" + kind + "\":\"", "\"" + kind + "\":\"x"), "is not known");
    }

    /** Written again, it has the same tensors and settings, and says the same; written from nothing but the model as well. */
    @ParameterizedTest
    @MethodSource("cases")
    void savedAsItWas(Case c) {
        write(c, weights(c));
        Path copy = folder.resolve("copy");
        PublishedCopies.write(folder, copy);
        Safetensors was = Safetensors.open(folder.resolve(c.weights()));
        Safetensors is = Safetensors.open(copy.resolve(c.weights()));
        assertThat(is.names()).containsExactlyInAnyOrderElementsOf(was.names());
        for (String name : was.names()) {
            assertThat(is.spec(name)).as(name).isEqualTo(was.spec(name));
            assertThat(is.tensor(name).to(DType.F32).toFloats())
                    .as(name)
                    .isEqualTo(was.tensor(name).to(DType.F32).toFloats());
        }
        assertThat(ParityCases.open(copy)
                        .within(_ -> 2e-5)
                        .compare(recording(c))
                        .fault())
                .isEmpty();
        Path alone = folder.resolve("alone");
        switch (c.json.path("config").path("_class_name").asString("")) {
            case "UNet2DModel", "UNet2DConditionModel" ->
                DiffusersUNet.save(DiffusersUNet.load(folder), alone, Optional.empty());
            case "AutoencoderKL" ->
                DiffusersAutoencoder.save(DiffusersAutoencoder.loadKl(folder), alone, Optional.empty());
            case "VQModel" -> DiffusersAutoencoder.save(DiffusersAutoencoder.loadVq(folder), alone, Optional.empty());
            case "DiTTransformer2DModel" -> DiffusersDit.save(DiffusersDit.load(folder), alone, Optional.empty());
            default -> {
                return; // of these a folder is always the origin
            }
        }
        assertThat(ParityCases.open(alone)
                        .within(_ -> 2e-5)
                        .compare(recording(c))
                        .fault())
                .isEmpty();
    }

    private void refused(String config, String fault) {
        configure(config);
        assertThatThrownBy(() -> ParityCases.open(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(fault)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyTensorIsMissed(Case c) {
        String first = c.json.path("tensors").propertyNames().iterator().next();
        for (Consumer<Map<String, Tensor>> damage : List.<Consumer<Map<String, Tensor>>>of(
                weights -> weights.put("encoder.extra", Tensor.zeros(2)),
                weights -> weights.remove(first),
                weights -> weights.put(first, Tensor.zeros(2, 2)))) {
            Map<String, Tensor> weights = weights(c);
            damage.accept(weights);
            write(c, weights);
            assertThatThrownBy(() -> ParityCases.open(folder))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining(weights.containsKey("encoder.extra") ? "encoder.extra" : first)
                    .hasMessageNotContaining("\n");
        }
    }
}
