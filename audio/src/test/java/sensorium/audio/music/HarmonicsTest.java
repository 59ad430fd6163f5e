package sensorium.audio.music;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sensorium.random.Philox;

final class HarmonicsTest {
    private static final int RATE = PitchCandidates.RATE;
    private static final int SPAN = 1435;

    /** Eight harmonics of each, in noise some 40 dB below. */
    private static Harmonics of(double... hertz) {
        var random = Philox.keyed(3);
        var x = new float[SPAN];
        for (int i = 0; i < x.length; i++) {
            double sum = 0.01 * random.normal(i);
            for (double f : hertz) {
                for (int h = 1; h <= 8; h++) {
                    sum += Math.sin(2 * Math.PI * h * f * i / RATE + h) / h;
                }
            }
            x[i] = (float) sum;
        }
        return Harmonics.of(x, SPAN, 160);
    }

    private static double present(Harmonics harmonics, double hertz) {
        return harmonics.present(0, RATE / hertz);
    }

    @Test
    void aToneHasItsOwnHarmonicsAndNotThoseOfOtherOctaves() {
        var tone = of(220);
        assertThat(present(tone, 220)).isGreaterThan(0.9);
        assertThat(present(tone, 110)).isLessThan(0.5);
        assertThat(present(tone, 73.333)).isLessThan(0.5);
        assertThat(present(tone, 440)).isLessThan(0.2);
    }

    @Test
    void twoTonesHaveFewHarmonicsOfTheirCommonSubharmonic() {
        var third = of(220, 275);
        assertThat(present(third, 220)).isGreaterThan(0.6);
        assertThat(present(third, 275)).isGreaterThan(0.6);
        assertThat(present(third, 55)).isLessThan(0.45);
    }
}
