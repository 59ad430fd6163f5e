package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import org.junit.jupiter.api.Test;
import sensorium.audio.AudioAugment.Config;

class AudioAugmentTest {
    private static final double NEVER = Double.POSITIVE_INFINITY;
    private static final LogMel MEL = new LogMel(LogMel.Config.sharedSpace());

    @Test
    void noneLeavesEverything() {
        var none = new AudioAugment(Config.none(), MEL);
        Waveform sound = tone(1_000);
        assertThat(none.wave(sound, 1, 2).samples()).containsExactly(sound.samples());
        Spectrogram power = MEL.power(sound);
        assertThat(none.power(power, 1, 2).values()).containsExactly(power.values());
        assertThat(none.mask(power, 1, 2).values()).containsExactly(power.values());
    }

    @Test
    void seedAndItemDecide() {
        var augment = new AudioAugment(Config.otherSpeakers(), MEL);
        Waveform sound = tone(700);
        Spectrogram power = MEL.power(sound);
        assertThat(augment.wave(sound, 1, 2).samples())
                .containsExactly(augment.wave(sound, 1, 2).samples())
                .isNotEqualTo(augment.wave(sound, 1, 3).samples())
                .isNotEqualTo(augment.wave(sound, 2, 2).samples());
        assertThat(augment.power(power, 1, 2).values())
                .containsExactly(augment.power(power, 1, 2).values())
                .isNotEqualTo(augment.power(power, 1, 3).values());
        assertThat(augment.mask(power, 1, 2).values())
                .containsExactly(augment.mask(power, 1, 2).values());
    }

    @Test
    void inputsStayAsTheyAre() {
        var augment = new AudioAugment(Config.otherSpeakers(), MEL);
        Waveform sound = tone(700);
        Spectrogram power = MEL.power(sound);
        float[] samples = sound.samples().clone();
        float[] powers = power.values().clone();
        augment.wave(sound, 3, 4);
        augment.mask(augment.power(power, 3, 4), 3, 4);
        assertThat(sound.samples()).containsExactly(samples);
        assertThat(power.values()).containsExactly(powers);
    }

    @Test
    void speedStaysInItsRange() {
        var augment = new AudioAugment(new Config(0.1, 0, 0, 0, 0, NEVER, NEVER, 0, 0, 0, 0), MEL);
        int shortest = Integer.MAX_VALUE;
        int longest = 0;
        for (int item = 0; item < 60; item++) {
            int length = augment.wave(tone(500), 1, item).samples().length;
            shortest = Math.min(shortest, length);
            longest = Math.max(longest, length);
        }
        assertThat(shortest).isBetween((int) (16_000 / 1.103), (int) (16_000 / 1.07));
        assertThat(longest).isBetween((int) (16_000 / 0.93), (int) (16_000 / 0.897));
    }

    @Test
    void noiseHasTheRatioAskedFor() {
        var augment = new AudioAugment(new Config(0, 0, 0, 0, 0, 12, 12, 0, 0, 0, 0), MEL);
        Waveform sound = tone(900);
        for (int item = 0; item < 8; item++) {
            float[] noisy = augment.wave(sound, 1, item).samples();
            var noise = new float[noisy.length];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = noisy[i] - sound.samples()[i];
            }
            double ratio = 20 * Math.log10(sound.rms() / new Waveform(noise, 16_000).rms());
            assertThat(ratio).isCloseTo(12, offset(0.01));
        }
        Spectrogram power = MEL.power(noise(16_000));
        double before = sum(power);
        double added = sum(augment.power(power, 1, 1)) - before;
        assertThat(10 * Math.log10(before / added)).isCloseTo(12, offset(0.7));
    }

    @Test
    void gainAndShift() {
        var augment = new AudioAugment(new Config(0, 0, 6, 0.1, 0, NEVER, NEVER, 0, 0, 0, 0), MEL);
        var click = new float[16_000];
        click[8_000] = 0.5f;
        for (int item = 0; item < 20; item++) {
            float[] out = augment.wave(new Waveform(click, 16_000), 1, item).samples();
            int at = 0;
            for (int i = 0; i < out.length; i++) {
                at = out[i] != 0 ? i : at;
            }
            assertThat(at).isBetween(8_000 - 1_600, 8_000 + 1_600);
            assertThat(20 * Math.log10(out[at] / 0.5)).isBetween(-6.01, 6.01);
        }
    }

    @Test
    void equaliserChangesLevelsWithinItsReach() {
        var augment = new AudioAugment(new Config(0, 0, 0, 0, 6, NEVER, NEVER, 0, 0, 0, 0), MEL);
        Spectrogram power = MEL.power(noise(16_000));
        for (int item = 0; item < 10; item++) {
            Spectrogram varied = augment.power(power, 1, item);
            for (int i = 0; i < power.values().length; i++) {
                assertThat(10 * Math.log10(varied.values()[i] / power.values()[i]))
                        .isBetween(-6.01, 6.01);
            }
            Waveform filtered = augment.wave(tone(1_000), 1, item);
            assertThat(20 * Math.log10(filtered.rms() / tone(1_000).rms())).isBetween(-18.5, 18.5); // three filters
        }
    }

    @Test
    void warpMovesTheLoudestBand() {
        var augment = new AudioAugment(new Config(0, 0.12, 0, 0, 0, NEVER, NEVER, 0, 0, 0, 0), MEL);
        Spectrogram power = MEL.power(tone(2_000));
        int original = loudest(power);
        boolean moved = false;
        for (int item = 0; item < 20; item++) {
            int band = loudest(augment.power(power, 1, item));
            assertThat(band).isBetween((int) (original / 1.13) - 1, (int) (original / 0.87) + 1);
            moved |= band != original;
        }
        assertThat(moved).isTrue();
    }

    @Test
    void masksFillRectanglesWithTheMean() {
        var augment = new AudioAugment(new Config(0, 0, 0, 0, 0, NEVER, NEVER, 1, 4, 1, 8), MEL);
        var values = new float[60 * 40];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        float mean = (values.length - 1) / 2f;
        var mel = new Spectrogram(values, 60, 40);
        int most = 0;
        for (int item = 0; item < 50; item++) {
            float[] masked = augment.mask(mel, 1, item).values();
            int changed = 0;
            for (int i = 0; i < values.length; i++) {
                if (masked[i] != values[i]) {
                    assertThat(masked[i]).isCloseTo(mean, offset(0.5f));
                    changed++;
                }
            }
            most = Math.max(most, changed);
            assertThat(changed).isLessThanOrEqualTo(4 * 60 + 8 * 40);
        }
        assertThat(most).isGreaterThan(8 * 40);
    }

    @Test
    void emptySilentAndTinySoundsPass() {
        var augment = new AudioAugment(Config.otherSpeakers(), MEL);
        for (int length : new int[] {0, 1, 300, 4_000}) {
            Waveform varied = augment.wave(new Waveform(new float[length], 16_000), 1, length);
            assertThat(varied.rms()).isZero();
            Spectrogram power = augment.power(MEL.power(varied), 1, length);
            for (float x : augment.mask(power, 1, length).values()) {
                assertThat(x).isFinite();
            }
        }
    }

    @Test
    void refusesOtherBands() {
        var augment = new AudioAugment(Config.mild(), MEL);
        assertThatThrownBy(() -> augment.power(new Spectrogram(new float[8], 1, 8), 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static int loudest(Spectrogram power) {
        int best = 0;
        for (int band = 1; band < power.bands(); band++) {
            best = power.at(30, band) > power.at(30, best) ? band : best;
        }
        return best;
    }

    private static double sum(Spectrogram power) {
        double sum = 0;
        for (float x : power.values()) {
            sum += x;
        }
        return sum;
    }

    private static Waveform tone(double hertz) {
        var samples = new float[16_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.3 * Math.sin(2 * Math.PI * hertz * i / 16_000));
        }
        return new Waveform(samples, 16_000);
    }

    private static Waveform noise(int length) {
        var random = new Random(5);
        var samples = new float[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (float) random.nextGaussian() / 5;
        }
        return new Waveform(samples, 16_000);
    }
}
