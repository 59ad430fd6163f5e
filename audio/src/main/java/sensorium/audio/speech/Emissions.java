package sensorium.audio.speech;

import java.util.Arrays;

/**
 * What each frame says: logarithms of the probabilities of all units, and of the blank, which is the last class.
 *
 * @param values (frames, classes), row by row; treat as immutable
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Emissions(float[] values, int frames, int classes) {
    public Emissions {
        if (values.length != (long) frames * classes || classes < 1) {
            throw new IllegalArgumentException(values.length + " values are not " + frames + " × " + classes);
        }
    }

    /** The class that says nothing. */
    public int blank() {
        return classes - 1;
    }

    public float at(int frame, int unit) {
        return values[frame * classes + unit];
    }

    /** The likeliest class of a frame, the first of several. */
    public int best(int frame) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (at(frame, c) > at(frame, best)) {
                best = c;
            }
        }
        return best;
    }

    /** Frames {@code from} to {@code to}, the latter not among them. */
    public Emissions slice(int from, int to) {
        return new Emissions(Arrays.copyOfRange(values, from * classes, to * classes), to - from, classes);
    }

    /** These and those that follow. */
    public Emissions followedBy(Emissions next) {
        float[] all = Arrays.copyOf(values, values.length + next.values.length);
        System.arraycopy(next.values, 0, all, values.length, next.values.length);
        return new Emissions(all, frames + next.frames, classes);
    }
}
