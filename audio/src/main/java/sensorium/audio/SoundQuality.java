package sensorium.audio;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.memory.Scope;

/**
 * How near sounds come that were read from their tokens, and how the codes are used.
 *
 * <p>{@code lsd}, the log-spectral distance in dB: the powers of Hann-windowed spectra of 1024 samples, 256 apart, as levels
 * {@code 10·log₁₀}, both floored at 60 dB below the loudest bin of the real sound; the root of the mean squared difference over the bins
 * of a frame, then the mean over frames, then over sounds. {@code mel}: the mean absolute difference of the levels of mel bands as the
 * codec hears them, dB. Both of the learned decoder; {@code lsd_griffin_lim} of the sounds that {@link GriffinLim} makes.
 */
public final class SoundQuality {
    private static final Stft STFT = new Stft(Stft.Config.centred(1024, 1024, 256, Window.HANN));
    private static final double DEPTH = 1e-6;
    private static final double DECIBELS = 10 / Math.log(10);

    private final SoundCodec codec;
    private final SoundTokenizer tokenizer;
    private final LogMel hearing;
    private final long[][] used; // by stage and code
    private double lsd;
    private double mel;
    private double lsdGriffinLim;
    private int n;

    public SoundQuality(SoundCodec codec) {
        this.codec = codec;
        this.tokenizer = new SoundTokenizer(codec);
        this.hearing = new LogMel(codec.config().hearing());
        this.used = new long[codec.config().stages()][codec.config().codes()];
    }

    /** Of several sounds. */
    public static Map<String, Double> measure(SoundCodec codec, List<Waveform> sounds) {
        var quality = new SoundQuality(codec);
        sounds.forEach(quality::add);
        return quality.measures();
    }

    /** Takes in a sound at the codec's rate, levelled. */
    public void add(Waveform real) {
        SoundTokens tokens = tokenizer.tokens(real);
        for (int i = 0; i < tokens.ids().length; i++) {
            used[i % tokens.stages()][(int) tokens.ids()[i]]++;
        }
        Waveform made = tokenizer.sound(tokens);
        lsd += distance(real, made);
        mel += melDistance(real, made);
        lsdGriffinLim += distance(real, tokenizer.soundByGriffinLim(tokens, 0));
        n++;
    }

    /** By name; {@code used.s} is the share of the codes of stage s in use, {@code perplexity.s} that of their frequencies. */
    public Map<String, Double> measures() {
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("lsd", lsd / n);
        measures.put("mel", mel / n);
        measures.put("lsd_griffin_lim", lsdGriffinLim / n);
        for (int s = 0; s < used.length; s++) {
            long[] counts = used[s];
            double all = Math.max(1, Arrays.stream(counts).sum());
            double entropy = 0;
            for (long count : counts) {
                entropy -= count == 0 ? 0 : count / all * Math.log(count / all);
            }
            measures.put(
                    "used." + s,
                    (double) Arrays.stream(counts).filter(c -> c > 0).count() / counts.length);
            measures.put("perplexity." + s, Math.exp(entropy));
        }
        measures.put("bits_per_second", codec.config().bitsPerSecond(used.length));
        measures.put("n", (double) n);
        return measures;
    }

    /** The log-spectral distance of two sounds of one rate, dB; over the length of the first. */
    static double distance(Waveform real, Waveform made) {
        Spectrogram wanted = STFT.power(real.samples());
        Spectrogram got = STFT.power(made.fittedTo(real.samples().length).samples());
        double loudest = 0;
        for (float p : wanted.values()) {
            loudest = Math.max(loudest, p);
        }
        double floor = Math.max(1e-30, loudest * DEPTH);
        double sum = 0;
        for (int t = 0; t < wanted.frames(); t++) {
            double squares = 0;
            for (int k = 0; k < wanted.bands(); k++) {
                double d = DECIBELS * Math.log(Math.max(wanted.at(t, k), floor) / Math.max(got.at(t, k), floor));
                squares += d * d;
            }
            sum += Math.sqrt(squares / wanted.bands());
        }
        return wanted.frames() == 0 ? 0 : sum / wanted.frames();
    }

    private double melDistance(Waveform real, Waveform made) {
        return Scope.tidy(() -> {
            float[] wanted = hearing.of(real).values();
            float[] got = hearing.of(made).values();
            double sum = 0;
            for (int i = 0; i < wanted.length; i++) {
                sum += DECIBELS * Math.abs(wanted[i] - got[i]);
            }
            return wanted.length == 0 ? 0 : sum / wanted.length;
        });
    }
}
