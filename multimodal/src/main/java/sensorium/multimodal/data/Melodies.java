package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sensorium.BadInputException;
import sensorium.audio.music.Note;
import sensorium.multimodal.data.FolderPaths.Refused;
import tools.jackson.databind.JsonNode;

/**
 * What a folder's metadata tells of its music: beside the keys of {@link DataFolder}, {@code "tempo": 96.5} (beats a minute), {@code
 * "program": 56} (of General MIDI) and {@code "notes": [[start, end, pitch], …]} (seconds, and semitones of the MIDI scale, which may be
 * fractions).
 */
public final class Melodies {
    private static final int MOST_NOTES = 100_000;

    private final Map<Path, Melody> bySound = new HashMap<>();
    private final Skipped skipped = new Skipped();

    private Melodies() {}

    /**
     * Reads them; there are none where the folder has no metadata, or it tells nothing of music.
     *
     * @throws BadInputException if the metadata cannot be read
     */
    public static Melodies read(DataFolder folder) {
        var all = new Melodies();
        try {
            if (Files.exists(folder.root().resolve(DataFolder.METADATA))) {
                var metadata = new Metadata(folder.root(), all.skipped);
                metadata.lines((line, item) -> {
                    if (line.has("notes")) {
                        var melody = melody(line);
                        item.sounds().forEach(s -> all.bySound.put(s.file(), melody));
                    }
                });
            }
        } catch (IOException e) {
            throw new BadInputException(folder.root() + ": cannot be read: " + e.getMessage(), e);
        }
        return all;
    }

    /** What is known of a sound. */
    public Optional<Melody> of(Sound sound) {
        return Optional.ofNullable(bySound.get(sound.file()));
    }

    /** Whether nothing is known of any. */
    public boolean isEmpty() {
        return bySound.isEmpty();
    }

    /** Lines that could not be used. */
    public Skipped skipped() {
        return skipped;
    }

    private static Melody melody(JsonNode line) throws Refused {
        double tempo = number(line.path("tempo"), "tempo", 1, 1000);
        int program = (int) number(line.path("program"), "program", 0, 127);
        List<Note> notes = new ArrayList<>();
        if (!line.path("notes").isArray() || line.path("notes").size() > MOST_NOTES) {
            throw new Refused("'notes' must be a list of at most " + MOST_NOTES + " [start, end, pitch]");
        }
        for (JsonNode note : line.path("notes")) {
            double start = number(note.path(0), "a note's start", 0, 1e6);
            double end = number(note.path(1), "a note's end", start, 1e6);
            notes.add(new Note(start, end, number(note.path(2), "a note's pitch", 0, 127)));
        }
        return new Melody(tempo, program, notes);
    }

    private static double number(JsonNode node, String what, double least, double most) throws Refused {
        if (!node.isNumber() || !(node.asDouble() >= least && node.asDouble() <= most)) {
            throw new Refused("%s must be a number from %s to %s".formatted(what, least, most));
        }
        return node.asDouble();
    }
}
