package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

class LogMelTest {
    private static final String UTTERANCE = "audio/1272-128104-0000.wav";

    @Test
    void whisperIsThePublishedSlice() throws IOException {
        Spectrogram mel = whisper(sound(UTTERANCE).fitted(30));
        assertThat(mel.frames()).isEqualTo(3000);
        float[] bandsFirst = mel.bandsFirst();
        float[] expected = Fixtures.jsonNumbers(
                "audio/expected.json", "whisper_hf_published_[0,:30]_of_1272-128104-0000 (80x3000, atol 1e-4)");
        assertThat(Fixtures.maxDifference(Arrays.copyOf(bandsFirst, 30), expected))
                .isLessThan(1e-4);
    }

    @Test
    void whisperIsTheWholeFeature() throws IOException {
        float[] expected = Fixtures.tensor("audio/expected_features.safetensors", "whisper80_1272-128104-0000");
        Spectrogram mel = whisper(sound(UTTERANCE).fitted(30)).fitted(700);
        assertThat(Fixtures.maxDifference(mel.bandsFirst(), expected)).isLessThan(1e-4);
    }

    @Test
    void whisperWithoutPadding() throws IOException {
        float[] expected = Fixtures.tensor("audio/expected_features.safetensors", "whisper80_jfk_unpadded");
        Spectrogram mel = whisper(sound("audio/jfk_16k_mono.wav"));
        assertThat(Fixtures.maxDifference(mel.bandsFirst(), expected)).isLessThan(1e-4);
    }

    @Test
    void whisperIsTheReference() throws IOException {
        String file = "models/whisper/logmel.safetensors";
        var wave = new Waveform(Fixtures.tensor(file, "input.waveform"), 16_000);
        assertThat(Fixtures.maxDifference(whisper(wave).bandsFirst(), Fixtures.tensor(file, "output.log_mel")))
                .isLessThan(1e-4);
        Waveform padded = wave.fittedTo(wave.samples().length + 4000);
        assertThat(Fixtures.maxDifference(whisper(padded).bandsFirst(), Fixtures.tensor(file, "output.log_mel_padded")))
                .isLessThan(1e-4);
    }

    @Test
    void astIsThePublishedSliceAndTheWholeFeature() throws IOException {
        Spectrogram mel = new LogMel(LogMel.Config.ast())
                .of(sound(UTTERANCE))
                .fitted(1024)
                .normalised(-4.2677393, 2 * 4.5689974);
        float[] slice = Fixtures.jsonNumbers(
                "audio/expected.json", "ast_hf_published_[0,:30]_of_1272-128104-0000 (1024x128, atol 1e-4)");
        assertThat(Fixtures.maxDifference(Arrays.copyOf(mel.values(), 30), slice))
                .isLessThan(1e-4);
        float[] whole = Fixtures.tensor("audio/expected_features.safetensors", "ast_1272-128104-0000");
        assertThat(Fixtures.maxDifference(mel.fitted(640).values(), whole)).isLessThan(1e-4);
    }

    @ParameterizedTest
    @CsvSource({"23,audio/kaldi-test.txt", "40,audio/kaldi-test-40.txt"})
    void bandsAreKaldis(int bands, String expectedFile) throws IOException {
        Waveform sweep = sound("audio/kaldi-test.wav").scaled(32_768);
        check(
                new LogMel(LogMel.Config.kaldi(bands)).of(sweep).values(),
                Fixtures.kaldiText(expectedFile),
                0.05,
                0.0015);
    }

    @Test
    void cepstraAreKaldis() throws IOException {
        Waveform sweep = sound("audio/kaldi-test.wav").scaled(32_768);
        float[] expected = Fixtures.kaldiText("audio/kaldi-test-mfcc.txt");
        check(
                new Mfcc().of(sweep).values(),
                expected,
                0.15,
                0.005); // the lifter multiplies the bands' differences by up to 12
    }

    /** Kaldi computes in float32, as we do: silence beside a tone is rounding noise of both. */
    private static void check(float[] actual, float[] expected, double tolerance, double mean) {
        assertThat(Fixtures.maxDifference(actual, expected)).isLessThan(tolerance);
        double sum = 0;
        for (int i = 0; i < actual.length; i++) {
            sum += Math.abs(actual[i] - expected[i]);
        }
        assertThat(sum / actual.length).isLessThan(mean);
    }

    @Test
    void sharedSpaceGivesAHundredStandardisedFrames() {
        Spectrogram mel = new LogMel(LogMel.Config.sharedSpace()).of(noise(25_600, 1));
        assertThat(mel.frames()).isEqualTo(100);
        assertThat(mel.bands()).isEqualTo(40);
        double mean = 0;
        double squares = 0;
        for (float x : mel.values()) {
            mean += x / 4000.0;
            squares += x * x / 4000.0;
        }
        assertThat(mean).isCloseTo(0, offset(1e-4));
        assertThat(squares).isCloseTo(1, offset(1e-3));
    }

    @Test
    void theFloorLiesBelowThePeak() {
        var quietThenLoud = new float[32_000];
        System.arraycopy(noise(16_000, 2).samples(), 0, quietThenLoud, 16_000, 16_000);
        var config = LogMel.Config.plain(16_000, 512, 400, 160, 40, 60, 7_600, 9, false);
        float[] mel = new LogMel(config).of(new Waveform(quietThenLoud, 16_000)).values();
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (float x : mel) {
            min = Math.min(min, x);
            max = Math.max(max, x);
        }
        assertThat(max - min).isCloseTo(9, offset(1e-4f));
    }

    @Test
    void silenceAndEmptinessAreFinite() {
        for (var config : new LogMel.Config[] {
            LogMel.Config.whisper(80), LogMel.Config.kaldi(23), LogMel.Config.ast(), LogMel.Config.sharedSpace()
        }) {
            var logMel = new LogMel(config);
            for (float x : logMel.of(new Waveform(new float[4_000], 16_000)).values()) {
                assertThat(x).isFinite();
            }
            assertThat(logMel.of(new Waveform(new float[0], 16_000)).frames()).isZero();
        }
    }

    @Test
    void gainDoesNotShowWhereTheFloorIsRelative() {
        var logMel = new LogMel(LogMel.Config.sharedSpace());
        Waveform sound = noise(8_000, 3);
        assertThat(Fixtures.maxDifference(
                        logMel.of(sound).values(), logMel.of(sound.scaled(7)).values()))
                .isLessThan(1e-3);
    }

    /** Gradients reach the samples, through overlaps, mirrored ends, means and pre-emphasis. */
    @Test
    void isDifferentiable() {
        for (var config :
                new LogMel.Config[] {LogMel.Config.whisper(80), LogMel.Config.kaldi(23), LogMel.Config.sharedSpace()}) {
            var logMel = new LogMel(config);
            float[] samples = noise(2_000, 5).samples();
            float[] direction = noise(2_000, 6).samples();
            float[] gradient = Scope.tidy(() -> Tape.record(tape -> {
                Tensor x = Tensor.of(samples, samples.length).tracked();
                return tape.gradients(cubes(logMel.of(x)), List.of(x))
                        .getFirst()
                        .toFloats();
            }));
            double along = 0;
            for (int i = 0; i < samples.length; i++) {
                along += gradient[i] * direction[i];
            }
            double h = 1e-3;
            double difference =
                    (cubes(logMel, samples, direction, h) - cubes(logMel, samples, direction, -h)) / (2 * h);
            assertThat(along).isCloseTo(difference, withPercentage(1));
        }
    }

    private static Tensor cubes(Tensor mel) {
        return mel.square().times(mel).sum();
    }

    private static double cubes(LogMel logMel, float[] samples, float[] direction, double step) {
        var moved = new float[samples.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (samples[i] + step * direction[i]);
        }
        double sum = 0;
        for (float v : logMel.of(new Waveform(moved, 16_000)).values()) {
            sum += v * v * v;
        }
        return sum;
    }

    @Test
    void refusesAnotherSampleRate() {
        assertThatThrownBy(() -> new LogMel(LogMel.Config.whisper(80)).of(new Waveform(new float[10], 8_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16000");
    }

    private static Spectrogram whisper(Waveform sound) {
        return new LogMel(LogMel.Config.whisper(80)).of(sound);
    }

    private static Waveform sound(String fixture) {
        return AudioFile.decode(Fixtures.path(fixture)).mono();
    }

    private static Waveform noise(int length, long seed) {
        var random = new Random(seed);
        var samples = new float[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (float) random.nextGaussian() / 4;
        }
        return new Waveform(samples, 16_000);
    }
}
