package sensorium.app.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The whole page.
 *
 * @param title what was done
 * @param lede one or two sentences under it
 * @param facts the figures at the top
 * @param sections in reading order
 * @param footer licences and origin
 */
public record Page(String title, String lede, List<Fact> facts, List<Section> sections, String footer) {

    /** A figure and what it is. */
    public record Fact(String value, String name) {}

    /** @param note what one sees, in plain words; may be empty */
    public record Section(String title, String note, Html body) {}

    /** A complete HTML document. */
    public String html() {
        List<Html> tiles = facts.stream()
                .map(f -> Html.of("<div class=\"fact\"><b>{}</b><span>{}</span></div>", f.value, f.name))
                .toList();
        List<Html> parts = sections.stream()
                .map(s -> Html.of(
                        "<section><h2>{}</h2>{}{}</section>\n",
                        s.title,
                        s.note.isEmpty() ? Html.NOTHING : Html.of("<p class=\"note\">{}</p>", s.note),
                        s.body))
                .toList();
        return Html.of("""
                        <!doctype html>
                        <html lang="en">
                        <head>
                        <meta charset="utf-8">
                        <meta name="viewport" content="width=device-width, initial-scale=1">
                        <meta name="color-scheme" content="light dark">
                        <title>{}</title>
                        <link rel="icon" href="data:,">
                        <style>
                        {}</style>
                        </head>
                        <body>
                        <header><p class="mark"><i></i><i></i><i></i> Sensorium</p><h1>{}</h1><p class="lede">{}</p>
                        <div class="facts">{}</div></header>
                        <main>
                        {}</main>
                        <footer>{}</footer>
                        <script>
                        {}</script>
                        </body>
                        </html>
                        """, title, resource("report.css"), title, lede, tiles, parts, footer, resource("report.js"))
                .markup();
    }

    private static Html resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            return new Html(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
