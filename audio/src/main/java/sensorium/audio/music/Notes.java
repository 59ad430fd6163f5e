package sensorium.audio.music;

import java.util.ArrayList;
import java.util.List;

/** Cuts a line of pitch into notes: where it falls silent, where it goes to another pitch and stays, and where the same is played again. */
final class Notes {
    /** Further from a note than this is another one, semitones. */
    private static final double OTHER = 0.6;

    /** Frames that another pitch must last; a glide or a slip is shorter. */
    private static final int STAYS = 3;

    /** Frames of the shortest note. */
    private static final int LEAST = 5;

    /** Silence of fewer frames does not end a note. */
    private static final int BREATH = 2;

    /** Frames after the beginning of a note in which it cannot begin anew. */
    private static final int AFTER = 9;

    private final float[] pitches;
    private final boolean[] onsets;
    private final double hop;
    private final List<Note> notes = new ArrayList<>();

    private Notes(PitchLine line, boolean[] onsets) {
        this.pitches = line.pitches();
        this.hop = line.hop();
        this.onsets = onsets;
    }

    /** @param onsets for each frame whether something begins there */
    static List<Note> of(PitchLine line, boolean[] onsets) {
        var cutting = new Notes(line, onsets);
        cutting.cut();
        return List.copyOf(cutting.notes);
    }

    private void cut() {
        int start = -1; // of the note that sounds
        double centre = Double.NaN; // its pitch so far
        int sounding = 0;
        for (int t = 0; t <= pitches.length; t++) {
            boolean ends = t == pitches.length || silent(t);
            if (start >= 0 && (ends || leaves(t, centre) || beginsAnew(t, start))) {
                add(start, t);
                start = -1;
            }
            if (start < 0 && t < pitches.length && !Float.isNaN(pitches[t])) {
                start = t;
                centre = pitches[t];
                sounding = 1;
            } else if (start >= 0 && !Float.isNaN(pitches[t]) && Math.abs(pitches[t] - centre) < OTHER) {
                sounding++;
                centre += (pitches[t] - centre) / Math.min(sounding, 12); // slow enough for a vibrato
            }
        }
    }

    private boolean silent(int t) {
        for (int i = t; i < Math.min(pitches.length, t + BREATH + 1); i++) {
            if (!Float.isNaN(pitches[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether the pitch is another from here on, the same other for a while. */
    private boolean leaves(int t, double centre) {
        if (t + STAYS > pitches.length) {
            return false;
        }
        for (int i = t; i < t + STAYS; i++) {
            if (!(Math.abs(pitches[i] - centre) > OTHER) || Math.abs(pitches[i] - pitches[t]) > OTHER) {
                return false;
            }
        }
        return true;
    }

    private boolean beginsAnew(int t, int start) {
        return t - start > AFTER && t < onsets.length && onsets[t];
    }

    private void add(int start, int end) {
        if (end - start >= LEAST) {
            notes.add(new Note(start * hop, end * hop, new PitchLine(pitches, hop).median(start, end)));
        }
    }
}
