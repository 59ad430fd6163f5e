package sensorium.audio.music;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntConsumer;
import sensorium.audio.Waveform;

/**
 * Listens to music of one voice: pitch, notes, pitch classes, tempo. A sound of any length is heard in windows of a minute that overlap, at
 * 16 kHz, so that an hour takes little more memory than its samples do.
 */
public final class MusicListener {
    /** Seconds of a window. */
    private static final int WINDOW = 60;

    /** Seconds to each side that are heard with it, so that its ends know what is around. */
    private static final int MARGIN = 1;

    private static final int RATE = PitchCandidates.RATE;
    private static final int A_SECOND = RATE / PitchCandidates.HOP; // frames of pitch and onsets
    private static final int A_SECOND_OF_CHROMA = RATE / Chroma.STEP;
    private static final double HOP = 1.0 / A_SECOND;

    private MusicListener() {}

    /** The same without telling how far it is. */
    public static Heard listen(Waveform sound) {
        return listen(sound, _ -> {});
    }

    /**
     * Listens to a sound of any length and sample rate. Of silence there are no notes and no tempo.
     *
     * @param progress is told how many seconds are done
     */
    public static Heard listen(Waveform sound, IntConsumer progress) {
        double loudest = sound.loudest();
        int frames = (int) Math.ceil(sound.seconds() * A_SECOND);
        var pitches = new float[frames];
        Arrays.fill(pitches, Float.NaN);
        var flux = new float[frames];
        var loudness = new float[(int) Math.ceil(sound.seconds() * A_SECOND_OF_CHROMA) * Pitch.CLASSES];
        for (int from = 0; from < sound.seconds() && loudest > 0; from += WINDOW) {
            progress.accept(from);
            int before = Math.min(from, MARGIN);
            Waveform part = part(sound, from - before, from + WINDOW + MARGIN).resampled(RATE);
            int count = Math.min(WINDOW * A_SECOND, frames - from * A_SECOND);
            var candidates = PitchCandidates.of(part.samples(), before * RATE, count);
            System.arraycopy(PitchPath.of(candidates, loudest), 0, pitches, from * A_SECOND, count);
            float[] begins = Onsets.flux(part, before * A_SECOND, count, loudest);
            System.arraycopy(begins, 0, flux, from * A_SECOND, count);
            int at = from * A_SECOND_OF_CHROMA * Pitch.CLASSES;
            int wanted = Math.min(WINDOW * A_SECOND_OF_CHROMA * Pitch.CLASSES, loudness.length - at);
            float[] classes = Chroma.loudness(part.samples(), before * A_SECOND_OF_CHROMA, wanted / Pitch.CLASSES);
            System.arraycopy(classes, 0, loudness, at, wanted);
        }
        var line = new PitchLine(pitches, HOP);
        List<Note> notes = Notes.of(line, Onsets.peaks(flux));
        OptionalDouble tempo = Tempo.of(flux, notes, HOP);
        return new Heard(sound.seconds(), line, notes, Chroma.of(loudness, 1.0 / A_SECOND_OF_CHROMA), tempo);
    }

    private static Waveform part(Waveform sound, int from, int to) {
        long rate = sound.sampleRate();
        return sound.cut(
                new Waveform.Stretch(Math.toIntExact(from * rate), (int) Math.min(sound.samples().length, to * rate)));
    }
}
