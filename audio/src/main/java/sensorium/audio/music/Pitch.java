package sensorium.audio.music;

/** Pitch as a number: semitones of the MIDI scale, 69 being A4 at 440 Hz; fractions are cents. */
public final class Pitch {
    /** Pitch classes, from C on. */
    public static final int CLASSES = 12;

    private static final String[] NAMES = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};

    private Pitch() {}

    /** The pitch of a frequency in Hz. */
    public static double of(double hertz) {
        return 69 + 12 * Math.log(hertz / 440) / Math.log(2);
    }

    /** The frequency of a pitch, Hz. */
    public static double hertz(double pitch) {
        return 440 * Math.pow(2, (pitch - 69) / 12);
    }

    /** The name of a pitch class, 0 for C. */
    public static String className(int pitchClass) {
        return NAMES[pitchClass];
    }

    /** The name of the nearest note of the tempered scale, such as A4. */
    public static String name(double pitch) {
        int nearest = (int) Math.round(pitch);
        return NAMES[Math.floorMod(nearest, CLASSES)] + (Math.floorDiv(nearest, CLASSES) - 1);
    }
}
