package sensorium.multimodal.data;

import java.util.ArrayList;
import java.util.List;
import javax.sound.midi.InvalidMidiDataException;
import javax.sound.midi.MidiEvent;
import javax.sound.midi.Sequence;
import javax.sound.midi.ShortMessage;
import javax.sound.midi.Track;
import sensorium.audio.music.Note;
import sensorium.random.Philox;

/**
 * A melody that chance composes: a walk on a scale, mostly a note a beat, some of half a beat and of two, few rests; what falls on a beat is
 * louder than what falls between. It is not played quite in time, nor quite in tune, and each time with another brightness, vibrato and room.
 */
final class MusicPiece {
    private static final int[][] SCALES = {
        {0, 2, 4, 5, 7, 9, 11}, // major
        {0, 2, 3, 5, 7, 8, 10}, // natural minor
        {0, 2, 3, 5, 7, 9, 10}, // Dorian
        {0, 2, 4, 5, 7, 9, 10}, // Mixolydian
        {0, 2, 4, 7, 9}, // pentatonic
        {0, 3, 5, 6, 7, 10} // blues
    };

    private static final double SLOWEST = 60;
    private static final double FASTEST = 180;
    private static final double SHORTEST = 4.5; // seconds
    private static final double LONGEST = 7.5;
    private static final double BEGINS = 0.1; // seconds
    private static final double RINGS = 0.4; // seconds after the last note
    private static final double UNEVEN = 0.006; // seconds, before or after the beat
    private static final double UNTUNED = 0.25; // semitones
    private static final int BEND_RANGE = 2; // semitones: what MIDI's pitch bend spans unless told otherwise
    private static final int BEND_CENTRE = 8192;

    /** So many ticks of a quarter of half a second, which is MIDI's usual one, make a tick a millisecond. */
    private static final int RESOLUTION = 500;

    private final Philox random;
    private final MusicFamily family;
    private final int program;
    private long drawn;
    private final double tempo;
    private final double detuned;
    private final List<Played> played = new ArrayList<>();

    /**
     * @param start seconds
     * @param end seconds
     * @param key of the keyboard, 60 for middle C
     */
    private record Played(double start, double end, int key, int velocity) {}

    MusicPiece(MusicFamily family, int program, Philox random) {
        this.random = random;
        this.family = family;
        this.program = program;
        tempo = SLOWEST * Math.pow(FASTEST / SLOWEST, random.uniform(drawn++));
        detuned = uniform(-UNTUNED, UNTUNED);
        compose();
    }

    private double uniform(double low, double high) {
        return random.uniform(drawn++, low, high);
    }

    private int below(int bound) {
        return random.below(drawn++, bound);
    }

    private void compose() {
        double beat = 60 / tempo;
        int beats = (int) Math.max(4, Math.floor(uniform(SHORTEST, LONGEST) / beat));
        int[] scale = SCALES[below(SCALES.length)];
        List<Integer> keys = new ArrayList<>(); // the scale's, as far as the instrument goes
        int tonic = below(12);
        for (int key = family.lowest(); key <= family.highest(); key++) {
            for (int step : scale) {
                if (Math.floorMod(key - tonic, 12) == step) {
                    keys.add(key);
                }
            }
        }
        int place = keys.size() / 4 + below(keys.size() / 2);
        for (int b = 0; b < beats; ) {
            double kind = random.uniform(drawn++);
            int lasts = kind < 0.15 && b + 2 <= beats ? 2 : 1;
            boolean halves = kind > 0.78;
            boolean rest = kind > 0.72 && !halves && b > 0;
            for (int half = 0; half < (halves ? 2 : 1) && !rest; half++) {
                int step = below(8) == 0 ? below(9) - 4 : below(5) - 2;
                place = Math.clamp(place + step, 0, keys.size() - 1);
                double length = halves ? beat / 2 : lasts * beat;
                double start = BEGINS + b * beat + half * beat / 2 + uniform(-UNEVEN, UNEVEN);
                double end = start + length * uniform(0.75, 0.97);
                int velocity = half == 0 ? 88 + below(25) : 60 + below(20);
                played.add(new Played(start, end, keys.get(place), velocity));
            }
            b += lasts;
        }
    }

    double seconds() {
        return played.getLast().end + RINGS;
    }

    /** What is true of it. */
    Melody melody() {
        return new Melody(
                round(tempo, 100),
                program,
                played.stream()
                        .map(p -> new Note(round(p.start, 1000), round(p.end, 1000), round(p.key + detuned, 1000)))
                        .toList());
    }

    private static double round(double x, int parts) {
        return (double) Math.round(x * parts) / parts;
    }

    /** As it is played: a tick is a millisecond. */
    Sequence sequence() throws InvalidMidiDataException {
        var sequence = new Sequence(Sequence.PPQ, RESOLUTION);
        Track track = sequence.createTrack();
        add(track, 0, ShortMessage.PROGRAM_CHANGE, program, 0);
        control(track, 71, 54 + below(20)); // resonance of the filter
        control(track, 74, 48 + below(36)); // its cutoff: brightness
        control(track, 72, 50 + below(24)); // release
        control(track, 1, below(48)); // vibrato: at most a fifth of a semitone
        control(track, 91, below(64)); // reverberation
        control(track, 93, below(40)); // chorus
        int bend = BEND_CENTRE + (int) Math.round(detuned / BEND_RANGE * BEND_CENTRE);
        add(track, 0, ShortMessage.PITCH_BEND, bend & 0x7f, bend >> 7);
        for (Played p : played) {
            add(track, Math.round(1000 * p.start), ShortMessage.NOTE_ON, p.key, p.velocity);
            add(track, Math.round(1000 * p.end), ShortMessage.NOTE_OFF, p.key, 0);
        }
        return sequence;
    }

    private static void control(Track track, int controller, int value) throws InvalidMidiDataException {
        add(track, 0, ShortMessage.CONTROL_CHANGE, controller, value);
    }

    private static void add(Track track, long tick, int command, int first, int second)
            throws InvalidMidiDataException {
        track.add(new MidiEvent(new ShortMessage(command, 0, first, second), tick));
    }
}
