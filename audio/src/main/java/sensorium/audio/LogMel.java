package sensorium.audio;

import sensorium.backend.Backends;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * Log-mel spectrogram: frames of samples → power spectra → mel bands → {@link Compression}. Instances may be shared
 * between threads.
 */
public final class LogMel {
    private static final double KALDI_FLOOR = 1.1920928955078125e-7; // float32 epsilon

    /**
     * What makes a log-mel spectrogram.
     *
     * @param stft how samples become power spectra
     * @param mel how those become bands
     * @param dropLastFrame leave out the last frame, so that n samples give n / hop centred frames
     * @param compression how band powers become features
     */
    public record Config(Stft.Config stft, MelFilterbank.Config mel, boolean dropLastFrame, Compression compression) {

        public Config {
            if (stft.nFft() != mel.nFft()) {
                throw new IllegalArgumentException("nFft differs: STFT " + stft.nFft() + ", mel " + mel.nFft());
            }
        }

        /**
         * Whisper's input (openai/whisper, audio.py): 16 kHz, 25-ms frames every 10 ms, 80 or 128 Slaney bands. Models
         * take 30 s: {@code waveform.fitted(30)}. {@link Spectrogram#bandsFirst()} is the layout they want.
         */
        public static Config whisper(int bands) {
            return new Config(
                    Stft.Config.centred(400, 400, 160, Window.HANN),
                    new MelFilterbank.Config(
                            16_000, 400, bands, 0, 8_000, MelFilterbank.Scale.SLANEY, MelFilterbank.Shape.UNIT_AREA),
                    true,
                    new Compression.Whisper());
        }

        /**
         * Kaldi's compute-fbank without dither: 16 kHz, Povey window, pre-emphasis .97, bands from 20 Hz to 8 kHz. Kaldi
         * counts samples in 16-bit steps: {@code waveform.scaled(32768)} gives its absolute values.
         */
        public static Config kaldi(int bands) {
            return kaldi(bands, Window.POVEY);
        }

        /**
         * The Audio Spectrogram Transformer's bands (YuanGongND/ast): Kaldi's with a symmetric Hann window, 128 of them,
         * of samples in −1…1. Models take {@code fitted(1024).normalised(-4.2677393, 2 · 4.5689974)} of it.
         */
        public static Config ast() {
            return kaldi(128, Window.HANN_SYMMETRIC);
        }

        /** {@link #ast()} with another number of bands. */
        public static Config ast(int bands) {
            return kaldi(bands, Window.HANN_SYMMETRIC);
        }

        private static Config kaldi(int bands, Window window) {
            return new Config(
                    new Stft.Config(512, 400, 160, window, Stft.Framing.WHOLE, true, 0.97),
                    new MelFilterbank.Config(
                            16_000, 512, bands, 20, 8_000, MelFilterbank.Scale.HTK, MelFilterbank.Shape.MEL_TRIANGLE),
                    false,
                    new Compression.Floored(KALDI_FLOOR));
        }

        /**
         * A plain one for training: centred Hann frames, n / hop of them, HTK triangles, floored below the clip's peak.
         *
         * @param sampleRate samples a second
         * @param nFft length of the Fourier transform
         * @param length samples in a frame
         * @param hop samples from frame to frame
         * @param bands mel bands
         * @param fMin lower edge of the first band, Hz
         * @param fMax upper edge of the last band, Hz
         * @param floorNats floor below the clip's peak power, in nats
         * @param standardise mean 0 and variance 1 over each clip
         */
        public static Config plain(
                int sampleRate,
                int nFft,
                int length,
                int hop,
                int bands,
                double fMin,
                double fMax,
                double floorNats,
                boolean standardise) {
            return new Config(
                    Stft.Config.centred(nFft, length, hop, Window.HANN),
                    new MelFilterbank.Config(
                            sampleRate, nFft, bands, fMin, fMax, MelFilterbank.Scale.HTK, MelFilterbank.Shape.TRIANGLE),
                    true,
                    new Compression.BelowPeak(floorNats, standardise));
        }

        /** The shared space's: 16 kHz, 25-ms frames every 16 ms, 40 bands, 9 nats deep, standardised. */
        public static Config sharedSpace() {
            return plain(16_000, 512, 400, 256, 40, 60, 7_600, 9, true);
        }
    }

    private final Config config;
    private final Stft stft;
    private final MelFilterbank bank;

    public LogMel(Config config) {
        this.config = config;
        this.stft = new Stft(config.stft);
        this.bank = new MelFilterbank(config.mel);
    }

    public Config config() {
        return config;
    }

    /** The sample rate it wants, Hz. */
    public int sampleRate() {
        return config.mel.sampleRate();
    }

    /** Number of mel bands. */
    public int bands() {
        return bank.bands();
    }

    /** How many frames that many samples give. */
    public int frames(int samples) {
        int frames = stft.frames(samples);
        return config.dropLastFrame ? Math.max(0, frames - 1) : frames;
    }

    /** The log-mel spectrogram, shape (frames, bands). */
    public Spectrogram of(Waveform sound) {
        return Spectrogram.of(() -> of(samples(sound)));
    }

    /** Before compression: the power in each band, shape (frames, bands); what noise may be added to. */
    public Spectrogram power(Waveform sound) {
        return Spectrogram.of(() -> power(samples(sound)));
    }

    /** The log-mel spectrogram (…, frames, bands) of samples (…, T) at {@link #sampleRate()}; differentiable. */
    public Tensor of(Tensor samples) {
        return Scope.tidy("log-mel", () -> config.compression.apply(power(samples)));
    }

    private Tensor power(Tensor samples) {
        Tensor filters = Backends.with(samples.backend(), () -> Tensor.of(bank.matrix(), bands(), stft.bins()))
                .to(samples.dtype());
        return stft.power(samples, frames(samples.dim(-1)), filters);
    }

    private Tensor samples(Waveform sound) {
        if (sound.sampleRate() != sampleRate()) {
            throw new IllegalArgumentException(
                    "this log-mel wants " + sampleRate() + " Hz, the sound has " + sound.sampleRate());
        }
        return Tensor.of(sound.samples(), sound.samples().length);
    }
}
