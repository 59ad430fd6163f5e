package sensorium.app.report;

import java.util.List;
import java.util.Locale;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;

/**
 * What is written of a sound, each word under the spectrogram where it is heard.
 *
 * @param name of the sound
 * @param mel its log-mel spectrogram
 * @param words what is written
 * @param said what was said
 */
public record SpeechCard(String name, Waveform sound, Spectrogram mel, List<Word> words, String said) {
    /**
     * A word.
     *
     * @param start seconds
     * @param end seconds
     */
    public record Word(double start, double end, String text) {}

    public Html html() {
        double seconds = Math.max(1e-3, sound.seconds());
        List<Html> spans = words.stream()
                .filter(w -> w.start < seconds)
                .map(w -> Html.of(
                        "<span style=\"left:{}%\" title=\"{}\">{}</span>",
                        String.format(Locale.ROOT, "%.1f", 100 * w.start / seconds),
                        String.format(Locale.ROOT, "%.2f to %.2f s", w.start, w.end),
                        w.text))
                .toList();
        return Html.of("""
                <article class="speech"><div class="name"><b>{}</b>{}</div>
                <img alt="log-mel spectrogram of {}" src="{}"><div class="words">{}</div><p>{}</p></article>
                """, name, Media.player(sound, name), name, Media.png(ColourMap.of(mel)), spans, said);
    }
}
