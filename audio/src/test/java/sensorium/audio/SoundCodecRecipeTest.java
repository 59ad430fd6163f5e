package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.backend.Backends;
import sensorium.kernels.cpu.CpuBackend;
import sensorium.memory.HostMemory;
import sensorium.memory.Scope;
import sensorium.nn.Weights;
import sensorium.nn.training.Length;
import sensorium.nn.training.RunFolder;
import sensorium.nn.training.Trainer;
import sensorium.nn.training.TrainingListener;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

class SoundCodecRecipeTest {
    @TempDir
    Path folder;

    /** Two seconds of each of four tones. */
    private static SoundClips tones(double detuned) {
        var clips = new SoundClips(8_000);
        for (int i = 0; i < 4; i++) {
            clips.add(clips.prepare(new Waveform(GriffinLimTest.voice(16_000, detuned * (200 << i) / 4), 8_000), 2));
        }
        return clips;
    }

    private SoundCodec trained(String name, int steps, Map<String, Double> measures) {
        var codec = SoundCodec.of(Weights.random(1), SoundTokenizerTest.TINY);
        var recipe = new SoundCodecRecipe(codec, tones(1), tones(1.1), 1);
        try (var run =
                RunFolder.create(folder.resolve(name), JsonMapper.shared().createObjectNode())) {
            var outcome = Trainer.train(
                    recipe, SoundCodecRecipe.plan(1, new Length.Steps(steps)), run, new TrainingListener() {});
            measures.putAll(outcome.measures());
        }
        return codec;
    }

    @Test
    void tonesSurviveTheirTokens() {
        Scope.tidyRun(() -> {
            var untrained = SoundCodec.of(Weights.random(1), SoundTokenizerTest.TINY);
            Map<String, Double> before =
                    SoundQuality.measure(untrained, tones(1.1).some(4, 2));
            Map<String, Double> after = new HashMap<>();
            SoundCodec codec = trained("run", 150, after);
            assertThat(after.get("lsd")).isLessThan(0.7 * before.get("lsd"));
            assertThat(after.get("mel")).isLessThan(0.5 * before.get("mel"));
            assertThat(after.get("lsd_griffin_lim")).isLessThan(0.8 * before.get("lsd_griffin_lim"));
            assertThat(after.get("used.0")).isBetween(2 / 16.0, 1.0);
            assertThat(after.get("perplexity.2")).isBetween(1.5, 16.0);
            assertThat(after.get("bits_per_second")).isEqualTo(3 * 4 * 62.5);
            var tokenizer = new SoundTokenizer(codec);
            Waveform sound = tones(1.1).sound(1);
            SoundTokens tokens = tokenizer.tokens(sound);
            // The more stages, the nearer in mel.
            assertThat(SoundQuality.distance(sound, tokenizer.sound(tokens)))
                    .isLessThan(SoundQuality.distance(sound, tokenizer.sound(tokens.first(1))));
        });
    }

    @Test
    void threadsDoNotChangeABit() {
        float[][] samples = new float[2][];
        for (int threads = 1; threads <= 2; threads++) {
            var backend = new CpuBackend(new HostMemory(false), threads);
            int at = threads - 1;
            samples[at] = Backends.with(
                    backend,
                    () -> Scope.tidy(() -> {
                        SoundCodec codec = trained("threads" + (at + 1), 12, new HashMap<>());
                        return codec.decode(codec.codebooks().vectors(Tensor.of(new long[3 * 9], 1, 9, 3)))
                                .samples()
                                .toFloats();
                    }));
        }
        assertThat(samples[1]).containsExactly(samples[0]);
    }

    @Test
    void distanceIsKnownWhereItCanBeWorkedOut() {
        Waveform sound = new Waveform(GriffinLimTest.voice(4_000, 150), 8_000);
        assertThat(SoundQuality.distance(sound, sound)).isZero();
        // Whatever lies above the floor is 6.02 dB off when half as large; nothing is more.
        assertThat(SoundQuality.distance(sound, sound.scaled(0.5f))).isBetween(3.0, 6.03);
    }
}
