package sensorium.audio;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import sensorium.memory.Scope;
import sensorium.tensor.Shape;
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

    /** Power spectrogram |X|² of samples (…, T): (…, frames, bins). */
    public Tensor power(Tensor samples) {
        return power(samples, frames(samples.dim(-1)), null);
    }

    /**
     * What filters (bands, bins) sum of the first {@code count} frames' power: (…, count, bands); the bins themselves if there
     * are none (null).
     */
    Tensor power(Tensor samples, int count, Tensor filters) {
        int width = filters == null ? bins() : filters.dim(0);
        Tensor taper = taper(samples);
        return inParts(samples, count, Shape.of(width), part -> part.powerSpectrum(config.nFft, taper, filters));
    }

    /** The transform itself of samples (…, T): (…, frames, bins, 2), real and imaginary parts, phases as of a frame's beginning. */
    public Tensor transform(Tensor samples) {
        Tensor taper = taper(samples);
        int before = (config.nFft - config.length) / 2; // a short window sits in the middle of nFft
        return inParts(
                samples,
                frames(samples.dim(-1)),
                Shape.of(bins(), 2),
                part -> part.times(taper)
                        .pad(-1, config.framing == Framing.CENTRED ? before : 0, 0, 0)
                        .rfft(config.nFft));
    }

    private Tensor taper(Tensor samples) {
        return Tensor.of(samples, window).to(samples.dtype());
    }

    /** {@code body} of the first {@code count} frames (…, frames, length), so many at a time: (…, count) and {@code rest}. */
    private Tensor inParts(Tensor samples, int count, Shape rest, UnaryOperator<Tensor> body) {
        int axis = samples.rank() - 1;
        if (count == 0) {
            Shape rows = samples.shape().range(0, axis).concat(Shape.of(0)).concat(rest);
            return Tensor.zeros(rows.dims());
        }
        Tensor frames = framed(samples).slice(axis, 0, count); // (…, count, length)
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < count; i += CHUNK) {
            Tensor part = frames.slice(axis, i, Math.min(count, i + CHUNK));
            parts.add(Scope.tidy("stft", () -> body.apply(prepared(part))));
        }
        return parts.size() == 1 ? parts.get(0) : Tensor.concat(axis, parts);
    }

    /** All frames (…, frames, length) of samples (…, T), where they lie. */
    private Tensor framed(Tensor samples) {
        int axis = samples.rank() - 1;
        int n = samples.dim(axis);
        Tensor whole = samples;
        if (config.framing == Framing.CENTRED) {
            // A short window sits in the middle of nFft.
            int before = config.nFft / 2 - (config.nFft - config.length) / 2;
            int after = Math.max(0, (frames(n) - 1) * config.hop - before + config.length - n);
            whole = Tensor.concat(
                    axis, List.of(mirrored(samples, -before, 0), samples, mirrored(samples, n, n + after)));
        }
        return whole.windows(axis, config.length, config.hop, 1);
    }

    private static Tensor mirrored(Tensor samples, int from, int to) {
        long[] places = IntStream.range(from, to)
                .mapToLong(i -> mirror(i, samples.dim(-1)))
                .toArray();
        return samples.indexSelect(-1, Tensor.of(samples, places));
    }

    /** Frames (…, frames, length) as the window wants them. */
    private Tensor prepared(Tensor frames) {
        Tensor x = frames;
        if (config.removeMean) {
            x = x.minus(x.mean(true, -1));
        }
        if (config.preEmphasis != 0) {
            Tensor before = Tensor.concat(x.rank() - 1, List.of(x.slice(-1, 0, 1), x.slice(-1, 0, config.length - 1)));
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
