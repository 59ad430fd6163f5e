package sensorium.app.report;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Markup that is safe to put into a page: whatever is not markup itself is escaped on its way in.
 *
 * @param markup well-formed HTML or SVG
 */
public record Html(String markup) {
    public static final Html NOTHING = new Html("");

    /**
     * Fills the {@code {}} of a template, in order: {@code Html} as it is, collections one after the other, numbers and
     * everything else as escaped text, which is safe inside quoted attributes too.
     */
    public static Html of(String template, Object... values) {
        var out = new StringBuilder(template.length() + 64);
        int from = 0;
        for (Object value : values) {
            int at = template.indexOf("{}", from);
            if (at < 0) {
                throw new IllegalArgumentException("more values than places in: " + template);
            }
            out.append(template, from, at);
            append(out, value);
            from = at + 2;
        }
        if (template.indexOf("{}", from) >= 0) {
            throw new IllegalArgumentException("fewer values than places in: " + template);
        }
        return new Html(out.append(template, from, template.length()).toString());
    }

    /** One after the other. */
    public static Html join(Collection<Html> parts) {
        return new Html(parts.stream().map(Html::markup).collect(Collectors.joining()));
    }

    private static void append(StringBuilder out, Object value) {
        switch (value) {
            case Html html -> out.append(html.markup);
            case Collection<?> all -> all.forEach(each -> append(out, each));
            default -> escape(out, value.toString());
        }
    }

    private static void escape(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
    }

    @Override
    public String toString() {
        return markup;
    }
}
