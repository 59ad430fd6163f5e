package sensorium.app.report;

import java.util.List;

/** Words and figures in rows. */
public final class PlainTable {
    private PlainTable() {}

    /**
     * @param head a name for each column; empty for a table without a head
     * @param rows as many cells each
     */
    public static Html of(List<String> head, List<List<String>> rows) {
        Html names = head.isEmpty() ? Html.NOTHING : Html.of("<thead><tr>{}</tr></thead>", cells("th", head));
        List<Html> body =
                rows.stream().map(r -> Html.of("<tr>{}</tr>\n", cells("td", r))).toList();
        return Html.of("<div class=\"scroll\"><table class=\"plain\">{}<tbody>{}</tbody></table></div>", names, body);
    }

    private static List<Html> cells(String tag, List<String> texts) {
        return texts.stream()
                .map(t -> Html.of("<{}>{}</{}>", new Html(tag), t, new Html(tag)))
                .toList();
    }
}
