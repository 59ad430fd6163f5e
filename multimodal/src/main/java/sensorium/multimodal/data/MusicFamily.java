package sensorium.multimodal.data;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Instruments of a kind, as programs of General MIDI, and the range that they play in. The JDK's own sound bank has fewer sounds than
 * programs. Where it has three sounds of a family or more, one program is kept for the test, with a sound that no other program here has, and
 * at least two sounds remain to learn from what they have in common. Of the other families all sounds are trained on: they are answers that
 * may be wrong.
 */
enum MusicFamily {
    PIANO(List.of(0, 2, 3, 4, 6), OptionalInt.of(1), 48, 84),
    BELLS(List.of(9), OptionalInt.empty(), 60, 91),
    ORGAN(List.of(16, 19), OptionalInt.empty(), 48, 79),
    GUITAR(List.of(24, 29), OptionalInt.empty(), 43, 76),
    BASS(List.of(32, 38), OptionalInt.of(35), 28, 50),
    STRINGS(List.of(40, 48, 49), OptionalInt.empty(), 50, 84),
    CHOIR(List.of(52), OptionalInt.empty(), 50, 79),
    BRASS(List.of(56, 60, 61), OptionalInt.of(57), 48, 77),
    REED(List.of(64, 68, 71), OptionalInt.of(70), 50, 79),
    FLUTE(List.of(73), OptionalInt.empty(), 62, 93);

    private final List<Integer> trained;
    private final OptionalInt heldOut;
    private final int lowest;
    private final int highest;

    MusicFamily(List<Integer> trained, OptionalInt heldOut, int lowest, int highest) {
        this.trained = trained;
        this.heldOut = heldOut;
        this.lowest = lowest;
        this.highest = highest;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The programs that are trained on. */
    List<Integer> trained() {
        return trained;
    }

    /** The program that is kept for the test, if one is. */
    OptionalInt heldOut() {
        return heldOut;
    }

    /** The program of the n-th piece that is not of the test: each in turn. */
    int trained(int n) {
        return trained.get(n % trained.size());
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
