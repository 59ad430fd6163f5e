package sensorium.app.report;

import java.util.List;
import java.util.Locale;

/** Numbers over the course of a run: each series faintly as it was, boldly as its running mean. */
public final class LineChart {
    private static final int WIDTH = 520;
    private static final int HEIGHT = 240;
    private static final int LEFT = 46;
    private static final int BOTTOM = 30;
    private static final int TOP = 12;
    private static final int RIGHT = 12;
    private static final int MOST_POINTS = 600;

    private LineChart() {}

    /**
     * @param x rising
     * @param y as many
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Series(String name, double[] x, double[] y) {}

    public static Html of(String title, String xName, List<Series> series) {
        var seen = series.stream().filter(s -> s.x.length > 0).toList();
        if (seen.isEmpty()) {
            return Html.NOTHING;
        }
        double right = seen.stream().mapToDouble(s -> s.x[s.x.length - 1]).max().orElse(1);
        double low = 0;
        double high = 1e-9;
        for (Series s : seen) {
            for (double y : s.y) {
                low = Math.min(low, y);
                high = Math.max(high, y);
            }
        }
        double step = roundStep((high - low) / 4);
        low = Math.floor(low / step) * step;
        high = Math.ceil(high / step) * step;
        var marks = new StringBuilder();
        int lines = (int) Math.round((high - low) / step);
        for (int i = 0; i <= lines; i++) {
            double v = low + i * step;
            double y = y(v, low, high);
            marks.append(Html.of(
                    "<path class=\"grid\" d=\"M{} {}H{}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                    LEFT,
                    number(y),
                    WIDTH - RIGHT,
                    LEFT - 6,
                    number(y + 4),
                    plain(v)));
        }
        double xStep = roundStep(right / 5);
        for (double v = 0; v <= right * 1.0001; v += xStep) {
            marks.append(Html.of(
                    "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    number(x(v, right)),
                    HEIGHT - BOTTOM + 16,
                    plain(v)));
        }
        var curves = new StringBuilder();
        var legend = new StringBuilder();
        for (int i = 0; i < seen.size(); i++) {
            Series s = seen.get(i);
            curves.append(Html.of("<path class=\"raw s{}\" d=\"{}\"/>", i, path(s.x, s.y, right, low, high)));
            curves.append(Html.of(
                    "<path class=\"mean s{}\" d=\"{}\"><title>{}</title></path>",
                    i,
                    path(s.x, smoothed(s.y), right, low, high),
                    s.name));
            legend.append(Html.of("<span class=\"key s{}\">{}</span>", i, s.name));
        }
        return Html.of(
                "<figure class=\"chart\"><figcaption>{} <span class=\"legend\">{}</span></figcaption>"
                        + "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}{}"
                        + "<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text></svg></figure>\n",
                title,
                new Html(legend.toString()),
                WIDTH,
                HEIGHT,
                title,
                new Html(marks.toString()),
                new Html(curves.toString()),
                WIDTH - RIGHT,
                HEIGHT - 2,
                xName);
    }

    /** 1, 2 or 5 times a power of ten, at least {@code raw}. */
    private static double roundStep(double raw) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(raw, 1e-9))));
        for (double factor : new double[] {1, 2, 5}) {
            if (raw <= factor * power * 1.0001) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static double x(double v, double right) {
        return LEFT + (WIDTH - LEFT - RIGHT) * (right > 0 ? v / right : 0);
    }

    private static double y(double v, double low, double high) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (v - low) / (high - low));
    }

    private static String path(double[] xs, double[] ys, double right, double low, double high) {
        var d = new StringBuilder();
        int stride = Math.max(1, xs.length / MOST_POINTS);
        for (int i = 0; i < xs.length; i += stride) {
            d.append(i == 0 ? 'M' : 'L')
                    .append(number(x(xs[i], right)))
                    .append(' ')
                    .append(number(y(ys[i], low, high)));
        }
        return d.toString();
    }

    /** The running mean over a fortieth of the run. */
    private static double[] smoothed(double[] y) {
        double keep = 1 - Math.min(1, 40.0 / Math.max(40, y.length));
        var out = new double[y.length];
        double mean = y[0];
        for (int i = 0; i < y.length; i++) {
            mean = keep * mean + (1 - keep) * y[i];
            out[i] = mean;
        }
        return out;
    }

    private static String number(double v) {
        return String.format(Locale.ROOT, "%.1f", v);
    }

    private static String plain(double v) {
        return Math.abs(v - Math.rint(v)) < 1e-9 ? Long.toString(Math.round(v)) : Float.toString((float) v);
    }
}
