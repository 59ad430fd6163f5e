package sensorium.multimodal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Sound;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.Plan;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import tools.jackson.databind.json.JsonMapper;

class SharedSpaceTest {
    private static final List<String> COLOURS = List.of("red", "green", "blue", "white");

    @TempDir
    static Path folder;

    private static Material material;

    @BeforeAll
    static void decode() throws IOException {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < COLOURS.size(); i++) {
            Path sound = folder.resolve(i + ".wav");
            WavWriter.write(sound, tone(300 * (i + 1)));
            var caption = new Caption("en", "A " + COLOURS.get(i) + " thing.");
            items.add(new Item(
                    "item" + i,
                    List.of(caption),
                    List.of(new ImageSource.Grey(square(i), 0, 24, 24)),
                    List.of(new Sound(Sound.NO_LANGUAGE, sound)),
                    Optional.empty(),
                    Optional.empty()));
        }
        material = Material.of(items, SharedSpaceConfig.small().hearing(), (phase, done, total) -> {});
    }

    private static byte[] square(int i) {
        byte[] grey = new byte[24 * 24];
        for (int p = 0; p < grey.length; p++) {
            grey[p] = (byte) (p / 24 / 6 == i ? 255 : 60 * i);
        }
        return grey;
    }

    private static Waveform tone(double hertz) {
        float[] samples = new float[16_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.3 * Math.sin(2 * Math.PI * hertz * i / 16_000));
        }
        return new Waveform(samples, 16_000);
    }

    private static byte[] train(String run, long steps) throws Exception {
        return train(run, steps, TrainingListener.SILENT);
    }

    private static byte[] train(String run, long steps, TrainingListener listener) throws Exception {
        var space = SharedSpace.of(Weights.random(1), SharedSpaceConfig.small());
        var recipe = new SharedSpaceRecipe(space, material, SharedSpaceRecipe.Options.STANDARD, 1);
        var plan = Plan.of(1, new Length.Steps(steps), recipe.descent()).withCheckpoints(0);
        Path path = folder.resolve(run);
        try (var into = Files.exists(path)
                ? RunFolder.resume(path)
                : RunFolder.create(path, JsonMapper.shared().createObjectNode())) {
            Trainer.train(recipe, plan, into, listener);
            return Files.readAllBytes(into.model());
        }
    }

    /** Of eight steps the first two are the words'. */
    @Test
    void aRunThatWasCutOffAmongTheWordsEndsInTheSameBytes() throws Exception {
        var dies = new TrainingListener() {
            @Override
            public void saved(long step) {
                throw new IllegalStateException("cut off");
            }
        };
        assertThatThrownBy(() -> train("cut", 8, dies)).hasMessage("cut off");
        assertThat(train("cut", 8)).isEqualTo(train("uncut", 8));
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws Exception {
        assertThat(train("one", 4)).isEqualTo(train("two", 4));
    }

    @Test
    void whatIsEmbeddedTogetherMakesNoDifference() {
        var embedder = new Embedder(SharedSpace.of(Weights.random(1), SharedSpaceConfig.small()));
        List<String> texts = List.of("a dog", "un chien qui court dans la neige", "");
        float[][] together = embedder.texts(texts);
        for (int i = 0; i < texts.size(); i++) {
            float[] alone = embedder.texts(texts.subList(i, i + 1))[0];
            for (int d = 0; d < alone.length; d++) {
                assertThat(together[i][d]).isCloseTo(alone[d], offset(2e-5f));
            }
        }
    }

    @Test
    void everySenseLandsOnTheUnitSphere() {
        var embedder = new Embedder(SharedSpace.of(Weights.random(1), SharedSpaceConfig.small()));
        var pictures = List.of(new Picture(30, 20, 3, new byte[30 * 20 * 3]));
        for (float[][] rows : List.of(
                embedder.texts(List.of("a duck")), embedder.pictures(pictures), embedder.sounds(List.of(tone(440))))) {
            double norm = 0;
            for (float x : rows[0]) {
                norm += x * x;
            }
            assertThat(norm).isCloseTo(1, offset(1e-4));
        }
    }

    @Test
    void theStateReloads() {
        var config = SharedSpaceConfig.small();
        Map<String, Tensor> state = SharedSpace.of(Weights.random(1), config).state();
        var again = Weights.load(state, "state", w -> SharedSpace.of(w, config)).state();
        assertThat(again.keySet()).isEqualTo(state.keySet());
        state.forEach((name, t) -> assertThat(Arrays.equals(again.get(name).toFloats(), t.toFloats()))
                .as(name)
                .isTrue());
    }

    @Test
    void retrievalAsksInEveryDirectionThatTheDataHas() {
        var space = SharedSpace.of(Weights.random(1), SharedSpaceConfig.small());
        assertThat(SpaceEvaluation.retrieval(SpaceVectors.of(space, material)).keySet())
                .containsExactlyInAnyOrder(
                        "text_to_picture",
                        "picture_to_text",
                        "sound_to_picture",
                        "picture_to_sound",
                        "sound_to_text",
                        "text_to_sound");
    }

    @Test
    void whatCannotBeDecodedIsCountedAndNothingLeftIsAnError() {
        Path broken = folder.resolve("broken.wav");
        var item = new Item(
                "broken",
                List.of(),
                List.of(),
                List.of(new Sound(Sound.NO_LANGUAGE, broken)),
                Optional.of("x"),
                Optional.empty());
        assertThatThrownBy(() -> {
                    Files.writeString(broken, "this is no sound");
                    Material.of(List.of(item), SharedSpaceConfig.small().hearing(), (phase, done, total) -> {});
                })
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("broken.wav");
    }
}
