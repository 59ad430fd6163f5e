package sensorium.audio.clap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.audio.clap.ClapFeatures.Padding;
import sensorium.audio.clap.ClapFeatures.Truncation;
import sensorium.memory.Scope;
import sensorium.nn.Activation;

/**
 * Against the values that transformers publishes in its own tests of {@code ClapFeatureExtractor} (short sounds), and against those that
 * version 4.57.6 of it computes where its random starts are the middle ones (long sounds).
 */
class ClapFeaturesTest {
    private static final int SECONDS_10 = 480_000;

    @TempDir
    Path folder;

    /** Taken for a sound of 48 kHz, as the published test does. */
    private static Waveform utterance() {
        Path path = Path.of(System.getProperty("sensorium.fixtures"), "audio/1272-128104-0000.wav");
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return new Waveform(AudioFile.decode(path).mono().samples(), 48_000);
    }

    /** The utterance over and over, ever softer. */
    private static Waveform repeated(int length) {
        float[] once = utterance().samples();
        int whole = 600_000;
        float[] samples = new float[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (float) (once[i % once.length] * (1 - 0.8 * i / (whole - 1)));
        }
        return new Waveform(samples, 48_000);
    }

    private static ClapFeatures features(Truncation truncation, Padding padding, double lowest) {
        return new ClapFeatures(new ClapFeatures.Config(
                ClapFeatures.mel(truncation, 64, 48_000, 1024, 480, lowest, 14_000), SECONDS_10, truncation, padding));
    }

    /** Bands from one of a frame of a channel. */
    private static float[] bands(ClapFeatures features, Waveform sound, int channel, int frame, int from, int count) {
        return Scope.tidy(() -> {
            var mels = features.of(sound);
            assertThat(mels.dim(2)).isEqualTo(1001);
            return mels.select(0, 0)
                    .select(0, channel)
                    .select(0, frame)
                    .slice(0, from, from + count)
                    .toFloats();
        });
    }

    private static float[] numbers(String text) {
        List<String> words = Arrays.asList(text.strip().split("\\s+"));
        float[] numbers = new float[words.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.parseFloat(words.get(i));
        }
        return numbers;
    }

    @ParameterizedTest
    @CsvSource({
        "FUSION, REPEAT, 976, -20.1049 -19.9764 -20.0731 -19.5055 -27.5018 -22.5761",
        "FUSION, REPEATPAD, 976, -25.7496 -24.9339 -24.1357 -23.1271 -23.7853 -26.1264",
        "FUSION, PAD, 196, -58.5260 -58.1155 -57.8623 -57.5059 -57.9178 -58.7171",
        "RAND_TRUNC, REPEAT, 976, -35.0483 -35.7865 -38.2884 -40.0220 -42.5349 -44.9489",
        "RAND_TRUNC, REPEATPAD, 976, -40.3184 -39.7186 -39.8807 -41.6508 -45.3613 -50.4785",
        "RAND_TRUNC, PAD, 196, -73.3190 -73.6349 -74.1451 -74.8539 -75.7476 -76.5438"
    })
    void shortSoundsAreRepeatedOrPadded(Truncation truncation, Padding padding, int frame, String expected) {
        ClapFeatures features = features(truncation, padding, 0);
        Waveform sound = utterance();
        int channels = truncation == Truncation.FUSION ? 4 : 1;
        for (int channel = 0; channel < channels; channel++) {
            assertThat(bands(features, sound, channel, frame, 0, 6)).containsExactly(numbers(expected), within(1e-3f));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FUSION, 0, -12.2969 -11.6215 -10.1170 -9.5943 -11.8432 3.4571 13.8221 16.9404",
        "FUSION, 1, -15.5083 -10.2891 -7.1447 -6.1285 5.9195 16.3173 21.7742 18.9840",
        "FUSION, 2, -16.4969 -18.1620 -13.7695 -3.6128 5.3656 11.9286 13.0332 7.3800",
        "FUSION, 3, -18.5955 -12.4225 -11.6046 -4.8000 6.9920 14.6260 14.6349 1.1667",
        "RAND_TRUNC, 0, -27.7612 -23.5355 -19.8671 -7.3704 2.2882 2.2454 -9.0017 -27.3200"
    })
    void ofLongSoundsThereArePartsAndTheWhole(Truncation truncation, int channel, String expected) {
        ClapFeatures features = features(truncation, Padding.REPEATPAD, 50);
        assertThat(bands(features, repeated(600_000), channel, 700, 0, 8))
                .containsExactly(numbers(expected), within(1e-3f));
    }

    @Test
    void soundsThatAreHardlyLonger() {
        ClapFeatures features = features(Truncation.FUSION, Padding.REPEATPAD, 50);
        // As many frames as a sound of ten seconds: four times the same.
        assertThat(bands(features, repeated(480_300), 2, 1000, 0, 4))
                .containsExactly(numbers("-20.0248 -22.6737 -19.5054 -17.3306"), within(1e-3f));
        // One frame more: two starts for three parts.
        Waveform longer = repeated(480_900);
        assertThat(bands(features, longer, 0, 500, 0, 4))
                .containsExactly(numbers("-23.2971 -21.4924 -20.1448 -19.9952"), within(1e-3f));
        assertThat(bands(features, longer, 2, 0, 0, 4))
                .containsExactly(numbers("-28.0974 -21.6718 -18.7784 -18.0883"), within(1e-3f));
        assertThat(bands(features, longer, 3, 0, 0, 4)).isEqualTo(bands(features, longer, 1, 0, 0, 4));
    }

    private static Htsat.Config hearing(boolean fuses) {
        var patches = new SpectrogramPatches.Config(1, 8, 4, 4, 4, 4, fuses ? 2 : 0, true);
        return new Htsat.Config(64, 256, patches, 8, List.of(1), List.of(1), 2, Activation.GELU, true, 1e-5);
    }

    @Test
    void settingsAreReadAndHeldAgainstTheModel() throws Exception {
        Path file = folder.resolve("preprocessor_config.json");
        String json = """
                {"feature_extractor_type": "ClapFeatureExtractor", "feature_size": 64, "fft_window_size": 1024,
                 "frequency_max": 14000, "frequency_min": 50, "hop_length": 480, "max_length_s": 10, "nb_max_samples": 480000,
                 "padding": "repeatpad", "sampling_rate": 48000, "top_db": null, "truncation": "rand_trunc"}
                """;
        Files.writeString(file, json);
        Waveform second = new Waveform(new float[16_000], 16_000);
        assertThat(ClapFeatures.read(folder, hearing(false)).of(second).shape().dims())
                .containsExactly(1, 1, 1001, 64);
        assertFault(json, hearing(true), "enable_fusion");
        assertFault(json.replace("\"feature_size\": 64", "\"feature_size\": 80"), hearing(false), "num_mel_bins");
        assertFault(json.replace("rand_trunc", "random"), hearing(false), "\"random\"");
        assertFault(json.replace("\"frequency_max\": 14000", "\"frequency_max\": 24001"), hearing(false), "no bands");
        assertFault(json.replace("\"max_length_s\": 10", "\"max_length_s\": 11"), hearing(false), "room for 1024");
        assertFault(json.replace("\"top_db\": null", "\"loudness\": 3"), hearing(false), "loudness");
    }

    private void assertFault(String json, Htsat.Config model, String fault) throws Exception {
        Files.writeString(folder.resolve("preprocessor_config.json"), json);
        assertThatThrownBy(() -> ClapFeatures.read(folder, model))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(fault)
                .hasMessageNotContaining("\n");
    }

    @Test
    void anEmptySoundIsRefused() {
        assertThatThrownBy(() -> features(Truncation.FUSION, Padding.PAD, 0).of(new Waveform(new float[0], 48_000)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("without a single sample");
    }
}
