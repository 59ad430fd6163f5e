package sensorium.app.report;

import java.util.List;
import java.util.Locale;
import sensorium.audio.LogMel;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;

/**
 * What the model hears of a sound.
 *
 * @param name what it is
 * @param mel its log-mel spectrogram
 * @param seconds that it spans
 * @param lowest frequency of the lowest band, Hz
 * @param highest frequency of the highest band, Hz
 * @param heads (heads, tokens) what each attends to; tokens divide the time evenly; may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record MelView(
        String name,
        Waveform sound,
        Spectrogram mel,
        double seconds,
        double lowest,
        double highest,
        List<float[]> heads) {

    /** A sound as a model hears it, all of it and without attention. */
    public static MelView of(String name, Waveform sound, LogMel.Config hearing) {
        return new MelView(
                name,
                sound,
                new LogMel(hearing).of(sound),
                sound.seconds(),
                hearing.mel().fMin(),
                hearing.mel().fMax(),
                List.of());
    }

    public Html html() {
        List<Html> strips = heads.stream()
                .map(w -> Html.of(
                        "<img class=\"strip\" alt=\"attention over time\" src=\"{}\">",
                        Media.png(ColourMap.picture(w, 1, w.length))))
                .toList();
        return Html.of(
                """
                <article class="mel"><div class="name"><b>{}</b>{}</div>
                <div class="frame"><span class="high">{}</span><span class="low">{}</span>
                <img alt="log-mel spectrogram of {}" src="{}">{}<span class="time-axis"><i>0 s</i><i>{}</i></span></div></article>
                """,
                name,
                Media.player(sound, name),
                hertz(highest),
                hertz(lowest),
                name,
                Media.png(ColourMap.of(mel)),
                strips,
                String.format(Locale.ROOT, "%.1f s", seconds));
    }

    private static String hertz(double f) {
        return f >= 1000 ? String.format(Locale.ROOT, "%.1f kHz", f / 1000) : String.format(Locale.ROOT, "%.0f Hz", f);
    }
}
