package sensorium.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.jtransforms.fft.DoubleFFT_1D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

class StftTest {

    @Test
    void powerIsTorchs() throws IOException {
        float[] input = Fixtures.tensor("models/ops/ops.safetensors", "stft_power.in.x");
        float[] expected = Fixtures.tensor("models/ops/ops.safetensors", "stft_power.out.out"); // (33, 26)
        Spectrogram power = new Stft(Stft.Config.centred(64, 64, 16, Window.HANN)).power(input);
        assertThat(power.frames()).isEqualTo(26);
        assertThat(Fixtures.maxDifference(power.bandsFirst(), expected)).isLessThan(1e-4);
    }

    /** Against the definition of the transform, for even, odd, prime and power-of-two lengths. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 8, 15, 29, 64, 100, 211})
    void anyLengthIsTheFourierTransform(int nFft) {
        var random = new Random(nFft);
        int length = Math.max(1, nFft - random.nextInt(nFft));
        var samples = new float[3 * nFft];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = random.nextFloat(-1, 1);
        }
        var config = new Stft.Config(nFft, length, 2, Window.HAMMING, Stft.Framing.WHOLE, false, 0);
        Spectrogram power = new Stft(config).power(samples);
        assertThat(power.frames()).isEqualTo(1 + (samples.length - length) / 2);
        double[] window = Window.HAMMING.values(length);
        for (int frame = 0; frame < power.frames(); frame += 5) {
            for (int bin = 0; bin <= nFft / 2; bin++) {
                double re = 0;
                double im = 0;
                for (int i = 0; i < length; i++) {
                    double x = samples[2 * frame + i] * window[i];
                    re += x * Math.cos(2 * Math.PI * bin * i / nFft);
                    im += x * Math.sin(2 * Math.PI * bin * i / nFft);
                }
                assertThat((double) power.at(frame, bin)).isCloseTo(re * re + im * im, offset(1e-4));
            }
        }
    }

    /** Against JTransforms in double precision, for the lengths that sound is cut into and some odd ones. */
    @ParameterizedTest
    @ValueSource(ints = {400, 441, 512, 1000, 1024, 1323, 2048})
    void transformsAsJTransformsDoes(int n) {
        var random = new Random(n);
        int rows = 19;
        var x = new float[rows * n];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] y = Scope.tidy(() -> Tensor.of(x, rows, n).rfft(n).toFloats());
        float[] back =
                Scope.tidy(() -> Tensor.of(y, rows, n / 2 + 1, 2).irfft(n).toFloats());
        assertThat(Fixtures.maxDifference(back, x)).isLessThan(5e-6);
        var fft = new DoubleFFT_1D(n);
        for (int row = 0; row < rows; row++) {
            var expected = new double[2 * n];
            for (int i = 0; i < n; i++) {
                expected[2 * i] = x[row * n + i];
            }
            fft.complexForward(expected);
            for (int i = 0; i < n / 2 * 2 + 2; i++) {
                assertThat((double) y[row * (n / 2 * 2 + 2) + i]).isCloseTo(expected[i], offset(1e-6 * n));
            }
        }
    }

    /** More frames than are transformed at a time. */
    @Test
    void longSoundsAreAsShortOnes() {
        var samples = new float[4_500 * 4];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.sin(0.001 * i * i);
        }
        var stft = new Stft(new Stft.Config(16, 16, 4, Window.HANN, Stft.Framing.WHOLE, false, 0));
        Spectrogram all = stft.power(samples);
        Spectrogram end = stft.power(Arrays.copyOfRange(samples, 4_000 * 4, samples.length));
        assertThat(all.frames()).isEqualTo(4_497);
        assertThat(Arrays.copyOfRange(all.values(), 4_000 * 9, 4_497 * 9)).isEqualTo(end.values());
    }

    @Test
    void magnitudeIsTheRootOfPower() {
        var stft = new Stft(Stft.Config.centred(16, 16, 4, Window.HANN));
        float[] samples = {1, -1, 0.5f, 0.25f, 0, 1, 1, -1};
        Spectrogram magnitude = stft.magnitude(samples);
        Spectrogram power = stft.power(samples);
        for (int i = 0; i < power.values().length; i++) {
            assertThat(magnitude.values()[i] * magnitude.values()[i]).isCloseTo(power.values()[i], offset(1e-5f));
        }
    }

    @Test
    void mirrorsShortSignalsAsOftenAsNeeded() {
        assertThat(new int[] {Stft.mirror(-1, 3), Stft.mirror(-4, 3), Stft.mirror(3, 3), Stft.mirror(9, 3)})
                .containsExactly(1, 0, 1, 1);
        assertThat(Stft.mirror(-7, 1)).isZero();
        var stft = new Stft(Stft.Config.centred(64, 64, 16, Window.HANN));
        assertThat(stft.power(new float[] {1}).frames()).isEqualTo(1);
        assertThat(stft.power(new float[0]).frames()).isZero();
    }

    @Test
    void windows() {
        assertThat(Window.HANN.values(4)).containsExactly(new double[] {0, 0.5, 1, 0.5}, offset(1e-12));
        assertThat(Window.HANN_SYMMETRIC.values(5)).containsExactly(new double[] {0, 0.5, 1, 0.5, 0}, offset(1e-12));
        assertThat(Window.HAMMING.values(3)).containsExactly(new double[] {0.08, 1, 0.08}, offset(1e-12));
        assertThat(Window.POVEY.values(5)[1]).isCloseTo(Math.pow(0.5, 0.85), offset(1e-12));
        assertThat(Window.RECTANGULAR.values(2)).containsExactly(1, 1);
        assertThat(Window.POVEY.values(1)).doesNotContain(Double.NaN);
    }
}
