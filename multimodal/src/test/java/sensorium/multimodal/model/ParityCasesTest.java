package sensorium.multimodal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.nn.ParityCase.Recording;
import sensorium.nn.ParityReport;
import sensorium.tensor.Tensor;

/** Published models by what their folders say they are, and what a comparison notices. */
class ParityCasesTest {
    @TempDir
    Path folder;

    private static Path fixture(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    private static Map<String, Tensor> recorded(Path file) {
        return new HashMap<>(Safetensors.open(file).tensors());
    }

    private static ParityReport compare(Path model, Map<String, Tensor> recorded) {
        return ParityCases.open(model).compare(new Recording(recorded, "dump"));
    }

    @ParameterizedTest
    @CsvSource({
        "models/vit, case",
        "models/bert, case",
        "models/ast, case",
        "models/dinov2, case",
        "models/clip, case",
        "models/siglip, case",
        "models/clap_audio, case",
        "models/whisper, case",
        "models/autoencoder_kl, case",
        "models/vq_model, case",
        "models/unet2d, case",
        "models/unet2d_condition, case",
        "models/dit, case",
        "kwt1, yes_intermediates",
        "dit-mnist, forward_fixture"
    })
    void everyKnownModelAgreesWithItsRecording(String model, String dump) {
        Path path = fixture(model);
        assertThat(compare(path, recorded(path.resolve(dump + ".safetensors"))).fault())
                .isEmpty();
    }

    @Test
    void whatIsRecordedAndNeverComputedIsAFault() {
        Path path = fixture("models/unet2d");
        Map<String, Tensor> recorded = recorded(path.resolve("case.safetensors"));
        recorded.put("trace.down_blocks.7", Tensor.zeros(1));
        ParityReport report = compare(path, recorded);
        assertThat(report.agrees()).isFalse();
        assertThat(report.fault()).hasValue("recorded, but never computed here: trace.down_blocks.7");
    }

    @Test
    void oneNumberInOneTensorIsEnough() {
        Path path = fixture("models/unet2d");
        for (double wrong : new double[] {0.01, Double.NaN}) {
            Map<String, Tensor> recorded = recorded(path.resolve("case.safetensors"));
            Tensor middle = recorded.get("trace.mid_block");
            float[] values = middle.toFloats();
            values[values.length / 2] += (float) wrong;
            recorded.put("trace.mid_block", Tensor.of(values, values.length).reshape(middle.shape()));
            assertThat(compare(path, recorded).divergence()).hasValueSatisfying(row -> {
                assertThat(row.name()).isEqualTo("trace.mid_block");
                if (wrong > 0) {
                    assertThat(row.absolute()).isBetween(0.009, 0.011);
                } else {
                    assertThat(row.absolute()).isNaN();
                }
            });
        }
    }

    @Test
    void anotherShapeIsNamed() {
        Path path = fixture("models/vit");
        Map<String, Tensor> recorded = recorded(path.resolve("case.safetensors"));
        recorded.put("output.logits", Tensor.zeros(2, 9));
        assertThat(compare(path, recorded).fault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("output.logits is", "here and"));
    }

    @Test
    void recordingsOfAnotherModelAreRefused() {
        Path path = fixture("models/unet2d");
        Map<String, Tensor> other = recorded(fixture("models/vit/case.safetensors"));
        assertThatThrownBy(() -> compare(path, other))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("dump: holds no input.sample");
        Map<String, Tensor> misshapen = recorded(path.resolve("case.safetensors"));
        misshapen.put("input.sample", Tensor.zeros(2, 5, 8, 8));
        assertThatThrownBy(() -> compare(path, misshapen))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("the model cannot take its inputs");
    }

    @Test
    void modelsThatAreNotKnownAreNamed() throws Exception {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"gpt5\"}");
        assertThatThrownBy(() -> ParityCases.open(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll("\"gpt5\" is not known", "UNet2DModel", "whisper");
        Files.writeString(folder.resolve("config.json"), "[]");
        assertThatThrownBy(() -> ParityCases.open(folder)).hasMessageContaining("not a JSON object");
        Files.delete(folder.resolve("config.json"));
        assertThatThrownBy(() -> ParityCases.open(folder)).hasMessageContaining("no such file");
    }
}
