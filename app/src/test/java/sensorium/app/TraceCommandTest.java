package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static sensorium.app.CommandRun.sensorium;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.io.Safetensors;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;

/** What a model computes, stored, and held against the same model with something planted in it. */
class TraceCommandTest {
    @TempDir
    Path folder;

    @Test
    void aPlantedEpsilonIsTheFirstDivergence() throws Exception {
        Path model = TinyVit.in(folder.resolve("vit"));
        Path picture = folder.resolve("p.png");
        byte[] rgb = new byte[20 * 30 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 37);
        }
        PngWriter.write(new Picture(20, 30, 3, rgb), picture);
        Path dump = folder.resolve("dump.safetensors");
        var traced = sensorium("trace", model, picture, "--out", dump, "--json").json();
        assertThat(traced.path("values").asInt()).isGreaterThan(20);
        assertThat(Safetensors.open(dump).names())
                .contains(
                        "input.pixel_values",
                        "trace.vit.encoder.layer.1.layernorm_after",
                        "trace.vit.encoder.layer.0.intermediate",
                        "output.logits");
        assertThat(sensorium("parity", model, dump).status()).isZero();
        assertThat(sensorium("trace", model, dump, "--out", folder.resolve("again.safetensors"))
                        .status())
                .isZero();
        assertThat(folder.resolve("again.safetensors")).hasSameBinaryContentAs(dump);

        // The blocks' norms and the last one share their setting: the first that it shows at is the first of all.
        Path config = model.resolve("config.json");
        String json = Files.readString(config);
        assertThat(json).contains("\"layer_norm_eps\" : 1.0E-5");
        Files.writeString(config, json.replace("\"layer_norm_eps\" : 1.0E-5", "\"layer_norm_eps\" : 1.0E-3"));
        CommandRun wrong = sensorium("parity", model, dump);
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.err())
                .contains("trace.vit.encoder.layer.0.layernorm_before leaves its tolerance")
                .hasLineCount(1);
    }

    @Test
    void aDumpOfEveryModuleMayHaveMore() throws Exception {
        Path model = TinyVit.in(folder.resolve("vit"));
        Path dump = folder.resolve("dump.safetensors");
        Path inputs = folder.resolve("inputs.safetensors");
        Safetensors.write(inputs, Map.of("input.pixel_values", Tensor.ones(2, 3, 16, 16)), Map.of());
        assertThat(sensorium("trace", model, inputs, "--out", dump).status()).isZero();
        Map<String, Tensor> values = Safetensors.open(dump).tensors();
        values.put("trace.vit.encoder.layer.0.attention.attention.dropout", Tensor.ones(3));
        Safetensors.write(dump, values, Map.of());
        CommandRun strict = sensorium("parity", model, dump);
        assertThat(strict.status()).isEqualTo(1);
        assertThat(strict.err()).contains("recorded, but never computed here");
        Safetensors.write(dump, values, Map.of("modules", "all"));
        assertThat(sensorium("parity", model, dump).status()).isZero();
        values.put("output.other", Tensor.ones(3));
        Safetensors.write(dump, values, Map.of("modules", "all"));
        assertThat(sensorium("parity", model, dump).err()).contains("never computed here: output.other");
    }
}
