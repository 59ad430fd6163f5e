package sensorium.multimodal.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.memory.Scope;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.TokenChoice;
import sensorium.nn.TokenSearch;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.tensor.Tensor;
import sensorium.text.Units;
import sensorium.vision.Augmentation;
import sensorium.vision.Picture;
import sensorium.vision.PictureBank;

class CaptionerTest {
    private static final CaptionWriter.Options GREEDY = new CaptionWriter.Options(1, Optional.empty(), 0);

    @TempDir
    Path folder;

    /** Squares of six colours: a name of two words each. */
    private static PictureNames squares() {
        int[] colours = {0xff0000, 0x00a000, 0x2040ff, 0xe0e000, 0xe000e0, 0x202020};
        List<String> names = List.of("red square", "green square", "blue square", "yellow one", "pink one", "black");
        var bank = new PictureBank(64);
        List<List<String>> texts = new ArrayList<>();
        for (int i = 0; i < colours.length; i++) {
            byte[] rgba = new byte[16 * 16 * 4];
            for (int p = 0; p < 256; p++) {
                rgba[4 * p] = (byte) (colours[i] >> 16);
                rgba[4 * p + 1] = (byte) (colours[i] >> 8);
                rgba[4 * p + 2] = (byte) colours[i];
                rgba[4 * p + 3] = (byte) 255;
            }
            bank.add(new Picture(16, 16, 4, rgba));
            texts.add(List.of(names.get(i)));
        }
        return new PictureNames(bank, texts, new Skipped());
    }

    private static Units units(PictureNames names, Units.Kind kind) {
        return Units.of(kind, names.texts().stream().flatMap(List::stream).toList());
    }

    /** @param stop steps after which the run is cut off */
    private void train(Captioner model, PictureNames names, Units units, String run, int steps, int stop) {
        var recipe = new CaptionRecipe(model, names, units, 1);
        Path path = folder.resolve(run);
        var plan = CaptionRecipe.plan(1, new Length.Steps(steps)).withCheckpoints(0);
        boolean begun = path.resolve("config.json").toFile().exists();
        try (var open = begun ? RunFolder.resume(path) : RunFolder.create(path, ModelFolder.config(model.config()))) {
            Trainer.train(recipe, plan, open, new TrainingListener() {
                @Override
                public void saved(long step) {
                    if (step == stop && stop < steps) {
                        throw new IllegalStateException("cut off");
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void squaresAreNamed(boolean cross) {
        PictureNames names = squares();
        Units units = units(names, Units.Kind.CHARACTERS);
        Captioner model = Captioner.of(Weights.random(1), Captioner.Config.small(units, cross));
        train(model, names, units, "run", 50, 50);
        CaptionWriter writer = new ModelFolder(folder.resolve("run")).openCaptions();
        assertThat(writer.exact(names, Embedder.PLAIN, 0, CaptionWriter.Options.USUAL, (_, _, _) -> {}))
                .isEqualTo(new CaptionWriter.Exact(1, 6));
        int[] all = IntStream.range(0, 6).toArray();
        var choice = new CaptionWriter.Options(1, Optional.of(new TokenChoice(0, 0, 1)), 5);
        var greedy = writer.write(names.bank(), all, Embedder.PLAIN, 0, GREEDY, (_, _, _) -> {});
        var drawn = writer.write(names.bank(), all, Embedder.PLAIN, 0, choice, (_, _, _) -> {});
        for (int i = 0; i < greedy.size(); i++) {
            assertThat(drawn.get(i).text()).isEqualTo(greedy.get(i).text());
            assertThat(drawn.get(i).logProbability()).isCloseTo(greedy.get(i).logProbability(), within(1e-6));
        }
    }

    /** What is kept of earlier units changes nothing: the scores of a text all at once are those of one unit after the other. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCacheChangesNothing(boolean cross) {
        PictureNames names = squares();
        Units units = units(names, Units.Kind.CHARACTERS);
        Scope.tidyRun(() -> {
            Captioner model = Captioner.of(Weights.random(7), Captioner.Config.small(units, cross));
            Tensor seen = model.see(Tensor.full(0.3, 1, 3, 32, 32));
            TokenSearch.Found found = model.best(seen, 1);
            long[] ids = new long[found.tokens().size() + 1];
            ids[0] = model.start();
            IntStream.range(1, ids.length).forEach(i -> ids[i] = found.tokens().get(i - 1));
            double[] all = model.forward(seen, Tensor.of(ids, 1, ids.length)).toDoubles();
            int classes = all.length / ids.length;
            double sum = 0;
            for (int i = 0; i < ids.length && i < model.config().length(); i++) {
                double[] row = Arrays.copyOfRange(all, i * classes, (i + 1) * classes);
                row[model.start()] = Double.NEGATIVE_INFINITY;
                int next = i + 1 < ids.length ? (int) ids[i + 1] : model.end();
                sum += row[next] - TokenSearch.logSum(row, 0);
            }
            assertThat(found.logProbability()).isCloseTo(sum, within(1e-3));
            assertThat(model.best(seen, 3).logProbability()).isGreaterThanOrEqualTo(found.logProbability() - 50);
        });
    }

    @Test
    void aTowerStaysAsItIs() {
        PictureNames names = squares();
        Units units = units(names, Units.Kind.WORDS);
        SharedSpace space = SharedSpace.of(Weights.random(3), SharedSpaceConfig.small());
        var config = Captioner.Config.of(32, space.config().picture(), units, false, false);
        Captioner model = Captioner.of(Weights.random(1), config, space.picture());
        List<float[]> before = new ArrayList<>();
        space.picture().state().values().forEach(t -> before.add(t.toFloats()));
        train(model, names, units, "tower", 10, 10);
        List<float[]> after = new ArrayList<>();
        model.tower().state().values().forEach(t -> after.add(t.toFloats()));
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i)).containsExactly(before.get(i));
        }
        assertThat(model.trainableCount()).isPositive().isLessThan(model.parameterCount());
    }

    @Test
    void aResumedRunIsTheSame() {
        PictureNames names = squares();
        Units units = units(names, Units.Kind.BPE);
        var config = Captioner.Config.small(units, false);
        train(Captioner.of(Weights.random(1), config), names, units, "whole", 6, 6);
        assertThatThrownBy(() -> train(Captioner.of(Weights.random(1), config), names, units, "resumed", 6, 3))
                .hasMessage("cut off");
        train(Captioner.of(Weights.random(1), config), names, units, "resumed", 6, 6);
        assertThat(folder.resolve("resumed/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    }

    @Test
    void oddPicturesAndFaults() throws IOException {
        PictureNames names = squares();
        Units units = units(names, Units.Kind.CHARACTERS);
        var writer = new CaptionWriter(Captioner.of(Weights.random(2), Captioner.Config.small(units, false)));
        writer.write(new Picture(1, 1, 3, new byte[3]), GREEDY);
        writer.write(new Picture(3000, 2, 4, new byte[24_000]), GREEDY); // nothing of it is visible
        assertThat(writer.exact(names, Augmentation.EVALUATION, 9, GREEDY, (_, _, _) -> {})
                        .right())
                .isBetween(0.0, 1.0);
        assertThatThrownBy(() -> new CaptionWriter.Options(0, Optional.empty(), 0))
                .hasMessageContaining("1 to 64");
    }
}
