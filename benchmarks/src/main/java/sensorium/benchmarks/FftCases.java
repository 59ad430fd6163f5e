package sensorium.benchmarks;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.global.torch;
import org.jtransforms.fft.FloatFFT_1D;
import sensorium.audio.Stft;
import sensorium.audio.Window;
import sensorium.tensor.Tensor;

/**
 * Real transforms of 3,000 rows, and power spectra of as many overlapping frames of a sound. Counted are the 2.5·n·log₂n
 * operations of a real transform.
 */
final class FftCases {
    private static final int FRAMES = 3000;
    private static final int HOP = 160;

    private FftCases() {}

    static List<Case> all() {
        return Stream.concat(Stream.of(400, 512, 1024).map(FftCases::transforms), Stream.of(spectra(400)))
                .toList();
    }

    static double flops(int frames, int n) {
        return 2.5 * frames * n * Math.log(n) / Math.log(2);
    }

    private static Case transforms(int n) {
        return new Case("fft/rfft-" + n + " x" + FRAMES, Roof.FMA, flops(FRAMES, n), () -> {
            Tensor rows = Inputs.normal(FRAMES, n);
            var theirs = Torch.view(rows);
            return List.of(
                    Ours.of(() -> rows.rfft(n)),
                    Torch.of(() -> torch.view_as_real(rfft(theirs, n))),
                    new MklFft(rows),
                    new JTransforms(rows.toFloats(), new float[FRAMES * n], n, new FloatFFT_1D(n)));
        });
    }

    private static Case spectra(int n) {
        return new Case("fft/power spectra-" + n + " x" + FRAMES, Roof.FMA, flops(FRAMES, n), () -> {
            Tensor sound = Inputs.normal((FRAMES - 1) * HOP + n);
            var stft = new Stft(new Stft.Config(n, n, HOP, Window.RECTANGULAR, Stft.Framing.WHOLE, false, 0));
            var frames = Torch.view(sound).unfold(0, n, HOP);
            return List.of(Ours.of(() -> stft.power(sound)), Torch.of(() -> power(frames, n)));
        });
    }

    private static org.bytedeco.pytorch.Tensor rfft(org.bytedeco.pytorch.Tensor rows, int n) {
        return torch.fft_rfft(rows, new LongOptional(n), -1, new StringViewOptional());
    }

    /** |X|² of the rows of (frames, n) → (frames, n/2 + 1). */
    static org.bytedeco.pytorch.Tensor power(org.bytedeco.pytorch.Tensor frames, int n) {
        return torch.view_as_real(rfft(frames, n)).square().sum(-1);
    }

    /** Java, one thread; a transform replaces its row. */
    private record JTransforms(float[] in, float[] out, int n, FloatFFT_1D fft) implements Engine {
        @Override
        public String name() {
            return "jtransforms";
        }

        @Override
        public void run() {
            System.arraycopy(in, 0, out, 0, in.length);
            for (int at = 0; at < out.length; at += n) {
                fft.realForward(out, at);
            }
        }

        /** Its packing for even n is Re 0, Re n/2, Re 1, Im 1, … */
        @Override
        public List<float[]> results() {
            run();
            var spectra = new float[FRAMES * (n + 2)];
            for (int row = 0; row < FRAMES; row++) {
                int from = row * n;
                int to = row * (n + 2);
                System.arraycopy(out, from, spectra, to, n);
                spectra[to + 1] = 0;
                spectra[to + n] = out[from + 1];
            }
            return List.of(spectra);
        }
    }
}
