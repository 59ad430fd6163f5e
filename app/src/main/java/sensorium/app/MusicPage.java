package sensorium.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import sensorium.BadInputException;
import sensorium.app.report.Html;
import sensorium.app.report.MusicCard;
import sensorium.app.report.Page;
import sensorium.audio.Waveform;
import sensorium.audio.music.Heard;

/** What was heard of music, as a page. */
final class MusicPage {
    /** Of each sound so much is shown. */
    static final double SECONDS = 12;

    private MusicPage() {}

    /** @param about what is said of it in a line */
    record Piece(String name, Waveform sound, Heard heard, String about) {}

    static void write(Path file, List<Piece> pieces) {
        List<Html> cards = pieces.stream()
                .map(p -> new MusicCard(p.name, p.sound, p.heard, p.about).html())
                .toList();
        var page = new Page(
                "What is played",
                "Pitch, notes, pitch classes and tempo of music of one voice.",
                List.of(new Page.Fact(Integer.toString(pieces.size()), "sounds")),
                List.of(new Page.Section(
                        "Pitch over the spectrogram",
                        "The line is the pitch that is heard, its notes stand below where they begin. Under them the twelve pitch classes, C at the"
                                + " bottom.",
                        Html.join(cards))),
                "Made by Sensorium.");
        try {
            Files.writeString(file, page.html(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be written (" + e.getMessage() + "); name another file", e);
        }
    }
}
