package sensorium.audio;

import java.util.Arrays;
import sensorium.random.Philox;

/**
 * Varies training sounds, so that what is learned holds for other speakers, rooms and microphones. What happens to a sound
 * depends on (seed, item) alone; let the item number differ from epoch to epoch.
 *
 * <p>Either the samples are varied ({@link #wave}) and made to a spectrogram each time, or mel powers are computed once
 * and varied ({@link #power}), which costs a hundredth; {@link #mask} comes last, on what the model sees.
 */
public final class AudioAugment {

    /**
     * How much of what; zeros leave a sound as it is.
     *
     * @param speed largest change of tempo and pitch together, as a share (.1: 0.9 to 1.1 times); samples only
     * @param warp largest stretch of the frequency axis, as a share, like a longer or shorter vocal tract (Jaitly and
     *     Hinton 2013); powers only
     * @param gainDb largest change of level, dB; samples only
     * @param shiftSeconds furthest shift in time; what leaves one end is lost, silence enters at the other
     * @param equaliserDb largest boost or cut of a random smooth frequency response, dB
     * @param snrLowDb noisiest signal-to-noise ratio, dB
     * @param snrHighDb cleanest signal-to-noise ratio, dB; infinite (and low too) for no noise
     * @param bandMasks how many masks over bands (SpecAugment, Park et al. 2019)
     * @param bandMaskWidth widest of them, bands
     * @param timeMasks how many masks over frames
     * @param timeMaskWidth widest of them, frames
     */
    public record Config(
            double speed,
            double warp,
            double gainDb,
            double shiftSeconds,
            double equaliserDb,
            double snrLowDb,
            double snrHighDb,
            int bandMasks,
            int bandMaskWidth,
            int timeMasks,
            int timeMaskWidth) {

        public Config {
            if (speed < 0 || speed >= 1 || warp < 0 || warp >= 1 || snrHighDb < snrLowDb) {
                throw new IllegalArgumentException("speed and warp lie in 0…1, and snrLowDb ≤ snrHighDb");
            }
        }

        /** Nothing at all. */
        public static Config none() {
            double never = Double.POSITIVE_INFINITY;
            return new Config(0, 0, 0, 0, 0, never, never, 0, 0, 0, 0);
        }

        /** Mild, for known voices: noise at 8 to 22 dB, shifts of three frames of 16 ms, small masks. */
        public static Config mild() {
            return new Config(0.12, 0, 0, 0.048, 0, 8, 22, 1, 4, 1, 8);
        }

        /** Strong, for voices and microphones that training never heard. */
        public static Config otherSpeakers() {
            return new Config(0.12, 0.12, 6, 0.1, 8, 5, 30, 2, 5, 2, 12);
        }
    }

    /** What a draw is for: each has its own random stream. */
    private enum Draw {
        SPEED,
        SHIFT,
        EQUALISER,
        NOISE,
        NOISE_SAMPLES,
        GAIN,
        WARP,
        MASK
    }

    private static final int CURVE_POINTS = 5;
    private static final double NOISE_SECONDS = 8;

    private final Config config;
    private final LogMel logMel;
    private final Noise white; // of rms 1
    private final Noise pink;

    /** Mel powers of a long noise, and their mean, which every draw needs. */
    private record Noise(Spectrogram power, double mean) {
        static Noise of(Spectrogram power) {
            return new Noise(power, AudioAugment.mean(power));
        }
    }

    /**
     * @param logMel what makes the spectrograms that {@link #power} will get
     */
    public AudioAugment(Config config, LogMel logMel) {
        this.config = config;
        this.logMel = logMel;
        int samples = (int) (NOISE_SECONDS * logMel.sampleRate());
        Philox random = Philox.keyed(0, Draw.NOISE_SAMPLES.ordinal());
        this.white =
                Noise.of(logMel.power(new Waveform(noise(random, samples, false), logMel.sampleRate()).withRms(1)));
        this.pink = Noise.of(logMel.power(new Waveform(noise(random, samples, true), logMel.sampleRate()).withRms(1)));
    }

    public Config config() {
        return config;
    }

    /** Speed, shift, equaliser, noise and gain on samples; the length changes with the speed. */
    public Waveform wave(Waveform sound, long seed, long item) {
        Waveform varied = sound;
        if (config.speed > 0) {
            varied = Resampler.atSpeed(varied, around(1, config.speed, random(seed, item, Draw.SPEED)));
        }
        int shift =
                (int) Math.round(around(0, config.shiftSeconds, random(seed, item, Draw.SHIFT)) * sound.sampleRate());
        float[] samples = shifted(varied.samples(), shift, 1);
        if (config.equaliserDb > 0) {
            equalise(samples, sound.sampleRate(), random(seed, item, Draw.EQUALISER));
        }
        addNoise(samples, sound.sampleRate(), seed, item);
        double gain = around(0, config.gainDb, random(seed, item, Draw.GAIN));
        return new Waveform(samples, sound.sampleRate()).scaled((float) Math.pow(10, gain / 20));
    }

    /** Warp, shift, equaliser and noise on mel powers, as {@link LogMel#power} gives them. */
    public Spectrogram power(Spectrogram power, long seed, long item) {
        if (power.bands() != logMel.bands()) {
            throw new IllegalArgumentException(power.bands() + " bands where " + logMel.bands() + " are augmented");
        }
        double hops = config.shiftSeconds
                * logMel.sampleRate()
                / logMel.config().stft().hop();
        int shift = (int) Math.round(around(0, hops, random(seed, item, Draw.SHIFT)));
        var varied = new Spectrogram(shifted(power.values(), shift, power.bands()), power.frames(), power.bands());
        if (config.warp > 0) {
            warp(varied, around(1, config.warp, random(seed, item, Draw.WARP)));
        }
        if (config.equaliserDb > 0) {
            equalise(varied, random(seed, item, Draw.EQUALISER));
        }
        addNoise(varied, random(seed, item, Draw.NOISE));
        return varied;
    }

    /** Masks over bands and frames, filled with the spectrogram's mean; meant for the compressed spectrogram. */
    public Spectrogram mask(Spectrogram mel, long seed, long item) {
        int frames = mel.frames();
        int bands = mel.bands();
        float[] out = mel.values().clone();
        double sum = 0;
        for (float x : out) {
            sum += x;
        }
        float mean = (float) (sum / Math.max(1, out.length));
        Philox random = random(seed, item, Draw.MASK);
        int draw = 0;
        for (int i = 0; i < config.bandMasks; i++) {
            int width = random.below(draw++, Math.min(config.bandMaskWidth, bands) + 1);
            int first = random.below(draw++, bands - width + 1);
            for (int frame = 0; frame < frames; frame++) {
                Arrays.fill(out, frame * bands + first, frame * bands + first + width, mean);
            }
        }
        for (int i = 0; i < config.timeMasks; i++) {
            int width = random.below(draw++, Math.min(config.timeMaskWidth, frames) + 1);
            int first = random.below(draw++, frames - width + 1);
            Arrays.fill(out, first * bands, (first + width) * bands, mean);
        }
        return new Spectrogram(out, frames, bands);
    }

    private static Philox random(long seed, long item, Draw draw) {
        return Philox.keyed(seed, item, draw.ordinal());
    }

    private static double around(double centre, double reach, Philox random) {
        return random.uniform(0, centre - reach, centre + reach);
    }

    /** A copy moved by {@code steps} of {@code width} values, later if positive, zeros filling the gap. */
    private static float[] shifted(float[] values, int steps, int width) {
        var out = new float[values.length];
        int by = Math.clamp((long) steps * width, -values.length, values.length);
        System.arraycopy(values, Math.max(0, -by), out, Math.max(0, by), values.length - Math.abs(by));
        return out;
    }

    /** Three peaking filters at random frequencies (R. Bristow-Johnson, Audio EQ Cookbook), in place. */
    private void equalise(float[] samples, int sampleRate, Philox random) {
        double highest = Math.log(0.4 * sampleRate / 100);
        for (int filter = 0; filter < 3; filter++) {
            double hertz = 100 * Math.exp(random.uniform(3L * filter, 0, highest));
            double decibels = random.uniform(3L * filter + 1, -config.equaliserDb, config.equaliserDb);
            double q = random.uniform(3L * filter + 2, 0.5, 1.5);
            double a = Math.pow(10, decibels / 40);
            double w = 2 * Math.PI * hertz / sampleRate;
            double alpha = Math.sin(w) / (2 * q);
            double a0 = 1 + alpha / a;
            double b0 = (1 + alpha * a) / a0;
            double b1 = -2 * Math.cos(w) / a0; // a1 as well
            double b2 = (1 - alpha * a) / a0;
            double a2 = (1 - alpha / a) / a0;
            double s1 = 0;
            double s2 = 0;
            for (int i = 0; i < samples.length; i++) {
                double x = samples[i];
                double y = b0 * x + s1;
                s1 = b1 * (x - y) + s2;
                s2 = b2 * x - a2 * y;
                samples[i] = (float) y;
            }
        }
    }

    /** Multiplies bands by a smooth random curve, in place. */
    private void equalise(Spectrogram power, Philox random) {
        int bands = power.bands();
        for (int band = 0; band < bands; band++) {
            double at = (double) band / Math.max(1, bands - 1) * (CURVE_POINTS - 1);
            int point = (int) Math.min(at, CURVE_POINTS - 2);
            double low = random.uniform(point, -config.equaliserDb, config.equaliserDb);
            double high = random.uniform(point + 1, -config.equaliserDb, config.equaliserDb);
            float factor = (float) Math.pow(10, (low + (high - low) * (at - point)) / 10);
            for (int frame = 0; frame < power.frames(); frame++) {
                power.values()[frame * bands + band] *= factor;
            }
        }
    }

    private void addNoise(float[] samples, int sampleRate, long seed, long item) {
        Philox random = random(seed, item, Draw.NOISE);
        double rms = new Waveform(samples, sampleRate).rms();
        double scale = rms * Math.pow(10, -random.uniform(0, config.snrLowDb, config.snrHighDb) / 20);
        if (!(scale > 0)) { // also without noise: the ratio is then infinite minus infinite
            return;
        }
        boolean isPink = random.uniform(1) < 0.5f;
        float[] noise = noise(random(seed, item, Draw.NOISE_SAMPLES), samples.length, isPink);
        float factor = (float) (scale / new Waveform(noise, sampleRate).rms());
        for (int i = 0; i < samples.length; i++) {
            samples[i] += factor * noise[i];
        }
    }

    private void addNoise(Spectrogram power, Philox random) {
        Noise noise = random.uniform(1) < 0.5f ? pink : white;
        double ratio = Math.pow(10, -random.uniform(0, config.snrLowDb, config.snrHighDb) / 10);
        float factor = (float) (ratio * mean(power) / noise.mean);
        if (!(factor > 0)) {
            return;
        }
        float[] powers = noise.power.values();
        int from = random.below(2, powers.length);
        from -= from % power.bands();
        for (int i = 0, j = from; i < power.values().length; i++, j++) {
            j = j == powers.length ? 0 : j;
            power.values()[i] += factor * powers[j];
        }
    }

    private static double mean(Spectrogram power) {
        double sum = 0;
        for (float x : power.values()) {
            sum += x;
        }
        return sum / Math.max(1, power.values().length);
    }

    /** White noise, or pink by P. Kellet's three-pole filter, of no particular level. */
    private static float[] noise(Philox random, int length, boolean isPink) {
        var noise = new float[length];
        float p0 = 0;
        float p1 = 0;
        float p2 = 0;
        for (int i = 0; i < length; i++) {
            float white = 2 * random.uniform(i) - 1;
            p0 = 0.99765f * p0 + white * 0.0990460f;
            p1 = 0.96300f * p1 + white * 0.2965164f;
            p2 = 0.57000f * p2 + white * 1.0526913f;
            noise[i] = isPink ? p0 + p1 + p2 + white * 0.1848f : white;
        }
        return noise;
    }

    /** Stretches every frame's band axis by {@code factor}, in place, repeating the last band where none is left. */
    private static void warp(Spectrogram power, double factor) {
        int bands = power.bands();
        var frame = new float[bands];
        for (int f = 0; f < power.frames(); f++) {
            System.arraycopy(power.values(), f * bands, frame, 0, bands);
            for (int band = 0; band < bands; band++) {
                double at = Math.min(band * factor, bands - 1);
                int low = (int) at;
                float high = frame[Math.min(low + 1, bands - 1)];
                power.values()[f * bands + band] = (float) (frame[low] + (high - frame[low]) * (at - low));
            }
        }
    }
}
