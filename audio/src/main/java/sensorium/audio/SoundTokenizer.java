package sensorium.audio;

import java.util.Arrays;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/**
 * Whole sounds of any length, rate and loudness as tokens and back. The codec sees some seconds at a time, with as much around them as
 * its result depends on; so the tokens are those of the whole, and memory is bounded.
 */
public final class SoundTokenizer {
    /** Frames of tokens at a time: 16 s. */
    static final int CHUNK = 512;
    /** Level below the loudest at which a sound begins and ends, dB. */
    private static final double QUIET = -40;
    /** Frames of tokens over which Griffin-Lim's chunks are faded into one another; their phases know nothing of each other. */
    private static final int FADED = 4;

    private static final int ITERATIONS = 40;

    private final SoundCodec codec;
    private final int chunk;

    public SoundTokenizer(SoundCodec codec) {
        this(codec, CHUNK);
    }

    /** @param chunk frames of tokens at a time */
    SoundTokenizer(SoundCodec codec, int chunk) {
        this.codec = codec;
        this.chunk = chunk;
    }

    /** As a codec wants it: at its rate, and as loud as all others. Silence stays silence. */
    static Waveform levelled(Waveform sound, int rate) {
        Waveform heard = sound.resampled(rate);
        double level = level(heard);
        return level > 0 ? heard.scaled((float) (SoundClips.RMS / level)) : heard;
    }

    /** Root mean square without the quiet at both ends. */
    private static double level(Waveform sound) {
        return sound.trimmed(QUIET).rms();
    }

    /** A sound of at least no samples. */
    public SoundTokens tokens(Waveform sound) {
        Waveform heard = sound.resampled(codec.config().rate());
        double level = level(heard);
        int hop = codec.config().samplesPerToken();
        float[] x = whole(heard);
        int frames = x.length / hop;
        int stages = codec.config().stages();
        long[] ids = new long[Math.multiplyExact(frames, stages)];
        int reach = codec.encodingReach();
        for (int from = 0; from < frames; from += chunk) {
            int to = Math.min(frames, from + chunk);
            int first = Math.max(0, from - reach);
            int last = Math.min(frames, to + reach);
            float[] part = Arrays.copyOfRange(x, first * hop, last * hop);
            long[] codes = Scope.tidy(
                    () -> codec.tokens(Tensor.of(part, 1, part.length)).toLongs()); // (1, frames, stages)
            System.arraycopy(codes, (from - first) * stages, ids, from * stages, (to - from) * stages);
        }
        return new SoundTokens(ids, stages, heard.samples().length, level);
    }

    /** Levelled, with silence behind that fills the last frame. */
    private float[] whole(Waveform heard) {
        int hop = codec.config().samplesPerToken();
        int frames = Math.ceilDiv(heard.samples().length, hop);
        return Arrays.copyOf(levelled(heard, heard.sampleRate()).samples(), Math.multiplyExact(frames, hop));
    }

    /**
     * What the codec is fed of a sound of any sample rate: (1, L).
     *
     * @throws BadInputException if it is empty
     */
    public Tensor input(Waveform sound) {
        float[] samples = whole(sound.resampled(codec.config().rate()));
        if (samples.length == 0) {
            throw new BadInputException("a sound without a single sample has nothing to be heard; give another");
        }
        return Tensor.of(samples, 1, samples.length);
    }

    /** @param phases of the frame behind it */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Piece(float[] samples, float[] phases) {}

    /** What the learned decoder makes of tokens, as loud as the sound was. */
    public Waveform sound(SoundTokens tokens) {
        int frames = tokens.frames();
        int hop = codec.config().samplesPerToken();
        float[] out = new float[Math.multiplyExact(frames, hop)];
        int reach = codec.decodingReach();
        float[] phases = null; // of the frame that a chunk begins with
        for (int from = 0; from < frames; from += chunk) {
            int to = Math.min(frames, from + chunk);
            int first = Math.max(0, from - reach);
            int last = Math.min(frames, to + reach);
            float[] known = phases;
            int at = SoundCodec.FRAMES * (from - first);
            int next = Math.min(SoundCodec.FRAMES * (to - first), SoundCodec.FRAMES * (last - first) - 1);
            var piece = Scope.tidy(() -> {
                Tensor before = known == null ? null : Tensor.of(known, known.length);
                var made = codec.decode(vectors(tokens, first, last), before, at);
                return new Piece(
                        made.samples().toFloats(), made.phases().select(1, next).toFloats());
            });
            System.arraycopy(piece.samples, (from - first) * hop, out, from * hop, (to - from) * hop);
            phases = piece.phases;
            for (int k = 0; k < phases.length; k++) {
                phases[k] = (float) Math.IEEEremainder(phases[k], 2 * Math.PI); // hours of turns would cost digits
            }
        }
        return finished(out, tokens);
    }

    /** What the decoder says of the mel powers, from there on by {@link GriffinLim}; as loud as the sound was. */
    public Waveform soundByGriffinLim(SoundTokens tokens, long seed) {
        var search = new GriffinLim(codec.config().hearing(), ITERATIONS);
        int frames = tokens.frames();
        int hop = codec.config().samplesPerToken();
        float[] out = new float[Math.multiplyExact(frames, hop)];
        for (int from = 0; from < frames; from += chunk) {
            int to = Math.min(frames, from + chunk);
            int first = Math.max(0, from - FADED);
            float[] made = search.sound(mel(tokens, first, to), seed + from);
            int faded = (from - first) * hop;
            for (int i = 0; i < made.length; i++) {
                float share = i < faded ? (i + 0.5f) / faded : 1;
                int at = first * hop + i;
                out[at] = (1 - share) * out[at] + share * made[i];
            }
        }
        return finished(out, tokens);
    }

    /** Mel powers of the frames from {@code from} to before {@code to}, as the decoder says them. */
    private Spectrogram mel(SoundTokens tokens, int from, int to) {
        int first = Math.max(0, from - codec.decodingReach());
        int last = Math.min(tokens.frames(), to + codec.decodingReach());
        return Spectrogram.of(
                () -> codec.powers(codec.decode(vectors(tokens, first, last)).mel())
                        .select(0, 0)
                        .slice(0, SoundCodec.FRAMES * (from - first), SoundCodec.FRAMES * (to - first)));
    }

    /** (1, frames, width). */
    private Tensor vectors(SoundTokens tokens, int from, int to) {
        return codec.codebooks().vectors(Tensor.of(tokens.rows(from, to), 1, to - from, tokens.stages()));
    }

    private Waveform finished(float[] samples, SoundTokens tokens) {
        float[] exact = Arrays.copyOf(samples, Math.min(samples.length, tokens.samples()));
        return new Waveform(exact, codec.config().rate()).scaled((float) (tokens.level() / SoundClips.RMS));
    }
}
