package sensorium.audio;

import java.util.ArrayList;
import java.util.List;
import sensorium.random.Philox;

/** Sounds of one rate and one loudness in memory, 16 bits a sample, from which crops are drawn. */
public final class SoundClips {
    /** Root mean square of every sound. */
    public static final double RMS = 0.1;
    /** Level below the loudest at which a sound begins and ends, dB. */
    private static final double QUIET = -40;
    /** A crop quieter than this share of {@link #RMS} is silence. */
    private static final double SILENT = 0.2;

    private static final int TRIES = 4;
    private static final double UNIT = 8192; // what 1 is in 16 bits: peaks of forty times the root mean square fit

    private final List<short[]> clips = new ArrayList<>();
    private final int rate;

    /** @param rate samples a second */
    public SoundClips(int rate) {
        this.rate = rate;
    }

    public int size() {
        return clips.size();
    }

    /**
     * A sound as it is kept, without the quiet at its ends; may be called from several threads, then {@link #add}.
     *
     * @param seconds of it, at most
     */
    public short[] prepare(Waveform sound, double seconds) {
        float[] x = SoundTokenizer.levelled(sound.resampled(rate).trimmed(QUIET).first(seconds), rate)
                .samples();
        var clip = new short[x.length];
        for (int i = 0; i < x.length; i++) {
            clip[i] = (short) Math.clamp(Math.round(x[i] * UNIT), Short.MIN_VALUE, Short.MAX_VALUE);
        }
        return clip;
    }

    /** Adds a {@linkplain #prepare prepared} sound. */
    public void add(short[] prepared) {
        clips.add(prepared);
    }

    /** A whole sound, as loud as all others. */
    public Waveform sound(int i) {
        short[] clip = clips.get(i);
        float[] x = new float[clip.length];
        for (int j = 0; j < x.length; j++) {
            x[j] = (float) (clip[j] / UNIT);
        }
        return new Waveform(x, rate);
    }

    /** At most {@code count} of the sounds, evenly spread, at most {@code seconds} of each. */
    public List<Waveform> some(int count, double seconds) {
        int n = Math.min(count, clips.size());
        List<Waveform> some = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            some.add(sound((int) ((long) i * clips.size() / n)).first(seconds));
        }
        return some;
    }

    /**
     * Draws a crop of a sound from where it is not silent, up to 6 dB louder or quieter; a sound that is shorter than the crop lies somewhere
     * among zeros.
     *
     * @param out what is zero, filled from {@code at} on
     */
    public void draw(int i, int length, Philox random, float[] out, int at) {
        short[] clip = clips.get(i);
        int room = clip.length - length;
        int start = 0;
        for (int t = 0; t < TRIES; t++) {
            start = room >= 0 ? random.below(t, room + 1) : -random.below(t, 1 - room);
            if (rms(clip, start, length) > SILENT * RMS) {
                break;
            }
        }
        float gain = (float) (Math.pow(2, random.uniform(TRIES, -1, 1)) / UNIT);
        for (int j = Math.max(0, -start); j < length && start + j < clip.length; j++) {
            out[at + j] = gain * clip[start + j];
        }
    }

    private static double rms(short[] clip, int start, int length) {
        double sum = 0;
        for (int j = Math.max(0, start); j < Math.min(clip.length, start + length); j++) {
            sum += (double) clip[j] * clip[j];
        }
        return Math.sqrt(sum / length) / UNIT;
    }
}
