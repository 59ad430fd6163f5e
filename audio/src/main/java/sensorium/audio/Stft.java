package sensorium.audio;

import java.util.Arrays;
import org.jtransforms.fft.DoubleFFT_1D;

/**
 * Short-time Fourier transform: the power spectrum of overlapping, windowed frames. Instances may be shared between
 * threads; each thread has its own plan and buffers.
 */
public final class Stft {

    /** How frames lie over the samples. */
    public enum Framing {
        /**
         * Frame t is centred at sample t · hop; beyond its ends the signal is mirrored (torch.stft's
         * {@code center=True, pad_mode="reflect"}). 1 + n / hop frames.
         */
        CENTRED,
        /** Frame t begins at sample t · hop; only whole frames count (Kaldi's snip-edges). */
        WHOLE
    }

    /**
     * What makes a spectrogram.
     *
     * @param nFft length of the Fourier transform; frames are padded with zeros up to it
     * @param length samples in a frame, at most nFft
     * @param hop samples from one frame to the next
     * @param window taper over a frame's samples
     * @param framing where frames lie
     * @param removeMean take each frame's mean off it first
     * @param preEmphasis then subtract this times the sample before (Kaldi: .97), 0 for none
     */
    public record Config(
            int nFft, int length, int hop, Window window, Framing framing, boolean removeMean, double preEmphasis) {

        public Config {
            if (length < 1 || nFft < length || hop < 1) {
                throw new IllegalArgumentException("STFT needs 1 ≤ length ≤ nFft and hop ≥ 1, not length " + length
                        + ", nFft " + nFft + ", hop " + hop);
            }
        }

        /** Centred frames, nothing done to them but the window. */
        public static Config centred(int nFft, int length, int hop, Window window) {
            return new Config(nFft, length, hop, window, Framing.CENTRED, false, 0);
        }
    }

    /** Takes one frame's spectrum. */
    @FunctionalInterface
    public interface FrameSink {
        /**
         * @param frame index of the frame
         * @param power |X|² of each bin, [nFft / 2 + 1]; valid only during the call
         */
        void accept(int frame, double[] power);
    }

    private record Workspace(DoubleFFT_1D fft, double[] buffer, double[] power) {}

    private final Config config;
    private final double[] window;
    private final ThreadLocal<Workspace> workspace;

    public Stft(Config config) {
        this.config = config;
        this.window = config.window.values(config.length);
        this.workspace = ThreadLocal.withInitial(
                () -> new Workspace(new DoubleFFT_1D(config.nFft), new double[config.nFft], new double[bins()]));
    }

    public Config config() {
        return config;
    }

    /** Frequency bins from 0 Hz to half the sample rate: nFft / 2 + 1. */
    public int bins() {
        return config.nFft / 2 + 1;
    }

    /** How many frames that many samples give. */
    public int frames(int samples) {
        return switch (config.framing) {
            case CENTRED -> samples == 0 ? 0 : 1 + samples / config.hop;
            case WHOLE -> samples < config.length ? 0 : 1 + (samples - config.length) / config.hop;
        };
    }

    /** Power spectrogram |X|², shape (frames, bins), row-major. */
    public Spectrogram power(float[] samples) {
        int frames = frames(samples.length);
        var out = new float[Math.multiplyExact(frames, bins())];
        forEachFrame(samples, frames, (frame, power) -> {
            for (int bin = 0; bin < power.length; bin++) {
                out[frame * power.length + bin] = (float) power[bin];
            }
        });
        return new Spectrogram(out, frames, bins());
    }

    /** Amplitude spectrogram |X|, shape (frames, bins), row-major. */
    public Spectrogram magnitude(float[] samples) {
        return power(samples).mapped(Math::sqrt);
    }

    /** Hands the power spectrum of the first {@code frames} frames to {@code sink}, in order. */
    public void forEachFrame(float[] samples, int frames, FrameSink sink) {
        Workspace w = workspace.get();
        for (int frame = 0; frame < frames; frame++) {
            load(samples, frame, w.buffer);
            w.fft.realForward(w.buffer);
            unpackPower(w.buffer, w.power);
            sink.accept(frame, w.power);
        }
    }

    private void load(float[] samples, int frame, double[] buffer) {
        int length = config.length;
        int start = frame * config.hop;
        if (config.framing == Framing.CENTRED) {
            start -= config.nFft / 2 - (config.nFft - length) / 2; // a short window sits in the middle of nFft
        }
        if (start >= 0 && start + length <= samples.length) {
            for (int i = 0; i < length; i++) {
                buffer[i] = samples[start + i];
            }
        } else {
            for (int i = 0; i < length; i++) {
                buffer[i] = samples[mirror(start + i, samples.length)];
            }
        }
        if (config.removeMean) {
            removeMean(buffer, length);
        }
        if (config.preEmphasis != 0) {
            for (int i = length - 1; i > 0; i--) {
                buffer[i] -= config.preEmphasis * buffer[i - 1];
            }
            buffer[0] -= config.preEmphasis * buffer[0];
        }
        for (int i = 0; i < length; i++) {
            buffer[i] *= window[i];
        }
        Arrays.fill(buffer, length, buffer.length, 0);
    }

    private static void removeMean(double[] buffer, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += buffer[i];
        }
        double mean = sum / length;
        for (int i = 0; i < length; i++) {
            buffer[i] -= mean;
        }
    }

    /** Reflection without repeating the end: … 2 1 0 1 2 … n−2 n−1 n−2 …, as often as needed. */
    static int mirror(int i, int n) {
        if (n == 1) {
            return 0;
        }
        int folded = Math.floorMod(i, 2 * (n - 1));
        return folded < n ? folded : 2 * (n - 1) - folded;
    }

    /** JTransforms packs (Re 0, Re n/2, Re 1, Im 1, …) for even n, (Re 0, Im (n−1)/2, Re 1, Im 1, …) for odd n. */
    private static void unpackPower(double[] packed, double[] power) {
        int n = packed.length;
        int last = power.length - 1;
        power[0] = packed[0] * packed[0];
        int pairs = n % 2 == 0 ? last : last + 1;
        for (int k = 1; k < pairs; k++) {
            double re = packed[2 * k];
            double im = 2 * k + 1 < n ? packed[2 * k + 1] : packed[1];
            power[k] = re * re + im * im;
        }
        if (n % 2 == 0) {
            power[last] = packed[1] * packed[1];
        }
    }
}
