package sensorium.multimodal.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.Plan;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;

class ClassifyRecipeTest {
    @TempDir
    Path folder;

    private static Trainer.Outcome train(
            ClassifierConfig config, List<Item> items, Plan plan, RunFolder run, TrainingListener listener) {
        var model = Classifier.of(Weights.random(3), config);
        var examples = Examples.of(config, items, 3, (phase, done, total) -> {});
        return Trainer.train(new ClassifyRecipe(model, examples, Optional.empty(), 3), plan, run, listener);
    }

    private static Plan steps(long count) {
        return ClassifyRecipe.plan(3, new Length.Steps(count));
    }

    @Test
    void smallGreyPicturesAreTakenPixelForPixelAndLearnt() throws Exception {
        var data = DataFolder.read(TinyData.sides(folder.resolve("data"), 24));
        var config = Choice.of(data.items(), Optional.empty(), false);
        assertThat(config.labels()).containsExactly("left", "right");
        assertThat(config.input()).isInstanceOfSatisfying(Input.Grey.class, g -> {
            assertThat(g.width()).isEqualTo(12);
            assertThat(g.mean()).isBetween(0.4, 0.46); // (59.5 + 159.5) / 2 / 255
        });
        Path path = folder.resolve("run");
        try (var run = RunFolder.create(path, ModelFolder.config(config))) {
            var outcome = train(config, data.items(), steps(20), run, TrainingListener.SILENT);
            assertThat(outcome.measures()).containsEntry("n", 48.0);
            assertThat(outcome.measures().get("accuracy")).isGreaterThan(0.95);
        }
        var opened = new ModelFolder(path).open();
        assertThat(opened).isInstanceOf(OpenedModel.Classes.class);
        var classifier = FileClassifier.of(((OpenedModel.Classes) opened).model());
        var guesses = classifier.classify(folder.resolve("data/right/1.png"));
        assertThat(guesses).hasSize(2);
        assertThat(guesses.getFirst().label()).isEqualTo("right");
        assertThat(guesses.getFirst().probability() + guesses.getLast().probability())
                .isBetween(0.9999, 1.0001);
    }

    @Test
    void soundsAreLearnt() throws Exception {
        var data = DataFolder.read(TinyData.glides(folder.resolve("data"), 16));
        var config = Choice.of(data.items(), Optional.empty(), false);
        assertThat(config.input())
                .isInstanceOfSatisfying(
                        Input.Heard.class,
                        h -> assertThat(h.hearing().seconds()).isEqualTo(0.6));
        try (var run = RunFolder.create(folder.resolve("run"), ModelFolder.config(config))) {
            var outcome = train(config, data.items(), steps(30), run, TrainingListener.SILENT);
            assertThat(outcome.measures().get("accuracy")).isGreaterThan(0.9);
        }
    }

    @Test
    void aRunThatWasCutOffEndsInTheSameBytes() throws Exception {
        var data = DataFolder.read(TinyData.sides(folder.resolve("data"), 8));
        var config = Choice.of(data.items(), Optional.empty(), false);
        try (var run = RunFolder.create(folder.resolve("whole"), ModelFolder.config(config))) {
            train(config, data.items(), steps(6), run, TrainingListener.SILENT);
        }
        Path cut = folder.resolve("cut");
        var dies = new TrainingListener() {
            @Override
            public void stepped(Progress progress) {
                if (progress.step() == 4) {
                    throw new IllegalStateException("cut off");
                }
            }
        };
        try (var run = RunFolder.create(cut, ModelFolder.config(config))) {
            var eager = steps(6).withCheckpoints(0);
            assertThatThrownBy(() -> train(config, data.items(), eager, run, dies))
                    .hasMessage("cut off");
        }
        try (var run = RunFolder.resume(cut)) {
            train(config, data.items(), steps(6), run, TrainingListener.SILENT);
        }
        assertThat(cut.resolve("model.safetensors")).hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    }

    @Test
    void whatCannotBeUsedIsSkippedAndCountedUntilNothingIsLeft() throws Exception {
        Path data = TinyData.sides(folder.resolve("data"), 3);
        Files.write(data.resolve("left/0.png"), new byte[] {1, 2, 3});
        var items = DataFolder.read(data).items();
        var config = Choice.of(items, Optional.empty(), false);
        var examples = Examples.of(config, items, 0, (phase, done, total) -> {});
        assertThat(examples.size()).isEqualTo(5);
        assertThat(examples.skipped().count()).isEqualTo(1);

        var other = ClassifierConfig.small(List.of("up", "down"), config.input());
        assertThatThrownBy(() -> Examples.forScoring(other, items, (phase, done, total) -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no labelled picture can be used; skipped 6");
    }

    @Test
    void dataThatCannotBeClassifiedIsRefused() throws Exception {
        var pictures =
                DataFolder.read(TinyData.sides(folder.resolve("pictures"), 2)).items();
        var sounds =
                DataFolder.read(TinyData.glides(folder.resolve("sounds"), 2)).items();
        assertThatThrownBy(() -> Choice.of(List.of(pictures.getFirst(), pictures.get(1)), Optional.empty(), false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("only 'left'");
        List<Item> both = new ArrayList<>(pictures);
        both.addAll(sounds);
        assertThatThrownBy(() -> Choice.of(both, Optional.empty(), false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--set sense=picture");
        assertThat(Choice.of(both, Optional.of(Sense.SOUND), false).labels()).containsExactly("fall", "rise");
        Item silent = new Item("1", List.of(), List.of(), List.of(), Optional.of("x"), Optional.empty());
        assertThatThrownBy(() -> Choice.of(List.of(silent), Optional.empty(), false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no labelled pictures and no labelled sounds");
    }
}
