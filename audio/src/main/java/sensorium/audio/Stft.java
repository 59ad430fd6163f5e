package sensorium.audio;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * Short-time Fourier transform: the power spectrum of overlapping, windowed frames, in tensor ops, so that gradients flow
 * back to the samples. Instances may be shared between threads.
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

    /** Frames that are transformed at a time: some 40 seconds of speech, and what bounds the memory of hours of it. */
    private static final int CHUNK = 4096;

    private final Config config;
    private final double[] window;

    public Stft(Config config) {
        this.config = config;
        this.window = config.window.values(config.length);
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
        return Spectrogram.of(() -> power(Tensor.of(samples, samples.length)));
    }

    /** Amplitude spectrogram |X|, shape (frames, bins), row-major. */
    public Spectrogram magnitude(float[] samples) {
        return Spectrogram.of(() -> power(Tensor.of(samples, samples.length)).sqrt());
    }

    /** Power spectrogram |X|² of samples (T), F32: (frames, bins). */
    public Tensor power(Tensor samples) {
        return power(samples, frames(samples.dim(0)), null);
    }

    /**
     * What filters (bands, bins) sum of the first {@code count} frames' power: (count, bands); the bins themselves if there
     * are none (null).
     */
    Tensor power(Tensor samples, int count, Tensor filters) {
        if (count == 0) {
            return Tensor.zeros(0, filters == null ? bins() : filters.dim(0));
        }
        Tensor taper = Tensor.of(samples, window).to(samples.dtype());
        Tensor frames = framed(samples).slice(0, 0, count); // (count, length)
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < count; i += CHUNK) {
            Tensor part = frames.slice(0, i, Math.min(count, i + CHUNK));
            parts.add(Scope.tidy("stft", () -> prepared(part).powerSpectrum(config.nFft, taper, filters)));
        }
        return parts.size() == 1 ? parts.get(0) : Tensor.concat(0, parts);
    }

    /** All frames (frames, length) of samples (T), where they lie. */
    private Tensor framed(Tensor samples) {
        int n = samples.dim(0);
        Tensor whole = samples;
        if (config.framing == Framing.CENTRED) {
            // A short window sits in the middle of nFft.
            int before = config.nFft / 2 - (config.nFft - config.length) / 2;
            int after = Math.max(0, (frames(n) - 1) * config.hop - before + config.length - n);
            whole = Tensor.concat(0, List.of(mirrored(samples, -before, 0), samples, mirrored(samples, n, n + after)));
        }
        return whole.windows(0, config.length, config.hop, 1);
    }

    private static Tensor mirrored(Tensor samples, int from, int to) {
        long[] places = IntStream.range(from, to)
                .mapToLong(i -> mirror(i, samples.dim(0)))
                .toArray();
        return samples.indexSelect(0, Tensor.of(samples, places));
    }

    /** Frames (frames, length) as the window wants them. */
    private Tensor prepared(Tensor frames) {
        Tensor x = frames;
        if (config.removeMean) {
            x = x.minus(x.mean(true, 1));
        }
        if (config.preEmphasis != 0) {
            Tensor before = Tensor.concat(1, List.of(x.slice(1, 0, 1), x.slice(1, 0, config.length - 1)));
            x = x.minus(before.times(config.preEmphasis));
        }
        return x;
    }

    /** Reflection without repeating the end: … 2 1 0 1 2 … n−2 n−1 n−2 …, as often as needed. */
    static int mirror(int i, int n) {
        if (n == 1) {
            return 0;
        }
        int folded = Math.floorMod(i, 2 * (n - 1));
        return folded < n ? folded : 2 * (n - 1) - folded;
    }
}
