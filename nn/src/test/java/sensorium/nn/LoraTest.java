package sensorium.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.autograd.Tape;
import sensorium.io.Safetensors;
import sensorium.nn.training.Grouping;
import sensorium.nn.training.Optimizer;
import sensorium.nn.training.UpdateRule;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;

/** Adapters in a transformer: what they are at first, what is trained of them, and where they go. */
class LoraTest {
    private static final WeightNames NAMES = WeightNames.of(
            "blocks.*", "encoder.layer.*", "blocks.*.attention.query", "encoder.layer.*.attention.self.q_proj");
    private static final Lora LORA = new Lora(2, 4, Lora.QUERIES_AND_VALUES);

    @TempDir
    Path folder;

    private static Transformer transformer() {
        return Transformer.of(Weights.random(1), TransformerConfig.of(8, 2, 2));
    }

    private static Tensor input() {
        return Models.normal(5, 2, 3, 8);
    }

    /** Some steps towards zero. */
    private static Optimizer trained(Module model, Transformer t, Tensor x, int steps) {
        var optimizer = new Optimizer(model, new UpdateRule.AdamW(0.9, 0.99, 0), Grouping.standard());
        for (int i = 0; i < steps; i++) {
            Map<String, Tensor> wanted = optimizer.trainable();
            List<Tensor> gradients =
                    Tape.record(tape -> tape.gradients(t.forward(x).square().mean(), List.copyOf(wanted.values())));
            Map<String, Tensor> named = new HashMap<>();
            List<String> paths = new ArrayList<>(wanted.keySet());
            for (int k = 0; k < paths.size(); k++) {
                named.put(paths.get(k), gradients.get(k));
            }
            optimizer.step(named, 0.01);
        }
        return optimizer;
    }

    private static long bytes(Optimizer optimizer) {
        return optimizer.state().values().stream()
                .mapToLong(t -> t.spec().bytes())
                .sum();
    }

    @Test
    void atFirstTheModelSaysBitForBitWhatItSaid() {
        Transformer t = transformer();
        float[] before = t.forward(input()).toFloats();
        Transformer adapted = LORA.adapt(t, NAMES, Weights.random(5));
        assertThat(adapted.forward(input()).toFloats()).isEqualTo(before);
        assertThat(adapted.trainableCount()).isEqualTo(2 * 2 * (2 * 8 + 8 * 2));
        assertThat(adapted.state()).containsKey("blocks.1.attention.query.base.weight");
        assertThat(Lora.adapters(adapted).keySet())
                .containsExactly(
                        "blocks.0.attention.query",
                        "blocks.0.attention.value",
                        "blocks.1.attention.query",
                        "blocks.1.attention.value");
        // What has no adapter is the very part it was.
        assertThat(adapted.blocks().get(1).mlp()).isSameAs(t.blocks().get(1).mlp());
        assertThat(adapted.norm()).isSameAs(t.norm());
    }

    @Test
    void onlyAdaptersChangeAndTheyKeepLittle() {
        Transformer whole = transformer();
        long full = bytes(trained(whole, whole, input(), 1));
        Transformer adapted = LORA.adapt(transformer(), NAMES, Weights.random(5));
        Map<String, float[]> before = new HashMap<>();
        adapted.state().forEach((path, v) -> before.put(path, v.toFloats()));
        Optimizer optimizer = trained(new Trained(adapted), adapted, input(), 3);
        adapted.state().forEach((path, v) -> {
            if (path.endsWith(".a") || path.endsWith(".b")) {
                assertThat(v.toFloats()).as(path).isNotEqualTo(before.get(path));
            } else {
                assertThat(v.toFloats()).as(path).isEqualTo(before.get(path));
            }
        });
        assertThat(bytes(optimizer))
                .isEqualTo(2L * 4 * adapted.trainableCount())
                .isLessThan(full / 5);
    }

    @Test
    void mergedItSaysTheSame() {
        Transformer adapted = LORA.adapt(transformer(), NAMES, Weights.random(5));
        trained(new Trained(adapted), adapted, input(), 20);
        float[] changed = adapted.forward(input()).toFloats();
        assertThat(changed).isNotEqualTo(transformer().forward(input()).toFloats());
        Transformer merged = Lora.merged(adapted);
        assertThat(merged.state().keySet()).isEqualTo(transformer().state().keySet());
        assertThat(Parity.difference(merged.forward(input()), Tensor.of(changed, 2, 3, 8)))
                .isLessThan(1e-6);
    }

    @Test
    void mapsAreChosenByEitherName() {
        assertThat(Lora.adapters(new Lora(1, 1, List.of("q_proj", "mlp.up"))
                                .adapt(transformer(), NAMES, Weights.random(1)))
                        .keySet())
                .containsExactly(
                        "blocks.0.attention.query", "blocks.0.mlp.up", "blocks.1.attention.query", "blocks.1.mlp.up");
        assertThatThrownBy(() -> new Lora(1, 1, List.of("proj")).adapt(transformer(), NAMES, Weights.random(1)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(
                        "no linear map of the model is called proj; there are, for example, encoder.layer.0");
        record Headed(Linear head) implements Module {}
        var headed = new Headed(Linear.of(Weights.random(1).at("head"), 3, 2, true));
        assertThatThrownBy(() -> new Lora(1, 1, List.of("head")).adapt(headed, NAMES, Weights.random(1)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("head is a Linear and cannot be adapted");
        assertThatThrownBy(() -> new Lora(0, 1, List.of("head"))).isInstanceOf(BadInputException.class);
    }

    @Test
    void comesBackFromPeftsLayout() throws IOException {
        Transformer adapted = LORA.adapt(transformer(), NAMES, Weights.random(5));
        adapted.norm().parameters().values().forEach(p -> p.setTrainable(true)); // trained beside them
        trained(new Trained(adapted), adapted, input(), 5);
        PeftAdapter.save(adapted, NAMES, LORA, Path.of("/models/base"), folder);
        Safetensors stored = Safetensors.open(folder.resolve("adapter_model.safetensors"));
        assertThat(stored.names())
                .hasSize(2 * 4 + 2)
                .contains(
                        "base_model.model.encoder.layer.0.attention.self.q_proj.lora_A.weight",
                        "base_model.model.encoder.layer.1.attention.value.lora_B.weight",
                        "base_model.model.norm.bias");
        assertThat(stored.spec("base_model.model.encoder.layer.1.attention.value.lora_A.weight")
                        .shape()
                        .dims())
                .containsExactly(2, 8);
        String json = Files.readString(folder.resolve("adapter_config.json"));
        assertThat(json)
                .contains("\"peft_type\" : \"LORA\"")
                .contains("\"r\" : 2")
                .contains("\"target_modules\" : [ \"q_proj\", \"value\" ]")
                .contains("\"modules_to_save\" : [ \"norm\" ]");
        Transformer again = PeftAdapter.load(transformer(), NAMES, folder);
        assertThat(again.forward(input()).toFloats())
                .isEqualTo(adapted.forward(input()).toFloats());

        Files.writeString(
                folder.resolve("adapter_config.json"), json.replace("\"use_dora\" : false", "\"use_dora\" : true"));
        assertThatThrownBy(() -> PeftAdapter.load(transformer(), NAMES, folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("use_dora");
        Files.writeString(folder.resolve("adapter_config.json"), json);
        Map<String, Tensor> tensors = stored.tensors();
        tensors.remove("base_model.model.encoder.layer.1.attention.value.lora_B.weight");
        Safetensors.write(folder.resolve("adapter_model.safetensors"), tensors, Map.of());
        assertThatThrownBy(() -> PeftAdapter.load(transformer(), NAMES, folder))
                .hasMessageContaining("tensors are missing: base_model.model.encoder.layer.1.attention.value.lora_B");
    }

    @Test
    void halfPrecisionStaysUnderItsAdapters() {
        Transformer wide = transformer();
        Map<String, Tensor> narrow = new HashMap<>();
        wide.state().forEach((path, t) -> narrow.put(path, t.to(DType.F16)));
        Transformer base = Weights.load(narrow, "here", w -> Transformer.of(w, TransformerConfig.of(8, 2, 2)));
        float[] before = base.forward(input()).toFloats();
        Transformer adapted = LORA.adapt(base, NAMES, Weights.random(5));
        assertThat(adapted.forward(input()).toFloats()).isEqualTo(before);
        trained(new Trained(adapted), adapted, input(), 3);
        assertThat(adapted.state().get("blocks.0.attention.query.base.weight").dtype())
                .isEqualTo(DType.F16);
        assertThat(adapted.forward(input()).toFloats()).isNotEqualTo(before);
    }
}
