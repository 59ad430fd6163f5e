package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplerTest {

    @Test
    void halvesTheRateAsTorchaudioDoes() throws IOException {
        float[] input = Fixtures.tensor("models/ops/ops.safetensors", "resample.in.x");
        float[] expected = Fixtures.tensor("models/ops/ops.safetensors", "resample.out.out");
        assertThat(Fixtures.maxDifference(Resampler.of(16_000, 8_000).apply(input), expected))
                .isLessThan(2e-5);
    }

    @ParameterizedTest
    @CsvSource({"44100,16000", "8000,16000", "16000,8000", "48000,16000", "22050,16000", "11025,44100", "16000,16001"})
    void keepsATone(int from, int to) {
        double hertz = 1000;
        float[] resampled = Resampler.of(from, to).apply(tone(hertz, from, from));
        assertThat(resampled).hasSize(to);
        float[] expected = tone(hertz, to, to);
        for (int i = to / 10; i < to - to / 10; i++) { // beyond the ends lies silence
            assertThat(resampled[i]).isCloseTo(expected[i], offset(6e-3f));
        }
    }

    @Test
    void removesWhatTheNewRateCannotHold() {
        float[] resampled = Resampler.of(16_000, 8_000).apply(tone(6_000, 16_000, 16_000));
        float[] inner =
                Arrays.copyOfRange(resampled, 1_000, 7_000); // the tone's ends are steps, which have all frequencies
        assertThat(new Waveform(inner, 8_000).rms()).isLessThan(2e-3);
    }

    @Test
    void lengthIsRoundedUp() {
        assertThat(Resampler.of(3, 2).apply(new float[4])).hasSize(3);
        assertThat(Resampler.of(44_100, 16_000).apply(new float[0])).isEmpty();
        assertThat(Resampler.of(5, 5).apply(new float[] {1, 2})).containsExactly(1, 2);
    }

    @Test
    void speedRaisesPitchAndShortens() {
        var sound = new Waveform(tone(400, 16_000, 16_000), 16_000);
        Waveform faster = Resampler.atSpeed(sound, 1.25);
        assertThat(faster.samples()).hasSize(12_800);
        assertThat(faster.sampleRate()).isEqualTo(16_000);
        float[] expected = tone(500, 16_000, 12_800);
        for (int i = 1000; i < 11_800; i++) {
            assertThat(faster.samples()[i]).isCloseTo(expected[i], offset(6e-3f));
        }
    }

    @Test
    void refusesImpossibleRates() {
        assertThatThrownBy(() -> Resampler.of(0, 16_000)).isInstanceOf(IllegalArgumentException.class);
    }

    private static float[] tone(double hertz, int rate, int length) {
        var tone = new float[length];
        for (int i = 0; i < length; i++) {
            tone[i] = (float) Math.sin(2 * Math.PI * hertz * i / rate);
        }
        return tone;
    }
}
