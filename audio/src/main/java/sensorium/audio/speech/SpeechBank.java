package sensorium.audio.speech;

import java.util.ArrayList;
import java.util.List;
import sensorium.audio.AudioAugment;
import sensorium.audio.LogMel;
import sensorium.audio.Resampler;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;
import sensorium.random.Philox;

/**
 * Sounds of any length kept as mel powers at a few speeds, ready to be varied: as {@link sensorium.audio.SoundBank}, but whole. Filling
 * it costs decoding and Fourier transforms once.
 */
public final class SpeechBank {
    /** Level below the loudest at which a sound begins and ends, dB: quieter than any consonant. */
    public static final double TRIM = -45;

    /** Silence before and behind a varied sound, at most. */
    private static final double SILENCE_SECONDS = 0.3;

    private static final double RMS = 0.1;

    private final LogMel logMel;
    private final List<Double> speeds;
    private final List<List<Spectrogram>> sounds = new ArrayList<>();

    /** @param speeds at which each sound is kept; the first is the plain one */
    public SpeechBank(LogMel.Config hearing, List<Double> speeds) {
        this.logMel = new LogMel(hearing);
        this.speeds = List.copyOf(speeds);
    }

    /** What makes its spectrograms. */
    public LogMel logMel() {
        return logMel;
    }

    /** Bytes that a second of sound takes. */
    public double bytesASecond() {
        double frames = (double) logMel.sampleRate() / logMel.config().stft().hop();
        double lengths = speeds.stream().mapToDouble(s -> 1 / s).sum();
        return frames * logMel.bands() * Float.BYTES * lengths;
    }

    /** The mel powers of one sound at each speed; may be called from several threads, then {@link #add}. */
    public List<Spectrogram> prepare(Waveform sound) {
        Waveform heard = sound.resampled(logMel.sampleRate()).trimmed(TRIM).withRms(RMS);
        return speeds.stream()
                .map(s -> logMel.power(s == 1.0 ? heard : Resampler.atSpeed(heard, s)))
                .toList();
    }

    /** Adds a {@linkplain #prepare prepared} sound. */
    public void add(List<Spectrogram> prepared) {
        sounds.add(prepared);
    }

    public int size() {
        return sounds.size();
    }

    /** Frames of a sound at its plain speed. */
    public int frames(int sound) {
        return sounds.get(sound).getFirst().frames();
    }

    /**
     * A sound at one of its speeds, varied.
     *
     * @param key which variation: (seed, key, sound) decides everything
     */
    public Spectrogram draw(int sound, AudioAugment augment, long seed, long key) {
        List<Spectrogram> kept = sounds.get(sound);
        Philox random = Philox.keyed(seed, key, sound);
        long item = Integer.toUnsignedLong(random.bits(0)) << 20 | sound;
        Spectrogram plain = kept.get(random.below(1, kept.size()));
        int most = (int) (SILENCE_SECONDS
                        * logMel.sampleRate()
                        / logMel.config().stft().hop())
                + 1;
        Spectrogram power = augment.power(plain.padded(random.below(2, most), random.below(3, most)), seed, item);
        return augment.mask(logMel.config().compression().apply(power), seed, item);
    }

    /** How many frames a {@linkplain #draw drawn} sound has at most. */
    public int mostFrames(int sound) {
        int longest =
                sounds.get(sound).stream().mapToInt(Spectrogram::frames).max().orElseThrow();
        return longest
                + (int) (2
                        * SILENCE_SECONDS
                        * logMel.sampleRate()
                        / logMel.config().stft().hop());
    }
}
