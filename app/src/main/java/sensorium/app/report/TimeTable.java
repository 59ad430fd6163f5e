package sensorium.app.report;

import java.util.List;
import java.util.Locale;

/** Where the time went. */
public final class TimeTable {
    private TimeTable() {}

    /** @param what was done in that time */
    public record Span(String what, double seconds) {}

    public static Html of(List<Span> spans) {
        double total = spans.stream().mapToDouble(Span::seconds).sum();
        List<Html> rows = spans.stream()
                .map(s -> Html.of(
                        "<tr><td>{}</td><td class=\"n\">{}</td><td><div class=\"time\" style=\"width:{}%\"></div></td></tr>",
                        s.what,
                        seconds(s.seconds),
                        String.format(Locale.ROOT, "%.2f", total > 0 ? 100 * s.seconds / total : 0)))
                .toList();
        return Html.of(
                "<div class=\"scroll\"><table class=\"times\"><tbody>{}<tr class=\"sum\"><td>in all</td><td class=\"n\">{}</td><td></td></tr></tbody></table></div>",
                rows,
                seconds(total));
    }

    /** 4.2 s, 3 min 07 s. */
    public static String seconds(double s) {
        return s < 60
                ? String.format(Locale.ROOT, "%.1f s", s)
                : String.format(Locale.ROOT, "%d min %02d s", (int) (s / 60), (int) (s % 60));
    }
}
