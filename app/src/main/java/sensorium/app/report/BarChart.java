package sensorium.app.report;

import java.util.Locale;

/** Numbers side by side, as bars from nothing upwards. */
public final class BarChart {
    private static final int WIDTH = 520;
    private static final int HEIGHT = 160;
    private static final int BOTTOM = 18;

    private BarChart() {}

    /** @param shares from 0 to 1, at least one */
    public static Html of(String title, double[] shares) {
        double most = 1e-9;
        int some = 0;
        for (double s : shares) {
            most = Math.max(most, s);
            some += s > 0 ? 1 : 0;
        }
        double step = (double) WIDTH / shares.length;
        var bars = new StringBuilder();
        for (int i = 0; i < shares.length; i++) {
            double height = (HEIGHT - BOTTOM) * shares[i] / most;
            bars.append(String.format(
                    Locale.ROOT,
                    "M%.2f %dV%.2fH%.2fV%d",
                    i * step,
                    HEIGHT - BOTTOM,
                    HEIGHT - BOTTOM - height,
                    (i + 0.85) * step,
                    HEIGHT - BOTTOM));
        }
        return Html.of(
                "<figure class=\"chart bars\"><figcaption>{}</figcaption><svg viewBox=\"0 0 {} {}\" role=\"img\""
                        + " aria-label=\"{}\"><path class=\"fill\" d=\"{}\"/><text x=\"0\" y=\"{}\">{}</text><text"
                        + " x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text></svg></figure>\n",
                title,
                WIDTH,
                HEIGHT,
                title,
                bars,
                HEIGHT - 4,
                String.format(Locale.ROOT, "the first %.2f %%", 100 * most),
                WIDTH,
                HEIGHT - 4,
                "%d of %d are used".formatted(some, shares.length));
    }
}
