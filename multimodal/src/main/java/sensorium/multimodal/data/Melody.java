package sensorium.multimodal.data;

import java.util.List;
import sensorium.audio.music.Note;

/**
 * What is known of a piece of music: the keys {@code tempo}, {@code program} and {@code notes} of its line in the metadata.
 *
 * @param tempo beats a minute
 * @param program of General MIDI, 0 to 127
 * @param notes in the order of their beginnings
 */
public record Melody(double tempo, int program, List<Note> notes) {
    public Melody {
        notes = List.copyOf(notes);
    }
}
