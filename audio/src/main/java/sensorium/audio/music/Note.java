package sensorium.audio.music;

/**
 * A note.
 *
 * @param start seconds
 * @param end seconds
 * @param pitch see {@link Pitch}; a note that is out of tune has a fraction
 */
public record Note(double start, double end, double pitch) {
    /** Its name in the tempered scale, such as A4. */
    public String name() {
        return Pitch.name(pitch);
    }

    /** Cents above that, −50…50. */
    public double cents() {
        return 100 * (pitch - Math.round(pitch));
    }
}
