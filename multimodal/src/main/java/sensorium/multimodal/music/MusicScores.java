package sensorium.multimodal.music;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.music.Heard;
import sensorium.audio.music.MusicListener;
import sensorium.audio.music.Note;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Melodies;
import sensorium.multimodal.data.Melody;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.Sound;

/**
 * What was heard of music beside what was played.
 *
 * @param pieces how many
 * @param notes how many were played
 * @param inTune of these, while they last the median of the pitch heard is within 50 cents
 * @param heard how many notes were heard
 * @param found of these, which begin within 50 ms of one that was played, within 50 cents of it, each for one (MIREX's measure of notes
 *     without their ends)
 * @param inTime of how many pieces the tempo is within 4 %
 * @param inTimeOrTwice of how many it, its half or its double is
 * @param skipped sounds that could not be used
 */
public record MusicScores(
        int pieces, int notes, int inTune, int heard, int found, int inTime, int inTimeOrTwice, Skipped skipped) {
    private static final double CENTS_50 = 0.5;
    private static final double NEAR = 0.05; // seconds
    private static final double TEMPO = 0.04;

    /** Listens to the sounds of which the notes are known. */
    public static MusicScores of(List<Item> items, Melodies melodies, Material.Watcher watcher) {
        var skipped = new Skipped();
        var done = new AtomicInteger();
        List<MusicScores> each = IntStream.range(0, items.size())
                .parallel()
                .mapToObj(items::get)
                .flatMap(item -> {
                    watcher.update("listen", done.incrementAndGet(), items.size());
                    return item.sounds().stream()
                            .flatMap(sound -> melodies.of(sound).stream()
                                    .flatMap(melody -> scored(item, sound, melody, skipped)));
                })
                .toList();
        var none = new MusicScores(0, 0, 0, 0, 0, 0, 0, skipped);
        return each.stream().reduce(none, MusicScores::and);
    }

    private static Stream<MusicScores> scored(Item item, Sound sound, Melody melody, Skipped skipped) {
        try {
            Heard heard = MusicListener.listen(AudioFile.decode(sound.file()).mono());
            return Stream.of(of(melody, heard, skipped));
        } catch (BadInputException e) {
            skipped.add(item.id(), e.getMessage());
            return Stream.empty();
        }
    }

    static MusicScores of(Melody melody, Heard heard, Skipped skipped) {
        int inTune = (int) melody.notes().stream()
                .filter(n -> Math.abs(heard.line().median(n.start(), n.end()) - n.pitch()) <= CENTS_50)
                .count();
        double tempo = heard.tempo().orElse(0);
        return new MusicScores(
                1,
                melody.notes().size(),
                inTune,
                heard.notes().size(),
                found(melody.notes(), heard.notes()),
                is(tempo, melody.tempo()) ? 1 : 0,
                is(tempo, melody.tempo()) || is(tempo, melody.tempo() / 2) || is(tempo, 2 * melody.tempo()) ? 1 : 0,
                skipped);
    }

    private static boolean is(double tempo, double truth) {
        return Math.abs(tempo / truth - 1) <= TEMPO;
    }

    private static int found(List<Note> played, List<Note> heard) {
        var taken = new boolean[heard.size()];
        int found = 0;
        for (Note note : played) {
            for (int i = 0; i < taken.length; i++) {
                Note other = heard.get(i);
                if (!taken[i]
                        && Math.abs(other.start() - note.start()) <= NEAR
                        && Math.abs(other.pitch() - note.pitch()) <= CENTS_50) {
                    taken[i] = true;
                    found++;
                    break;
                }
            }
        }
        return found;
    }

    private MusicScores and(MusicScores other) {
        return new MusicScores(
                pieces + other.pieces,
                notes + other.notes,
                inTune + other.inTune,
                heard + other.heard,
                found + other.found,
                inTime + other.inTime,
                inTimeOrTwice + other.inTimeOrTwice,
                skipped);
    }

    /** Share of the notes of which the pitch is heard within 50 cents. */
    public double pitch() {
        return (double) inTune / notes;
    }

    /** Share of the pieces of which the tempo is heard within 4 %. */
    public double tempo() {
        return (double) inTime / pieces;
    }

    /** {@code pitch}, {@code tempo}, {@code tempo_or_octave}, {@code notes_f1}, {@code n} pieces and {@code notes}. */
    public Map<String, Object> measures() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("pitch", pitch());
        all.put("tempo", tempo());
        all.put("tempo_or_octave", (double) inTimeOrTwice / pieces);
        all.put("notes_f1", 2.0 * found / Math.max(1, notes + heard));
        all.put("notes", notes);
        all.put("n", pieces);
        return all;
    }
}
