package sensorium.multimodal.data;

import java.util.List;
import java.util.Locale;

/**
 * Instruments of a kind, as programs of General MIDI, and the range that they play in. Of each family one program is kept for the test. The
 * JDK's own sound bank has fewer sounds than programs: for piano, organ, bass, strings, brass and reed what is kept is a sound that no other
 * program here has; of bells, guitar, choir and flute the bank has one sound (two of the guitar), so what is kept of these is another
 * program with a known sound.
 */
enum MusicFamily {
    PIANO(List.of(0, 2, 4), 1, 48, 84),
    BELLS(List.of(9), 14, 60, 91),
    ORGAN(List.of(16), 19, 48, 79),
    GUITAR(List.of(24, 29), 27, 43, 76),
    BASS(List.of(32, 38), 35, 28, 50),
    STRINGS(List.of(40, 49), 48, 50, 84),
    CHOIR(List.of(52), 54, 50, 79),
    BRASS(List.of(56, 57, 61), 60, 48, 77),
    REED(List.of(64, 68, 71), 70, 50, 79),
    FLUTE(List.of(73), 75, 62, 93);

    private final List<Integer> trained;
    private final int heldOut;
    private final int lowest;
    private final int highest;

    MusicFamily(List<Integer> trained, int heldOut, int lowest, int highest) {
        this.trained = trained;
        this.heldOut = heldOut;
        this.lowest = lowest;
        this.highest = highest;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The program of the n-th piece: one that is kept for the test, or one of the others in turn. */
    int program(int n, boolean test) {
        return test ? heldOut : trained.get(n % trained.size());
    }

    /** Its lowest note. */
    int lowest() {
        return lowest;
    }

    /** Its highest note. */
    int highest() {
        return highest;
    }
}
