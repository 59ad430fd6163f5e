package sensorium.app.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import sensorium.audio.LogMel;
import sensorium.audio.MelFilterbank;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;
import sensorium.audio.music.Heard;
import sensorium.audio.music.Note;
import sensorium.audio.music.Pitch;

/**
 * What is heard of music: the line of its pitch over the spectrogram, the notes below it, the pitch classes below these.
 *
 * @param sound the beginning, which is shown
 * @param about a line under it
 */
public record MusicCard(String name, Waveform sound, Heard heard, String about) {
    private static final LogMel MEL = new LogMel(LogMel.Config.plain(16_000, 2048, 1024, 160, 80, 30, 4_000, 9, false));
    private static final int HEIGHT = 100;
    private static final int WIDTH = 1000;

    public Html html() {
        double seconds = Math.max(1e-3, sound.seconds());
        Waveform shown = sound.resampled(MEL.sampleRate());
        List<Html> names = heard.notes().stream()
                .filter(n -> n.start() < seconds)
                .map(n -> note(n, seconds))
                .toList();
        return Html.of(
                """
                <article class="music"><div class="name"><b>{}</b>{}</div>
                <div class="heard"><img alt="log-mel spectrogram of {}" src="{}">
                <svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true"><path d="{}"/></svg></div>
                <div class="notes">{}</div><img class="chroma" alt="pitch classes of {}" src="{}"><p>{}</p></article>
                """,
                name,
                Media.player(shown, name),
                name,
                Media.png(ColourMap.of(MEL.of(shown))),
                WIDTH,
                HEIGHT,
                path(seconds),
                names,
                name,
                Media.png(ColourMap.of(classes(seconds))),
                about);
    }

    private static Html note(Note note, double seconds) {
        return Html.of(
                "<span style=\"left:{}%\" title=\"{}\">{}</span>",
                String.format(Locale.ROOT, "%.2f", 100 * note.start() / seconds),
                String.format(Locale.ROOT, "%.2f to %.2f s, %+.0f cents", note.start(), note.end(), note.cents()),
                note.name());
    }

    /** Moves where nothing is heard, lines where something is. */
    private String path(double seconds) {
        List<String> parts = new ArrayList<>();
        float[] pitches = heard.line().pitches();
        boolean before = false;
        for (int t = 0; t < pitches.length && t * heard.line().hop() < seconds; t++) {
            boolean sounds = !Float.isNaN(pitches[t]);
            if (sounds) {
                boolean joined = before && Math.abs(pitches[t] - pitches[t - 1]) < 1;
                parts.add(String.format(
                        Locale.ROOT,
                        "%s%.1f %.1f",
                        joined ? "L" : "M",
                        WIDTH * t * heard.line().hop() / seconds,
                        height(Pitch.hertz(pitches[t]))));
            }
            before = sounds;
        }
        return String.join("", parts);
    }

    /** From the top, on the spectrogram's scale. */
    private static double height(double hertz) {
        var scale = MelFilterbank.Scale.HTK;
        double low = scale.toMel(MEL.config().mel().fMin());
        double high = scale.toMel(MEL.config().mel().fMax());
        return HEIGHT * (1 - (scale.toMel(hertz) - low) / (high - low));
    }

    private Spectrogram classes(double seconds) {
        int frames = Math.clamp(
                (long) Math.ceil(seconds / heard.chroma().hop()),
                1,
                Math.max(1, heard.chroma().frames()));
        var all = new Spectrogram(heard.chroma().values(), heard.chroma().frames(), Pitch.CLASSES);
        return all.fitted(frames);
    }
}
