package sensorium.multimodal.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sensorium.BadInputException;
import sensorium.audio.SoundCodec;
import sensorium.audio.Waveform;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.nn.TokenChoice;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Step;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;
import sensorium.text.Units;
import sensorium.vision.AutoencoderConfig;
import sensorium.vision.PictureSet;
import sensorium.vision.PictureTokenizer;

class AnyToAnyTest {
    private static final List<String> NAMES = List.of("ant", "bee", "cat", "dog", "eel", "fox");
    /** Tokens of pictures in 4 squares of 2×2 of six codes, and of sounds in two stages of six codes. */
    private static final AnyToAny.Config TINY = config(6);

    private static final TokenWriter.Options BEST = new TokenWriter.Options(1, new TokenChoice(0, 0, 1), 1);

    @TempDir
    Path folder;

    private static AnyToAny.Config config(int soundCodes) {
        var pictures =
                new PictureTokenizer.Config(3, 8, 1, 6, 4, new AutoencoderConfig(3, List.of(8, 8), 1, 8, 4, false));
        var sounds = new SoundCodec.Config(SoundCodec.Config.small().hearing(), 8, 0, 2, soundCodes, 4);
        return AnyToAny.Config.of(
                Units.of(Units.Kind.CHARACTERS, NAMES),
                pictures,
                sounds,
                "en",
                "fr",
                new AnyToAny.Size(48, 2, 4, 2, 12, 0));
    }

    private static AnyToAny model(long seed) {
        return AnyToAny.fresh(
                seed,
                TINY,
                PictureTokenizer.of(Weights.random(seed).at("pictures"), TINY.pictures()),
                SoundCodec.of(Weights.random(seed).at("sounds"), TINY.sounds()));
    }

    /** Six things: a name, a picture and a sound each, as codes. */
    private static TokenBank things(AnyToAny model) {
        var codec = new MediaCodec(model);
        List<TokenBank.Entry> entries = new ArrayList<>();
        for (int i = 0; i < NAMES.size(); i++) {
            var random = Philox.keyed(7, i);
            Map<Medium, int[]> rows = new EnumMap<>(Medium.class);
            rows.put(Medium.TEXT, codec.text(NAMES.get(i)));
            rows.put(Medium.PICTURE, drawn(16, random));
            rows.put(Medium.SOUND, drawn(2 * (3 + i), random)); // of different lengths
            Map<Medium, List<TokenBank.Views>> given = new EnumMap<>(Medium.class);
            Map<Medium, List<int[]>> wanted = new EnumMap<>(Medium.class);
            rows.forEach((m, row) -> {
                given.put(m, List.of(new TokenBank.Views(List.of(row))));
                wanted.put(m, List.of(row));
            });
            entries.add(new TokenBank.Entry(NAMES.get(i), given, wanted));
        }
        return new TokenBank(entries, new Skipped());
    }

    private static int[] drawn(int n, Philox random) {
        return IntStream.range(0, n).map(i -> random.below(i + n, 6)).toArray();
    }

    private static List<int[]> given(TokenBank bank, Direction d) {
        return bank.of(d).stream()
                .map(e -> e.given().get(d.from()).getFirst().plain())
                .toList();
    }

    private void train(AnyToAny model, String run, int steps, int stop) {
        var recipe = new AnyToAnyRecipe(model, things(model), AnyToAnyRecipe.Options.STANDARD, 1);
        Path path = folder.resolve(run);
        var plan = AnyToAnyRecipe.plan(1, new Length.Steps(steps)).withCheckpoints(0);
        boolean begun = path.resolve("config.json").toFile().exists();
        try (var open = begun ? RunFolder.resume(path) : RunFolder.create(path, ModelFolder.config(TINY))) {
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

    private static AnyToAny opened(Path run) {
        return ((OpenedModel.AnyTokens) new ModelFolder(run).open()).model();
    }

    @Test
    void codesThatAreMissingAreNothingOfTheirOwnStream() {
        Vocabulary v = TINY.vocabulary();
        Padded whole = Padded.given(v, Medium.PICTURE, List.of(new int[16], new int[16]));
        Padded left = whole.missing(v, Medium.PICTURE, (row, at) -> row == 1 && at % 4 == 2);
        for (int at = 0; at < whole.tokens().length; at++) {
            int code = at >= 16 && at % 4 == 2 ? v.picture().nothing() : 0;
            assertThat(left.tokens()[at]).isEqualTo(v.token(Medium.PICTURE, at % 4, code));
        }
        assertThat(left.there()).isEqualTo(whole.there());
    }

    @Test
    void eachDirectionIsLearntByTheSameWeights() {
        train(model(1), "run", 200, 200);
        AnyToAny model = opened(folder.resolve("run"));
        assertThat(model.config()).isEqualTo(TINY);
        TokenBank bank = things(model);
        for (Direction d : Direction.LEARNT) {
            List<int[]> written = TokenWriter.write(model, d, given(bank, d), BEST, _ -> {});
            int right = 0;
            for (int i = 0; i < NAMES.size(); i++) {
                int[] wanted = bank.entries().get(i).wanted().get(d.to()).getFirst();
                right += Arrays.equals(written.get(i), wanted) ? 1 : 0;
            }
            assertThat(right).as(d.toString()).isGreaterThanOrEqualTo(5);
        }
    }

    static List<Direction> directions() {
        return Direction.LEARNT;
    }

    /** What is kept of earlier places changes nothing, nor do rows of other lengths beside it. */
    @ParameterizedTest
    @MethodSource("directions")
    void whatIsWrittenIsTheBestOfAForwardWithoutCache(Direction d) {
        AnyToAny model = model(3);
        TokenBank bank = things(model);
        List<int[]> given = given(bank, d);
        double guidance = d.isGuided() ? 1.5 : 1;
        var options = new TokenWriter.Options(1.5, new TokenChoice(0, 0, 1), 1);
        List<int[]> together = TokenWriter.write(model, d, given, options, _ -> {});
        Vocabulary v = model.vocabulary();
        Streams out = v.of(d.to());
        for (int i = 0; i < given.size(); i++) {
            List<int[]> one = List.of(given.get(i));
            int[] written = together.get(i);
            assertThat(TokenWriter.write(model, d, one, options, _ -> {}).getFirst())
                    .isEqualTo(written);
            int steps = out.stepsOf(written);
            double[] scores = Scope.tidy(() -> {
                Padded told = Padded.given(v, d.from(), one);
                Padded read = Padded.written(v, d.to(), List.of(written));
                Tensor with = model.forward(d, told, read);
                Tensor without = model.forward(d, told.without(new boolean[] {true}), read);
                return without.plus(with.minus(without).times(guidance)).toDoubles(); // (1, places, streams, alphabet)
            });
            for (int step = 0; step < steps; step++) {
                for (int s = 0; s < out.streams(); s++) {
                    int at = ((step + s) * out.streams() + s) * out.alphabet();
                    double best = Double.NEGATIVE_INFINITY;
                    for (int code = 0; code < out.codes(); code++) {
                        best = Math.max(best, scores[at + code]);
                    }
                    assertThat(scores[at + written[step * out.streams() + s]]).isGreaterThan(best - 1e-4);
                }
            }
        }
    }

    @Test
    void aRunThatWasCutOffGoesOnAsIfItWasNot() throws Exception {
        train(model(2), "whole", 6, 6);
        assertThatThrownBy(() -> train(model(2), "cut", 6, 3)).hasMessageContaining("cut off");
        train(model(2), "cut", 6, 6);
        assertThat(folder.resolve("cut/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    }

    @Test
    void aBatchDependsOnItsNumberAlone() {
        AnyToAny model = model(4);
        var one = new AnyToAnyRecipe(model, things(model), AnyToAnyRecipe.Options.STANDARD, 5);
        var other = new AnyToAnyRecipe(model, things(model), AnyToAnyRecipe.Options.STANDARD, 5);
        one.batch(new Step(0, 0, 0, 1));
        var parts = one.batch(new Step(7, 0, 0, 1)).parts();
        var same = other.batch(new Step(7, 0.5, 0, 1)).parts();
        for (int i = 0; i < parts.size(); i++) {
            assertThat(parts.get(i).given().tokens())
                    .isEqualTo(same.get(i).given().tokens());
            assertThat(parts.get(i).given().there())
                    .isEqualTo(same.get(i).given().there());
            assertThat(parts.get(i).toLearn()).isEqualTo(same.get(i).toLearn());
        }
    }

    @Test
    void streamsStandAPlaceBehindOneAnother() {
        var two = new Streams(9, 2, 5, false);
        int[] row = {1, 2, 3, 4};
        assertThat(two.delayed(row)).containsExactly(1, 9, 3, 2, 9, 4);
        assertThat(two.toLearn(row, -1)).containsExactly(1, -1, 3, 2, 9, 4); // the first stream's end counts
        assertThat(new Streams(9, 2, 2, true).toLearn(row, -1)).containsExactly(1, -1, 3, 2, -1, 4);
        assertThat(new Streams(9, 1, 5, false).toLearn(new int[] {1, 2}, -1)).containsExactly(1, 2, 9);
    }

    @Test
    void noTwoCodesShareATokenNorTwoPlacesAVector() {
        Vocabulary v = TINY.vocabulary();
        var seen = new boolean[v.size()];
        seen[v.separator()] = true;
        int places = 0;
        for (Medium m : Medium.values()) {
            seen[v.asking(m)] = true;
            for (int s = 0; s < v.of(m).streams(); s++) {
                for (int code = 0; code < v.of(m).alphabet(); code++) {
                    assertThat(seen[v.token(m, s, code)]).isFalse();
                    seen[v.token(m, s, code)] = true;
                }
            }
            assertThat(v.firstPlace(m, false)).isEqualTo(places);
            assertThat(v.firstPlace(m, true)).isEqualTo(places + v.of(m).steps());
            places += v.of(m).steps() + v.of(m).places(v.of(m).steps());
        }
        assertThat(seen).doesNotContain(false);
        assertThat(v.places()).isEqualTo(places);
    }

    @Test
    void squaresOfAPictureAreTakenApartAndPutTogether() {
        AnyToAny model = model(5);
        var codec = new MediaCodec(model);
        PictureSet noise = new PictureSet() {
            @Override
            public int size() {
                return 2;
            }

            @Override
            public void draw(int picture, float[] out, int at) {
                var random = Philox.keyed(3, picture);
                for (int i = 0; i < 3 * 64; i++) {
                    out[at + i] = 2 * random.uniform(i) - 1;
                }
            }
        };
        short[] map = model.pictures().tokens(noise, (_, _) -> {}); // (2, 4, 4)
        List<int[]> rows = codec.pictures(noise, (_, _) -> {});
        int[] second = rows.get(1);
        assertThat(Arrays.copyOfRange(second, 4, 8)) // the square at the top right
                .containsExactly(map[16 + 2], map[16 + 3], map[16 + 6], map[16 + 7]);
        Scope.tidyRun(() -> {
            long[] tokens = IntStream.range(0, 32).mapToLong(i -> map[i]).toArray();
            assertThat(codec.pixels(rows).toFloats())
                    .isEqualTo(
                            model.pictures().picture(Tensor.of(tokens, 2, 4, 4)).toFloats());
        });
    }

    @Test
    void soundsKeepTheirLengthAndAreCutWhereTheyAreTooLong() {
        AnyToAny model = model(6);
        var codec = new MediaCodec(model);
        int hop = TINY.sounds().samplesPerToken();
        float[] tone = new float[20 * hop];
        for (int i = 0; i < tone.length; i++) {
            tone[i] = (float) Math.sin(0.1 * i);
        }
        int[] row = codec.sound(new Waveform(tone, codec.rate()));
        assertThat(row).hasSize(20 * 2);
        assertThat(codec.sound(row).samples()).hasSize(20 * hop);
        int[] cut = codec.sound(new Waveform(new float[10 * codec.rate()], codec.rate()));
        assertThat(cut).hasSize(TINY.longestSound() * 2);
    }

    @Test
    void faultsAreNamed() throws Exception {
        AnyToAny model = model(7);
        var codec = new MediaCodec(model);
        assertThatThrownBy(() -> codec.text("  "))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> codec.text("ΩΩ"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no unit");
        assertThatThrownBy(() -> codec.sound(new Waveform(new float[0], 16_000)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> new TokenWriter.Options(Double.NaN, TokenChoice.AS_LEARNT, 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("guidance");
        TokenBank bank = things(model);
        var mute = bank.entries().stream()
                .map(e -> {
                    Map<Medium, List<TokenBank.Views>> given = new EnumMap<>(e.given());
                    given.put(Medium.SOUND, List.of());
                    return new TokenBank.Entry(e.name(), given, e.wanted());
                })
                .toList();
        assertThatThrownBy(() -> new TokenBank(mute, new Skipped()).requireAll())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("from sound to text");
        // A vocabulary that does not fit the weights.
        Files.writeString(
                folder.resolve("config.json"), ModelFolder.config(config(7)).toString());
        Safetensors.write(folder.resolve("model.safetensors"), model.state(), Map.of());
        assertThatThrownBy(() -> new ModelFolder(folder).open())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("the model needs");
        Files.writeString(
                folder.resolve("config.json"),
                ModelFolder.config(TINY)
                        .toString()
                        .replace("\"stages\":2,\"longestText\"", "\"stages\":9,\"longestText\""));
        assertThatThrownBy(() -> new ModelFolder(folder).open())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("9 of 2 stages");
    }
}
