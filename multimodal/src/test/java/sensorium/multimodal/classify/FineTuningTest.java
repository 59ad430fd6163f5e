package sensorium.multimodal.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.multimodal.classify.FineTuning.Tune;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.nn.Lora;
import sensorium.nn.PeftAdapter;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.tensor.Tensor;
import sensorium.vision.Vit;

/** Published models are taught to tell sides or glides, in every way, and come back from their run and from the published layout. */
class FineTuningTest {
    private static final Lora LORA = new Lora(4, 8, Lora.QUERIES_AND_VALUES);

    @TempDir
    Path folder;

    private static Path fixture(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    private static List<String> labels(boolean pictures) {
        return pictures ? List.of("left", "right") : List.of("fall", "rise");
    }

    private DataFolder data(boolean pictures) throws Exception {
        Path path = folder.resolve("data");
        return DataFolder.read(pictures ? TinyData.sides(path, 16) : TinyData.glides(path, 8));
    }

    private static float[] logits(PublishedClassifier model, Examples examples) {
        return model.forward(examples.inputs().plain(0, 4)).toFloats();
    }

    @ParameterizedTest
    @CsvSource({
        "models/vit, FULL, 0.003", "models/vit, HEAD, 0.02", "models/vit, LORA, 0.01",
        "kwt1, FULL, 0.001", "kwt1, HEAD, 0.01", "kwt1, LORA, 0.003",
        "models/ast, LORA, 0.01"
    })
    void learnsAndComesBack(String model, Tune tune, double rate) throws Exception {
        Path base = fixture(model);
        boolean pictures = model.endsWith("vit");
        var how = new FineTuning(base.toString(), labels(pictures), tune, LORA, "");
        PublishedClassifier taught = how.prepare(new ModelFolder(base).openPublishedClassifier(), 3);
        Map<String, float[]> before = new HashMap<>();
        taught.whole().state().forEach((path, t) -> before.put(path, t.toFloats()));
        var examples = Examples.of(taught, data(pictures).items(), (_, _, _) -> {});
        Path path = folder.resolve("run");
        try (var run = RunFolder.create(path, ModelFolder.config(how))) {
            var recipe = new ClassifyRecipe(taught, examples, Optional.empty(), 8, 3);
            var outcome = Trainer.train(
                    recipe, ClassifyRecipe.tuning(3, new Length.Steps(30), rate), run, TrainingListener.SILENT);
            assertThat(outcome.measures().get("accuracy")).isGreaterThanOrEqualTo(model.endsWith("ast") ? 0.5 : 0.65);
        }
        taught.whole().state().forEach((name, t) -> {
            boolean may = tune == Tune.FULL
                    || name.startsWith("head.")
                    || name.matches(".*\\.[ab]")
                    || name.startsWith("norm.");
            if (!may) {
                assertThat(t.toFloats()).as(name).isEqualTo(before.get(name));
            }
        });

        // The run holds what was learnt and nothing else.
        var stored = Safetensors.open(path.resolve("model.safetensors"));
        assertThat(stored.names()).isEqualTo(taught.module().state().keySet());
        float[] said = logits(taught, examples);
        PublishedClassifier opened = opened(new ModelFolder(path));
        assertThat(close(logits(opened, examples), said)).isLessThan(1e-5);
        assertThat(opened.labels()).isEqualTo(labels(pictures));

        // The published layout, adapters merged.
        Path exported = folder.resolve("exported");
        new ModelFolder(path).export(exported);
        assertThat(close(logits(new ModelFolder(exported).openPublishedClassifier(), examples), said))
                .isLessThan(1e-5);
        assertThat(Safetensors.open(exported.resolve("model.safetensors")).names())
                .isEqualTo(Safetensors.open(base.resolve("model.safetensors")).names());

        if (tune == Tune.LORA) {
            Path adapter = folder.resolve("adapter");
            PeftAdapter.save(taught.whole(), taught.format().names(), LORA, base, adapter);
            PublishedClassifier fresh = how.with(Tune.FULL)
                    .prepare(new ModelFolder(base).openPublishedClassifier(), 99)
                    .with(m -> PeftAdapter.load(m, taught.format().names(), adapter));
            assertThat(logits(fresh, examples)).isEqualTo(said);
        }
    }

    private static PublishedClassifier opened(ModelFolder folder) {
        return switch (folder.open()) {
            case OpenedModel.Published p -> new PublishedClassifier.OfPictures((Vit) p.model(), p.preprocessing());
            case OpenedModel.Sounds s -> new PublishedClassifier.OfSounds(s.model());
            case OpenedModel other -> throw new AssertionError(other);
        };
    }

    private static double close(float[] a, float[] b) {
        return sensorium.nn.Parity.difference(Tensor.of(a, a.length), Tensor.of(b, b.length));
    }

    @Test
    void whatIsFrozenByNameStays() {
        Path base = fixture("models/vit");
        var published = new ModelFolder(base).openPublishedClassifier();
        List<String> same = published.labels();
        var how = new FineTuning(base.toString(), same, Tune.FULL, LORA, "vit\\.embeddings|layer\\.[01]\\.");
        PublishedClassifier model = how.prepare(published, 0);
        assertThat(model.module().parameters().keySet())
                .isNotEmpty()
                .noneMatch(name -> name.contains("blocks.0.") || name.contains("patches") || name.contains("front"))
                .anyMatch(name -> name.contains("blocks.2."))
                .contains("head.weight");
        assertThat(model.labels()).isEqualTo(same);
        assertThatThrownBy(() -> new FineTuning(base.toString(), same, Tune.FULL, LORA, "nowhere")
                        .prepare(new ModelFolder(base).openPublishedClassifier(), 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is found in no parameter's name; there are, for example, vit.embeddings");
        assertThatThrownBy(() -> new FineTuning(base.toString(), same, Tune.FULL, LORA, ".")
                        .prepare(new ModelFolder(base).openPublishedClassifier(), 0))
                .hasMessageContaining("nothing is left to train");
        assertThatThrownBy(() -> new FineTuning(base.toString(), same, Tune.FULL, LORA, "("))
                .hasMessageContaining("no regular expression");
    }
}
