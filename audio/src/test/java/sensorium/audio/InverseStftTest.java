package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.autograd.Tape;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

class InverseStftTest {
    private static double[] noise(int n) {
        return new Random(n).doubles(n, -1, 1).toArray();
    }

    private static float[] floats(double[] x) {
        float[] f = new float[x.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) x[i];
        }
        return f;
    }

    @ParameterizedTest
    @CsvSource({"1024, 1024, 256, 5000", "512, 400, 160, 3333", "64, 64, 32, 64", "64, 48, 16, 100"})
    void undoesTheTransform(int nFft, int length, int hop, int samples) {
        var config = Stft.Config.centred(nFft, length, hop, Window.HANN);
        float[] x = floats(noise(2 * samples));
        Scope.tidyRun(() -> {
            Tensor two = Tensor.of(x, 2, samples);
            Tensor spectra = new Stft(config).transform(two);
            assertThat(spectra.shape().dims()).containsExactly(2, 1 + samples / hop, nFft / 2 + 1, 2);
            float[] back = new InverseStft(config).samples(spectra, samples).toFloats();
            assertThat(Fixtures.maxDifference(back, x)).isLessThan(1e-5);
        });
    }

    @Test
    void powersAreThoseOfTheTransform() {
        var stft = new Stft(Stft.Config.centred(128, 100, 32, Window.HANN));
        float[] x = floats(noise(1000));
        Scope.tidyRun(() -> {
            Tensor two = Tensor.of(x, 2, 500);
            float[] power = stft.power(two).toFloats();
            float[] squares = stft.transform(two).square().sum(-1).toFloats();
            assertThat(Fixtures.maxDifference(power, squares)).isLessThan(1e-3);
            float[] second = stft.power(Tensor.of(x, 1000).slice(0, 500, 1000)).toFloats();
            float[] ofTwo = stft.power(two).select(0, 1).toFloats();
            assertThat(ofTwo).containsExactly(second);
        });
    }

    /** Of transform, polar form, inverse and the spectral loss, against finite differences in double precision. */
    @Test
    void gradientsAreRight() {
        var config = Stft.Config.centred(32, 32, 8, Window.HANN);
        int n = 64;
        double[] x = noise(n);
        double[] wanted = noise(n + 1);
        Scope.tidyRun(() -> {
            Tensor analytic = Tape.vjp(
                            in -> List.of(value(config, in.get(0), wanted)),
                            List.of(Tensor.of(x, 1, n)),
                            List.of(Tensor.of(new double[] {1})))
                    .get(0);
            double[] gradient = analytic.toDoubles();
            double step = 1e-6;
            for (int i = 0; i < n; i += 5) {
                double[] up = x.clone();
                double[] down = x.clone();
                up[i] += step;
                down[i] -= step;
                double slope = (value(config, Tensor.of(up, 1, n), wanted).item()
                                - value(config, Tensor.of(down, 1, n), wanted).item())
                        / (2 * step);
                assertThat(gradient[i]).isCloseTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
            }
        });
    }

    private static Tensor value(Stft.Config config, Tensor x, double[] wanted) {
        Tensor spectra = new Stft(config).transform(x);
        Tensor magnitude = spectra.square().sum(-1).plus(1e-3).sqrt();
        Tensor turned = InverseStft.polar(magnitude, spectra.select(-1, 0).times(0.3));
        Tensor made = new InverseStft(config).samples(turned, x.dim(-1));
        Tensor real = Tensor.of(wanted, wanted.length).slice(0, 0, x.dim(-1)).unsqueeze(0);
        return new SpectralLoss(List.of(16, 32)).of(made, real);
    }

    @Test
    void whatCannotBeUndoneIsRefused() {
        assertThatThrownBy(() -> new InverseStft(Stft.Config.centred(64, 64, 48, Window.HANN)))
                .hasMessageContaining("overlap");
        var back = new InverseStft(Stft.Config.centred(64, 64, 16, Window.HANN));
        assertThatThrownBy(() -> back.samples(Tensor.zeros(3, 33, 2), 49)).hasMessageContaining("3 frames");
    }
}
