package sensorium.app.report;

import java.util.Base64;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;
import sensorium.vision.Resize;

/** Pictures and sounds inside the page, as data URIs, small enough that dozens of them make a page of a few megabytes. */
public final class Media {
    /** Longest side of a thumbnail, pixels. */
    public static final int THUMBNAIL = 96;

    private static final double SECONDS = 3;
    private static final int SAMPLE_RATE = 16_000;
    private static final double LOUDNESS = 0.12;

    private Media() {}

    /** The picture as it is, as a PNG. */
    public static String png(Picture picture) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(PngWriter.encode(picture));
    }

    /** At most {@code side} pixels wide and high, without a transparent margin. */
    public static Picture thumbnail(Picture picture, int side) {
        Picture p = picture.cropToAlpha();
        double scale = Math.min(1, side / (double) Math.max(p.width(), p.height()));
        return Resize.resize(
                p,
                Math.max(1, (int) Math.round(p.width() * scale)),
                Math.max(1, (int) Math.round(p.height() * scale)),
                Resize.Filter.BICUBIC);
    }

    /** A picture with its name for those who do not see it. */
    public static Html picture(Picture picture, String name) {
        return Html.of(
                "<img class=\"picture\" alt=\"{}\" title=\"{}\" src=\"{}\">",
                name,
                name,
                png(thumbnail(picture, THUMBNAIL)));
    }

    /** Many small pictures in one, at twice their size. */
    public static Html grid(Picture picture, String name) {
        return Html.of(
                "<img class=\"grid\" alt=\"{}\" width=\"{}\" src=\"{}\">", name, 2 * picture.width(), png(picture));
    }

    /** A player of the first three seconds of a sound, at an even loudness. */
    public static Html player(Waveform sound, String name) {
        Waveform heard = sound.resampled(SAMPLE_RATE).trimmed(-40).first(SECONDS);
        double peak = 1e-6;
        for (float sample : heard.samples()) {
            peak = Math.max(peak, Math.abs(sample));
        }
        double loudness = Math.min(LOUDNESS, heard.rms() * 0.95 / peak); // never clipped
        String wav = Base64.getEncoder().encodeToString(WavWriter.encode(heard.withRms(loudness)));
        return Html.of(
                "<audio controls preload=\"none\" aria-label=\"{}\" src=\"data:audio/wav;base64,{}\"></audio>",
                name,
                wav);
    }
}
