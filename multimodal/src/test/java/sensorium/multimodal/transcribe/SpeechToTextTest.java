package sensorium.multimodal.transcribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;
import sensorium.audio.Recording;
import sensorium.audio.Waveform;
import sensorium.audio.speech.SpeechModel;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.multimodal.transcribe.SpeechToText.Options;
import sensorium.multimodal.transcribe.SpeechToText.Way;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.MetricsLog;
import sensorium.nn.training.Plan;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.text.EditDistance;
import sensorium.text.Units;

/** A language of tones is learnt once, and written in every way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpeechToTextTest {
    private static final int STEPS = 200;

    @TempDir
    static Path folder;

    private List<Utterance> training;
    private List<Utterance> heldOut;
    private Units units;
    private SpeechToText model;

    @BeforeAll
    void learn() throws IOException {
        training = ToneSpeech.utterances(folder.resolve("training"), 30, 1);
        heldOut = ToneSpeech.utterances(folder.resolve("held-out"), 12, 2);
        units = Units.of(
                Units.Kind.CHARACTERS, training.stream().map(Utterance::text).toList());
        train("run", STEPS, STEPS);
        var opened = new ModelFolder(folder.resolve("run")).open();
        assertThat(opened).isInstanceOf(OpenedModel.Hearing.class);
        model = ((OpenedModel.Hearing) opened).model();
    }

    /** @param stop steps after which the run is cut off */
    private void train(String name, int steps, int stop) {
        SpeechConfig config = ToneSpeech.config(units);
        SpeechModel fresh = SpeechModel.of(Weights.random(1), config.model());
        var material = SpeechMaterial.of(training, config.model().hearing(), units, 31, (_, _, _) -> {});
        var recipe = new SpeechRecipe(fresh, material, Map::of, 1);
        Path path = folder.resolve(name);
        Plan plan = SpeechRecipe.plan(1, new Length.Steps(steps)).withCheckpoints(0);
        boolean begun = Files.exists(path.resolve("config.json"));
        try (var run = begun ? RunFolder.resume(path) : RunFolder.create(path, ModelFolder.config(config))) {
            run.write(
                    ModelFolder.SENTENCES,
                    String.join("\n", training.stream().map(Utterance::text).toList())
                            .getBytes(StandardCharsets.UTF_8));
            Trainer.train(recipe, plan, run, new TrainingListener() {
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
    @EnumSource(
            value = Way.class,
            names = {"GREEDY", "BEAM"})
    void sentencesThatItNeverHeardAreWritten(Way way) {
        var options = new Options(way, way == Way.GREEDY ? 1 : 4, 0.5, 0.5);
        var evaluation = SpeechEvaluation.of(model, heldOut, options, OptionalLong.empty(), (_, _, _) -> {});
        assertThat(evaluation.rates().n()).isEqualTo(12);
        assertThat(evaluation.rates().cer()).isLessThan(0.1);
        assertThat(evaluation.worst(3)).hasSizeLessThanOrEqualTo(3);
        var perturbed =
                SpeechEvaluation.of(model, training, options, OptionalLong.of(SpeechEvaluation.FRESH), (_, _, _) -> {});
        assertThat(perturbed.rates().cer()).isLessThan(0.15);
    }

    /** Attention takes longer to learn where to look than a test may; that it learns shows in what surprises it. */
    @Test
    void theDecoderLearnsToForetell() {
        List<Double> writing = MetricsLog.read(folder.resolve("run").resolve("metrics.jsonl")).stream()
                .filter(line -> line.has("writing"))
                .map(line -> line.path("writing").asDouble())
                .toList();
        assertThat(writing).hasSize(STEPS);
        assertThat(writing.getLast()).isLessThan(0.8 * writing.getFirst());
        var options = new Options(Way.ATTENTION, 2, 0, 0);
        var evaluation = SpeechEvaluation.of(model, heldOut, options, OptionalLong.empty(), (_, _, _) -> {});
        assertThat(evaluation.entries()).allMatch(e -> e.written().text().matches("[abc ]*"));
    }

    @Test
    void wordsHaveTheirTimes() {
        Transcript said = model.transcribe(ToneSpeech.say("ab cac b"), Options.GREEDY, _ -> {});
        assertThat(said.text()).isEqualTo("ab cac b");
        assertThat(said.words().stream().map(Transcript.Word::text)).containsExactly("ab", "cac", "b");
        int[] letters = {0, 2, 3, 6, 7, 8};
        for (int w = 0; w < 3; w++) {
            Transcript.Word word = said.words().get(w);
            assertThat(word.start()).isCloseTo(letters[2 * w] * ToneSpeech.SECONDS, within(0.17));
            assertThat(word.end()).isCloseTo(letters[2 * w + 1] * ToneSpeech.SECONDS, within(0.17));
            assertThat(word.end()).isGreaterThan(word.start());
        }
        assertThat(said.segments()).hasSize(1);
        assertThat(said.segments().getFirst().meanLogProbability()).isBetween(-2.0, 0.0);
    }

    /** A minute, with pauses, in windows: what is said at their borders is neither lost nor said twice. */
    @Test
    void longSoundsAreHeardInWindows() {
        List<String> sentences = ToneSpeech.sentences(30, 9);
        List<Float> all = new ArrayList<>();
        List<Double> begins = new ArrayList<>();
        for (String sentence : sentences) {
            begins.add(all.size() / (double) ToneSpeech.RATE);
            for (float x : ToneSpeech.say(sentence).samples()) {
                all.add(x);
            }
            for (int i = 0; i < ToneSpeech.RATE; i++) {
                all.add(0f);
            }
        }
        float[] samples = new float[all.size()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = all.get(i);
        }
        assertThat(samples.length / ToneSpeech.RATE).isGreaterThan(45);
        List<Integer> seconds = new ArrayList<>();
        Transcript said = model.transcribe(new Waveform(samples, ToneSpeech.RATE), Options.GREEDY, seconds::add);
        String alone = sentences.stream()
                .map(sentence -> model.transcribe(ToneSpeech.say(sentence), Options.GREEDY, _ -> {})
                        .text())
                .collect(Collectors.joining())
                .replace(" ", "");
        String heard = said.text().replace(" ", "");
        int differ = EditDistance.between(
                alone.chars().boxed().toList(), heard.chars().boxed().toList());
        // A window's sounds are brought to its own loudest moment and lie elsewhere between frames: a few letters
        // become others.
        assertThat(differ).as("%s, alone %s", heard, alone).isLessThan(alone.length() / 8);
        assertThat(said.segments()).hasSizeGreaterThan(1);
        assertThat(seconds).isSorted().hasSizeGreaterThan(2);
        assertThat(said.words().stream().map(Transcript.Word::start)).isSorted();
        assertThat(said.words().getLast().end()).isGreaterThan(begins.getLast());
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000, 22_050, 44_100, 192_000})
    void atAnyRate(int rate) {
        Waveform sound = ToneSpeech.say("ab ba").resampled(rate);
        // At 8 kHz the highest tones are gone.
        assertThat(model.transcribe(sound, Options.GREEDY, _ -> {}).text().replace(" ", ""))
                .isEqualTo("abba");
    }

    @Test
    void oddSoundsDoNoHarm() {
        float[] samples = ToneSpeech.say("abc").samples();
        float[] clipped = new float[samples.length];
        for (int i = 0; i < clipped.length; i++) {
            clipped[i] = Math.clamp(20 * samples[i], -1f, 1f);
        }
        assertThat(model.transcribe(new Waveform(clipped, ToneSpeech.RATE), Options.USUAL, _ -> {})
                        .text())
                .isNotEmpty();
        float[][] channels = new float[8][];
        Arrays.fill(channels, samples);
        assertThat(model.transcribe(new Recording(channels, ToneSpeech.RATE).mono(), Options.GREEDY, _ -> {})
                        .text())
                .isEqualTo("abc");
        for (Way way : Way.values()) {
            var options = new Options(way, 3, 0.5, 0);
            Transcript silence = model.transcribe(new Waveform(new float[50 * 16_000], 16_000), options, _ -> {});
            assertThat(silence.text()).isEmpty();
            assertThat(silence.words()).isEmpty();
            model.transcribe(new Waveform(new float[] {0.5f}, 8_000), options, _ -> {}); // a single sample
        }
        assertThatThrownBy(() -> model.transcribe(new Waveform(new float[0], 16_000), Options.USUAL, _ -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("without a single sample");
        assertThatThrownBy(() -> new Options(Way.BEAM, 1000, 0, 0)).hasMessageContaining("1 to 256");
        assertThatThrownBy(() -> Way.named("ear")).hasMessageContaining("greedy, beam or attention");
    }

    /** Cut off and continued it ends in the same bytes. */
    @Test
    void aResumedRunIsTheSame() throws IOException {
        train("whole", 12, 12);
        assertThatThrownBy(() -> train("resumed", 12, 5)).hasMessage("cut off");
        train("resumed", 12, 12);
        assertThat(folder.resolve("resumed/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    }

    @Test
    void aVocabularyThatDoesNotFitIsNamed() throws IOException {
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Path run = folder.resolve("run");
        Files.copy(run.resolve("model.safetensors"), broken.resolve("model.safetensors"));
        String config = Files.readString(run.resolve("config.json"));
        Files.writeString(broken.resolve("config.json"), config.replaceFirst("\"a\",", ""));
        assertThatThrownBy(() -> new ModelFolder(broken).open())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("config.json: a vocabulary of 3 units does not fit a model of 4");
        Files.writeString(broken.resolve("config.json"), config.replaceFirst("\"a\",", "\"b\","));
        assertThatThrownBy(() -> new ModelFolder(broken).open()).isInstanceOf(BadInputException.class);
    }

    @Test
    void whatCannotBeLearntFromIsSkipped() throws IOException {
        List<Utterance> some = new ArrayList<>(training.subList(0, 2));
        some.add(new Utterance("none.wav", folder.resolve("none.wav"), "abc"));
        some.add(new Utterance("long.wav", training.getFirst().file(), "ab".repeat(20)));
        some.add(new Utterance("unknown.wav", training.getFirst().file(), "xyz"));
        var hearing = ToneSpeech.config(units).model().hearing();
        var material = SpeechMaterial.of(some, hearing, units, 31, (_, _, _) -> {});
        assertThat(material.bank().size()).isEqualTo(2);
        assertThat(material.skipped().count()).isEqualTo(3);
        assertThatThrownBy(() -> SpeechMaterial.of(some.subList(2, 5), hearing, units, 31, (_, _, _) -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("skipped 3");
    }
}
