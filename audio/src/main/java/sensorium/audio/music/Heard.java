package sensorium.audio.music;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What is played in a sound.
 *
 * @param seconds how long it is
 * @param line its pitch over time, as if one voice played
 * @param notes which notes that makes
 * @param tempo beats a minute; empty where nothing keeps time
 */
public record Heard(double seconds, PitchLine line, List<Note> notes, Chroma chroma, OptionalDouble tempo) {
    public Heard {
        notes = List.copyOf(notes);
    }
}
