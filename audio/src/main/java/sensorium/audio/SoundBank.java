package sensorium.audio;

import java.util.ArrayList;
import java.util.List;
import sensorium.random.Philox;

/**
 * Sounds kept as mel powers of one length, at a few speeds, ready to be varied and compressed into what a model hears. Filling
 * it costs decoding and Fourier transforms once; a draw costs a few thousand logarithms.
 */
public final class SoundBank {
    /**
     * @param mel how sounds become bands
     * @param seconds how much of a sound is heard, from where it begins
     * @param trim level below the loudest at which a sound begins and ends, dB
     * @param speeds at which each sound is kept; the first is the plain one
     */
    public record Config(LogMel.Config mel, double seconds, double trim, List<Double> speeds) {
        /** 1.6 s at 16 kHz, 100 frames of 40 bands, five speeds. */
        public static final Config STANDARD =
                new Config(LogMel.Config.sharedSpace(), 1.6, -30, List.of(1.0, 0.88, 0.94, 1.06, 1.12));

        /** The same without variations, for use after training. */
        public Config plain() {
            return new Config(mel, seconds, trim, List.of(1.0));
        }
    }

    private static final double RMS = 0.1;

    private final Config config;
    private final LogMel logMel;
    private final int frames;
    private final List<List<Spectrogram>> sounds = new ArrayList<>();

    public SoundBank(Config config) {
        this.config = config;
        this.logMel = new LogMel(config.mel);
        this.frames = logMel.frames((int) Math.round(config.seconds * logMel.sampleRate()));
    }

    /** What makes its spectrograms. */
    public LogMel logMel() {
        return logMel;
    }

    /** Frames of every drawn sound. */
    public int frames() {
        return frames;
    }

    /** How many floats one drawn sound takes: (frames, bands). */
    public int length() {
        return frames * logMel.bands();
    }

    public int size() {
        return sounds.size();
    }

    /** The mel powers of one sound at each speed; may be called from several threads, then {@link #add}. */
    public List<Spectrogram> prepare(Waveform sound) {
        Waveform heard = sound.resampled(logMel.sampleRate())
                .trimmed(config.trim)
                .first(config.seconds * 1.2)
                .withRms(RMS);
        return config.speeds.stream()
                .map(s -> s == 1.0 ? heard : Resampler.atSpeed(heard, s))
                .map(s -> logMel.power(s.first(config.seconds)).fitted(frames))
                .toList();
    }

    /** Adds a {@linkplain #prepare prepared} sound and returns its number. */
    public int add(List<Spectrogram> prepared) {
        sounds.add(prepared);
        return sounds.size() - 1;
    }

    /** The sound as it is: (frames, bands) from {@code offset} on. */
    public void draw(int sound, float[] out, int offset) {
        put(config.mel.compression().apply(sounds.get(sound).getFirst()), out, offset);
    }

    /**
     * The sound at one of its speeds, varied.
     *
     * @param key which variation: (seed, key, sound) decides everything
     */
    public void draw(int sound, AudioAugment augment, long seed, long key, float[] out, int offset) {
        List<Spectrogram> speeds = sounds.get(sound);
        Philox random = Philox.keyed(seed, key, sound);
        long item = Integer.toUnsignedLong(random.bits(0)) << 20 | sound;
        Spectrogram power = augment.power(speeds.get(random.below(1, speeds.size())), seed, item);
        put(augment.mask(config.mel.compression().apply(power), seed, item), out, offset);
    }

    private static void put(Spectrogram mel, float[] out, int offset) {
        System.arraycopy(mel.values(), 0, out, offset, mel.values().length);
    }
}
