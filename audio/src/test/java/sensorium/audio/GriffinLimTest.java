package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

class GriffinLimTest {
    private static final LogMel.Config HEARING = SoundCodec.Config.small().hearing();

    /** A gliding voice: harmonics that fade with their number. */
    static float[] voice(int n, double hertz) {
        float[] x = new float[n];
        double phase = 0;
        for (int i = 0; i < n; i++) {
            phase += 2 * Math.PI * hertz * (1 + 0.3 * i / n) / 16_000;
            for (int h = 1; h <= 12; h++) {
                x[i] += (float) (0.2 / h * Math.sin(h * phase));
            }
        }
        return x;
    }

    private static double convergence(float[] made, float[] real) {
        var stft = new Stft(HEARING.stft());
        return Scope.tidy(() -> SpectralLoss.convergence(
                        stft.power(Tensor.of(made, made.length)).sqrt(),
                        stft.power(Tensor.of(real, real.length)).sqrt())
                .item());
    }

    @Test
    void magnitudesAloneGiveTheSoundBack() {
        float[] x = voice(64 * 256, 180);
        float[] made = Scope.tidy(() -> {
            Tensor magnitude = new Stft(HEARING.stft())
                    .power(Tensor.of(x, x.length))
                    .slice(0, 0, 64)
                    .sqrt();
            return new GriffinLim(HEARING, 60).sound(magnitude, 1).toFloats();
        });
        assertThat(convergence(made, x)).isLessThan(0.15);
    }

    @Test
    void melPowersAreKept() {
        float[] x = voice(64 * 256, 180);
        var mel = new LogMel(HEARING);
        Spectrogram power = mel.power(new Waveform(x, 16_000));
        float[] made = new GriffinLim(HEARING, 40).sound(power, 1);
        assertThat(made).hasSize(x.length);
        assertThat(convergence(made, x)).isLessThan(0.5);
        float[] heard = mel.power(new Waveform(made, 16_000)).values();
        double off = 0;
        double all = 0;
        for (int i = 0; i < heard.length; i++) {
            off += Math.abs(Math.sqrt(heard[i]) - Math.sqrt(power.values()[i]));
            all += Math.sqrt(power.values()[i]);
        }
        assertThat(off / all).isLessThan(0.25);
        assertThat(new GriffinLim(HEARING, 40).sound(power, 1)).containsExactly(made);
    }

    /** Non-negative least squares: what the filters say of the found powers is what was given. */
    @Test
    void powersOfBinsSumToThoseOfBands() {
        Spectrogram power = new LogMel(HEARING).power(new Waveform(voice(20 * 256, 220), 16_000));
        var bank = new MelFilterbank(HEARING.mel());
        Scope.tidyRun(() -> {
            Tensor bands = Tensor.of(power.values(), power.frames(), power.bands());
            Tensor bins = new GriffinLim(HEARING, 1).magnitudes(bands).square();
            Tensor heard =
                    bins.matmul(Tensor.of(bank.matrix(), bank.bands(), 513).t());
            assertThat(SpectralLoss.convergence(heard, bands).item()).isLessThan(0.1);
            assertThat(bins.min().item()).isNotNegative();
        });
    }
}
