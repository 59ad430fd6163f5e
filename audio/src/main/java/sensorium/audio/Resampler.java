package sensorium.audio;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Changes the sample rate by a rational factor: band-limited interpolation with a Hann-windowed sinc (J. O. Smith,
 * <i>Digital Audio Resampling</i>), one precomputed filter for each of the output's phases. With the defaults it computes
 * what torchaudio's {@code resample} does (6 zero crossings, roll-off .99).
 */
public final class Resampler {
    private static final int ZERO_CROSSINGS = 6;
    private static final double ROLL_OFF = 0.99;
    private static final int MAX_CACHED = 128;
    private static final Map<Ratio, Resampler> CACHE = new ConcurrentHashMap<>();

    private record Ratio(int from, int to) {}

    private final int from; // reduced: out[q·to + p] lies at input time q·from + p·from/to
    private final int to;
    private final int[] firstTap; // [phase], relative to q·from
    private final float[][] taps; // [phase][tap]

    /**
     * A resampler for the reduced fraction of two rates; filters are cached.
     *
     * @param fromRate samples a second of the input
     * @param toRate samples a second of the output
     */
    public static Resampler of(int fromRate, int toRate) {
        if (fromRate <= 0 || toRate <= 0) {
            throw new IllegalArgumentException("cannot resample from " + fromRate + " Hz to " + toRate + " Hz");
        }
        int divisor = gcd(fromRate, toRate);
        var ratio = new Ratio(fromRate / divisor, toRate / divisor);
        if (CACHE.size() > MAX_CACHED) { // files of many odd rates must not pile up filters
            CACHE.clear();
        }
        return CACHE.computeIfAbsent(ratio, r -> new Resampler(r.from, r.to));
    }

    private Resampler(int from, int to) {
        this.from = from;
        this.to = to;
        double cutoff = ROLL_OFF * Math.min(from, to) / from; // cycles per 2 input samples
        double reach = ZERO_CROSSINGS / cutoff; // half the filter's length, in input samples
        firstTap = new int[to];
        taps = new float[to][];
        for (int phase = 0; phase < to; phase++) {
            double position = (double) phase * from / to;
            int first = (int) Math.ceil(position - reach);
            int last = (int) Math.floor(position + reach);
            firstTap[phase] = first;
            taps[phase] = new float[last - first + 1];
            for (int tap = first; tap <= last; tap++) {
                taps[phase][tap - first] = (float) (cutoff * windowedSinc((tap - position) * cutoff));
            }
        }
    }

    private static double windowedSinc(double x) {
        double window = Math.cos(Math.PI / 2 * x / ZERO_CROSSINGS);
        double sinc = x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
        return window * window * sinc;
    }

    /** The input at the new rate: ⌈length · to / from⌉ samples; outside itself the input counts as zero. */
    public float[] apply(float[] input) {
        if (from == to) {
            return input.clone();
        }
        int length = Math.toIntExact(((long) input.length * to + from - 1) / from);
        var output = new float[length];
        int phase = 0;
        int start = 0; // q·from
        for (int i = 0; i < length; i++) {
            float[] filter = taps[phase];
            int at = start + firstTap[phase];
            int lo = Math.max(0, -at);
            int hi = Math.min(filter.length, input.length - at);
            float sum = 0;
            for (int k = lo; k < hi; k++) {
                sum += filter[k] * input[at + k];
            }
            output[i] = sum;
            if (++phase == to) {
                phase = 0;
                start += from;
            }
        }
        return output;
    }

    /**
     * Plays a sound faster or slower at an unchanged sample rate, so that tempo and pitch change together.
     *
     * @param speed above 1 is faster and higher; taken to the nearest 1/256
     */
    public static Waveform atSpeed(Waveform sound, double speed) {
        int from = (int) Math.round(256 * speed);
        return new Waveform(of(from, 256).apply(sound.samples()), sound.sampleRate());
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
