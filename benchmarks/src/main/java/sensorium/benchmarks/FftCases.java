package sensorium.benchmarks;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.global.torch;
import org.jtransforms.fft.FloatFFT_1D;
import sensorium.audio.Stft;
import sensorium.audio.Window;
import sensorium.tensor.Tensor;

/**
 * Power spectra of 3,000 overlapping frames of a sound, as spectrograms need them. Counted are the 2.5·n·log₂n operations of
 * a real transform.
 */
final class FftCases {
    private static final int FRAMES = 3000;
    private static final int HOP = 160;

    private FftCases() {}

    static List<Case> all() {
        return IntStream.of(400, 512, 1024).mapToObj(FftCases::spectra).toList();
    }

    static double flops(int frames, int n) {
        return 2.5 * frames * n * Math.log(n) / Math.log(2);
    }

    private static Case spectra(int n) {
        return new Case("fft/rfft-" + n + " x" + FRAMES, Roof.FMA, flops(FRAMES, n), () -> {
            Tensor sound = Inputs.normal((FRAMES - 1) * HOP + n);
            float[] samples = sound.toFloats();
            var stft = new Stft(new Stft.Config(n, n, HOP, Window.RECTANGULAR, Stft.Framing.WHOLE, false, 0));
            var frames = Torch.view(sound).unfold(0, n, HOP);
            return List.of(
                    Ours.of(() -> stft.power(sound)),
                    new InJava("jtransforms", new JTransforms(samples, n)::power),
                    Torch.of(() -> power(frames, n)));
        });
    }

    /** |X|² of the rows of (frames, n) → (frames, n/2 + 1). */
    static org.bytedeco.pytorch.Tensor power(org.bytedeco.pytorch.Tensor frames, int n) {
        var spectrum = torch.fft_rfft(frames, new LongOptional(n), -1, new StringViewOptional());
        return torch.view_as_real(spectrum).square().sum(-1);
    }

    private static final class JTransforms {
        private final float[] samples;
        private final int n;
        private final FloatFFT_1D fft;
        private final float[] frame;

        JTransforms(float[] samples, int n) {
            this.samples = samples;
            this.n = n;
            fft = new FloatFFT_1D(n);
            frame = new float[n];
        }

        /** Its packing for even n is Re 0, Re n/2, Re 1, Im 1, … */
        float[] power() {
            int bins = n / 2 + 1;
            var power = new float[FRAMES * bins];
            for (int f = 0; f < FRAMES; f++) {
                System.arraycopy(samples, f * HOP, frame, 0, n);
                fft.realForward(frame);
                power[f * bins] = frame[0] * frame[0];
                for (int k = 1; k < bins - 1; k++) {
                    power[f * bins + k] = frame[2 * k] * frame[2 * k] + frame[2 * k + 1] * frame[2 * k + 1];
                }
                power[f * bins + bins - 1] = frame[1] * frame[1];
            }
            return power;
        }
    }
}
