package sensorium.audio;

import sensorium.memory.Scope;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.nn.codes.ResidualCodebooks;
import sensorium.tensor.Tensor;

/**
 * Sounds as tokens and back: log-mel frames, an encoder that halves their rate, residual vector quantisation (Zeghidour et al.,
 * arXiv:2107.03312), and a decoder that says a log-mel spectrum and, for an inverse short-time Fourier transform, magnitude and phase of
 * every frame (Siuzdak, arXiv:2306.00814). {@link SoundTokenizer} does so with whole files.
 */
public record SoundCodec(SoundEncoder encoder, ResidualCodebooks codebooks, SoundDecoder decoder, Config config)
        implements Module {
    /** Mel frames that one token stands for. */
    static final int FRAMES = 2;
    /** What natural logarithms of mel powers are usually, for sounds of {@link SoundClips#RMS}. */
    private static final double MEAN = 1.5;

    private static final double SCALE = 3;

    /**
     * @param hearing how a sound becomes log-mel frames; its transform is also what sound is made by
     * @param channels of the network
     * @param blocks of the encoder at each of its two rates; the decoder has twice as many at the finer one
     * @param stages of residual quantisation
     * @param codes of each stage
     * @param width of a code
     */
    public record Config(LogMel.Config hearing, int channels, int blocks, int stages, int codes, int width) {
        private static final int MOST_CODES = 1 << 15;
        private static final int MOST_STAGES = 64;
        private static final int MOST_BLOCKS = 1 << 10;

        public Config {
            if (!(hearing.compression() instanceof Compression.Floored)
                    || !hearing.dropLastFrame()
                    || channels < 1
                    || blocks < 0
                    || blocks > MOST_BLOCKS
                    || stages < 1
                    || stages > MOST_STAGES
                    || codes < 2
                    || codes > MOST_CODES
                    || width < 1) {
                throw new IllegalArgumentException(
                        "[codec] no sounds in %d stages of %d codes of %d numbers, by %d blocks of %d channels"
                                .formatted(stages, codes, width, blocks, channels));
            }
        }

        /** 16 kHz, 31.25 tokens a second in each of 8 stages of 256 codes: 2 kbit/s. Small enough to learn in minutes on a few cores. */
        public static Config small() {
            var frames = new LogMel.Config(
                    Stft.Config.centred(1024, 1024, 256, Window.HANN),
                    new MelFilterbank.Config(
                            16_000, 1024, 80, 0, 8_000, MelFilterbank.Scale.HTK, MelFilterbank.Shape.TRIANGLE),
                    true,
                    new Compression.Floored(1e-2));
            return new Config(frames, 128, 2, 8, 256, 32);
        }

        /** Samples a second. */
        public int rate() {
            return hearing.mel().sampleRate();
        }

        /** Samples from one mel frame to the next. */
        int hop() {
            return hearing.stft().hop();
        }

        /** Samples that one frame of tokens stands for. */
        public int samplesPerToken() {
            return FRAMES * hop();
        }

        /** What the first stages take. */
        public double bitsPerSecond(int firstStages) {
            return firstStages * Math.log(codes) / Math.log(2) * rate() / samplesPerToken();
        }
    }

    public static SoundCodec of(Weights w, Config c) {
        int bands = c.hearing.mel().bands();
        return new SoundCodec(
                SoundEncoder.of(w.at("encoder"), bands, c),
                ResidualCodebooks.of(w.at("codebooks"), c.stages, c.codes, c.width),
                SoundDecoder.of(w.at("decoder"), bands, c.hearing.stft().nFft() / 2 + 1, c),
                c);
    }

    /**
     * What vectors became.
     *
     * @param samples (N, T·{@link Config#samplesPerToken})
     * @param mel (N, T·{@link #FRAMES}, bands), scaled as {@link #mel}'s
     * @param phases (N, T·{@link #FRAMES}, bins) of the spectra that the samples were made of
     */
    public record Made(Tensor samples, Tensor mel, Tensor phases) {}

    /** Samples (N, L), a multiple of {@link Config#samplesPerToken} → log-mel frames (N, L/hop, bands), about −2 to 2; differentiable. */
    public Tensor mel(Tensor samples) {
        return new LogMel(config.hearing).of(samples).minus(MEAN).times(1 / SCALE);
    }

    /** Powers of mel bands of what {@link #mel} or the decoder say. */
    Tensor powers(Tensor mel) {
        return mel.times(SCALE).plus(MEAN).exp();
    }

    /** (N, {@link #FRAMES}·T, bands) → (N, T, width), not yet codes. */
    public Tensor encode(Tensor mel) {
        return encoder.forward(mel);
    }

    /** Samples (N, L) → tokens (N, T, stages), I64. */
    public Tensor tokens(Tensor samples) {
        return Scope.tidy("tokens of sounds", () -> codebooks.codes(encode(mel(samples))));
    }

    /** Whole sounds of vectors (N, T, width). */
    public Made decode(Tensor vectors) {
        return decode(vectors, null, 0);
    }

    /**
     * A piece of sounds of vectors (N, T, width).
     *
     * @param known phases (bins) of mel frame {@code at} of the piece; null at the beginning of a sound
     */
    Made decode(Tensor vectors, Tensor known, int at) {
        Tensor frames = decoder.frames(vectors); // (N, FRAMES·T, channels)
        var spectra = decoder.spectra(frames, config.hop(), known, at);
        Tensor samples =
                new InverseStft(config.hearing.stft()).samples(spectra.complex(), frames.dim(1) * config.hop());
        return new Made(samples, decoder.mel().forward(frames), spectra.phase());
    }

    /** Tokens to each side that one depends on, beside its own frames. */
    int encodingReach() {
        return encoder.reach() + halfWindow();
    }

    /** Tokens to each side that the samples of one depend on. */
    int decodingReach() {
        return decoder.reach() + halfWindow() + 1; // of the last frame's window nothing follows
    }

    private int halfWindow() {
        return Math.ceilDiv(config.hearing.stft().nFft() / 2, config.samplesPerToken());
    }
}
