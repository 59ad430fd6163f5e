package sensorium.app.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import sensorium.multimodal.stamps.Recall;

/** How often the answer was right, as bars with their intervals, beside what there was to beat. */
public final class TierTable {
    private static final int WIDTH = 220;

    private TierTable() {}

    /**
     * What a figure is held against.
     *
     * @param name how it was reached, or that it is a goal
     */
    public record Mark(String name, double r1, OptionalDouble r5) {}

    /**
     * @param tier short name, the same for rows that belong together
     * @param question what the tier asks; shown once
     * @param asked what is asked with: text, speech, a language…
     * @param n number of queries
     */
    public record Row(
            String tier, String question, String asked, double r1, OptionalDouble r5, int n, Optional<Mark> mark) {
        boolean met() {
            return mark.isPresent() && r1 >= mark.get().r1();
        }
    }

    public static Html of(List<Row> rows) {
        var body = new StringBuilder();
        String tier = null;
        for (Row row : rows) {
            if (!row.tier.equals(tier)) {
                tier = row.tier;
                body.append(
                        Html.of("<tr class=\"tier\"><th colspan=\"7\"><b>{}</b> {}</th></tr>", row.tier, row.question));
            }
            body.append(line(row));
        }
        return Html.of(
                """
                <div class="scroll"><table class="tiers {}">
                <thead><tr><th>asked with</th><th>R@1, 95 % interval</th><th class="n">R@1</th><th class="n">R@5</th>
                <th class="n">queries</th><th>to beat</th><th></th></tr></thead>
                <tbody>{}</tbody></table></div>
                """,
                rows.stream().anyMatch(r -> r.mark.isPresent()) ? "marked" : "unmarked", new Html(body.toString()));
    }

    private static Html line(Row row) {
        Html against = row.mark
                .map(m -> Html.of(
                        "<b>{}</b>{} <span class=\"quiet\">{}</span>",
                        share(m.r1),
                        m.r5.isPresent() ? " / " + share(m.r5.getAsDouble()) : "",
                        m.name))
                .orElse(Html.NOTHING);
        String verdict = row.mark.isEmpty() ? "" : row.met() ? "✓ reached" : "not reached";
        return Html.of(
                "<tr class=\"{}\"><td>{}</td><td>{}</td><td class=\"n\"><b>{}</b></td><td class=\"n\">{}</td>"
                        + "<td class=\"n\">{}</td><td>{}</td><td class=\"verdict\">{}</td></tr>\n",
                row.mark.isEmpty() ? "plain" : row.met() ? "met" : "missed",
                row.asked,
                bar(row),
                share(row.r1),
                row.r5.isPresent() ? share(row.r5.getAsDouble()) : "–",
                row.n,
                against,
                verdict);
    }

    private static Html bar(Row row) {
        double[] interval = row.n == 0 ? new double[] {0, 0} : Recall.interval(row.r1, row.n);
        Html tick = row.mark
                .map(m -> Html.of(
                        "<path class=\"tick\" d=\"M{} 1V21\"><title>to beat: {}</title></path>", px(m.r1), share(m.r1)))
                .orElse(Html.NOTHING);
        return Html.of(
                "<svg class=\"bar\" viewBox=\"0 0 {} 22\" width=\"{}\" height=\"22\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{} of {}\">"
                        + "<rect class=\"track\" y=\"6\" width=\"{}\" height=\"10\" rx=\"5\"/>"
                        + "<rect class=\"fill\" y=\"6\" width=\"{}\" height=\"10\" rx=\"5\"/>"
                        + "<path class=\"whisker\" d=\"M{} 11H{}M{} 7V15M{} 7V15\"><title>95 % interval: {} to {}</title></path>{}</svg>",
                WIDTH,
                WIDTH,
                share(row.r1),
                row.n,
                WIDTH,
                px(row.r1),
                px(interval[0]),
                px(interval[1]),
                px(interval[0]),
                px(interval[1]),
                share(interval[0]),
                share(interval[1]),
                tick);
    }

    private static String px(double share) {
        return String.format(Locale.ROOT, "%.1f", Math.clamp(share, 0, 1) * WIDTH);
    }

    /** A share as the field writes it: .953, 1.000. */
    public static String share(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.startsWith("0.") ? text.substring(1) : text;
    }
}
