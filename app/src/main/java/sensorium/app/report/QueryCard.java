package sensorium.app.report;

import java.util.List;
import java.util.Locale;

/**
 * A question and its answers.
 *
 * @param kind from what to what: "words → pictures"
 * @param query what was asked: words, a picture, a player
 * @param name what the query shows, in words
 * @param answers best first
 */
public record QueryCard(String kind, Html query, String name, List<Answer> answers) {

    /**
     * @param shown a picture or a player
     * @param score cosine
     * @param right whether it is of the same name as the query
     */
    public record Answer(Html shown, String name, double score, boolean right) {}

    /** Words as a query. */
    public static Html words(String text) {
        return Html.of("<q>{}</q>", text);
    }

    public Html html() {
        List<Html> shown = answers.stream()
                .map(a -> Html.of(
                        "<li class=\"{}\">{}<span>{}{}</span><small>{}</small></li>",
                        a.right ? "right" : "other",
                        a.shown,
                        a.right ? "✓ " : "",
                        a.name,
                        cosine(a.score)))
                .toList();
        return Html.of(
                "<article class=\"query\"><div class=\"asked\"><small>{}</small>{}<span>{}</span></div><ol>{}</ol></article>\n",
                kind,
                query,
                name,
                shown);
    }

    /** Two digits, and no -0.00. */
    private static String cosine(double score) {
        return String.format(Locale.ROOT, "%.2f", Math.round(100 * score) / 100.0);
    }
}
