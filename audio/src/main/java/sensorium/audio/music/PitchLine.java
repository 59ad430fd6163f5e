package sensorium.audio.music;

import java.util.Arrays;

/**
 * Pitch over time, of one voice.
 *
 * @param pitches one a frame, see {@link Pitch}; NaN where none is heard. Frame t is centred at t · hop seconds
 * @param hop seconds from frame to frame
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PitchLine(float[] pitches, double hop) {
    /** The median of what is heard from {@code start} to {@code end} seconds; NaN where nothing is, or less than half of the time. */
    public double median(double start, double end) {
        int from = Math.clamp((long) Math.ceil(start / hop), 0, pitches.length);
        int to = Math.clamp((long) Math.ceil(end / hop), from, pitches.length);
        double median = median(from, to);
        return 2 * heard(from, to).length < to - from ? Double.NaN : median;
    }

    /** The median of what is heard in these frames; NaN where nothing is. */
    double median(int from, int to) {
        float[] heard = heard(from, to);
        return heard.length == 0 ? Double.NaN : (heard[(heard.length - 1) / 2] + heard[heard.length / 2]) / 2.0;
    }

    /** Sorted. */
    private float[] heard(int from, int to) {
        float[] all = Arrays.copyOfRange(pitches, from, to);
        Arrays.sort(all); // NaN comes last
        int n = all.length;
        while (n > 0 && Float.isNaN(all[n - 1])) {
            n--;
        }
        return Arrays.copyOf(all, n);
    }
}
