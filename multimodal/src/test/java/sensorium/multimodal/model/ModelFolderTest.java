package sensorium.multimodal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.audio.SoundBank;
import sensorium.io.Safetensors;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.Input;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import tools.jackson.databind.JsonNode;

class ModelFolderTest {
    private static final ClassifierConfig HEARS =
            ClassifierConfig.small(List.of("yes", "no"), new Input.Heard(SoundBank.Config.STANDARD));

    @TempDir
    Path folder;

    private ModelFolder model;

    private void write(JsonNode config, Module weights) throws Exception {
        Files.writeString(folder.resolve("config.json"), config.toString());
        Safetensors.write(folder.resolve("model.safetensors"), weights.state(), Map.of());
    }

    @BeforeEach
    void aClassifier() throws Exception {
        model = new ModelFolder(folder);
        write(ModelFolder.config(HEARS), Classifier.of(Weights.random(1), HEARS));
    }

    private void rejects(String what) {
        assertThatThrownBy(model::open)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(what)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aClassifierOpensAsItWas() {
        assertThat(model.open())
                .isInstanceOfSatisfying(
                        OpenedModel.Classes.class,
                        opened -> assertThat(opened.model().config()).isEqualTo(HEARS));
        assertThatThrownBy(model::openSpace)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("a classify model, which has no shared space");
    }

    @Test
    void everyKindOfInputIsWrittenAndRead() throws Exception {
        for (Input input : List.of(new Input.Grey(28, 28, 0.286, 0.353), new Input.Colour(48), new Input.Whole(64))) {
            var config = ClassifierConfig.small(List.of("a", "b", "c"), input);
            write(ModelFolder.config(config), Classifier.of(Weights.random(1), config));
            assertThat(model.open())
                    .isInstanceOfSatisfying(
                            OpenedModel.Classes.class,
                            opened -> assertThat(opened.model().config()).isEqualTo(config));
        }
    }

    @Test
    void aSharedSpaceOpensAsItWas() throws Exception {
        var config = SharedSpaceConfig.small();
        write(ModelFolder.config(config, List.of("toy")), SharedSpace.of(Weights.random(1), config));
        assertThat(model.openSpace().config()).isEqualTo(config);
        // Runs from before there was a choice of what reads the texts do not name it.
        Path file = folder.resolve("config.json");
        String json = Files.readString(file);
        String old = json.replaceFirst("\"type\" ?: ?\"n-grams\",?", "");
        assertThat(old).isNotEqualTo(json);
        Files.writeString(file, old);
        assertThat(model.openSpace().config()).isEqualTo(config);
    }

    @Test
    void theFingerprintIsOfTheWeights() throws Exception {
        String before = model.fingerprint();
        assertThat(before).matches("[0-9a-f]{64}").isEqualTo(model.fingerprint());
        write(ModelFolder.config(HEARS), Classifier.of(Weights.random(2), HEARS));
        assertThat(model.fingerprint()).isNotEqualTo(before);
        Files.delete(folder.resolve("model.safetensors"));
        assertThatThrownBy(model::fingerprint)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void faultsAreNamed() throws Exception {
        Path config = folder.resolve("config.json");
        String whole = Files.readString(config);
        Files.writeString(config, "{");
        rejects("not JSON");
        Files.writeString(config, "[]");
        rejects("not a JSON object");
        Files.writeString(config, "{\"model_type\":\"gpt2\"}");
        rejects("neither a kind nor a model_type that is known, but \"gpt2\"");
        Files.writeString(config, "{\"kind\":\"diffusion\\n\"}");
        rejects("kind \"diffusion\" is not known");
        Files.writeString(config, "{\"kind\":\"classify\"}");
        rejects("\"model\"");
        Files.writeString(config, whole.replace("\"labels\":[\"yes\",\"no\"]", "\"labels\":[\"yes\"]"));
        rejects("two or more different labels");
        Files.writeString(config, whole.replace("\"labels\":[\"yes\",\"no\"]", "\"labels\":[\"yes\",\"no\",\"so\"]"));
        rejects("the model needs");
        Files.writeString(config, whole.replace("\"nFft\":512", "\"nFft\":1073741824"));
        rejects("\"model\" does not describe a model");
        Files.writeString(config, whole.replace("\"seconds\":1.6", "\"seconds\":1e9"));
        rejects("\"model\" does not describe a model");
        Files.writeString(config, whole.replace("\"depth\":2", "\"depth\":\"many\""));
        rejects("\"model\" does not describe a model");
        Files.delete(config);
        rejects("no such file");
    }
}
