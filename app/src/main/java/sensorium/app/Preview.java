package sensorium.app;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import sensorium.vision.Picture;

/**
 * What pictures look like while they are being made: a few lines of half blocks on a terminal with 24-bit colour, redrawn in place.
 * A character is two pixels, the upper one the colour of the ink, the lower one that of the paper.
 */
final class Preview implements AutoCloseable {
    private static final String HALF = "▀";
    private static final String PLAIN = "\u001b[0m";
    private static final String CLEAR_LINE = "\u001b[2K";
    private static final String CLEAR_BELOW = "\u001b[0J";
    private static final long NANOS_BETWEEN = 200_000_000L;

    private final PrintStream out;
    private final int columns;
    private final int rows;
    private int shown; // lines that are there now
    private long last;

    /**
     * @param columns characters of a line at most
     * @param rows lines at most
     */
    Preview(PrintStream out, int columns, int rows) {
        this.out = out;
        this.columns = columns;
        this.rows = rows;
    }

    /** Whether a terminal, by what its environment says, shows 24-bit colours (termstandard/colors: COLORTERM). */
    static boolean isPossible(boolean terminal, Map<String, String> environment) {
        String term = environment.getOrDefault("TERM", "dumb");
        String colours = environment.getOrDefault("COLORTERM", "").toLowerCase(Locale.ROOT);
        return terminal
                && !term.equals("dumb")
                && !environment.containsKey("NO_COLOR")
                && (colours.equals("truecolor") || colours.equals("24bit"));
    }

    /** Whether it is time to show something again: making the picture of it costs too. */
    boolean isDue() {
        return shown == 0 || System.nanoTime() - last >= NANOS_BETWEEN;
    }

    /** Draws over what was drawn before, and leaves the cursor on the line where it was: that of the progress bar. */
    void show(Picture picture) {
        var text = new StringBuilder();
        if (shown > 0) {
            text.append("\u001b[").append(shown).append('A');
        }
        text.append('\r');
        String[] lines = lines(picture, columns, rows);
        for (String line : lines) {
            text.append(CLEAR_LINE).append(line).append('\n');
        }
        text.append(CLEAR_BELOW);
        shown = lines.length;
        last = System.nanoTime();
        out.print(text);
        out.flush();
    }

    /** Takes away what was drawn. */
    @Override
    public void close() {
        if (shown > 0) {
            out.print("\u001b[" + shown + "A\r" + CLEAR_BELOW);
            out.flush();
            shown = 0;
        }
    }

    /**
     * A picture as text. One that is too large is made smaller: the pixels that fall together are averaged.
     *
     * @param columns characters of a line at most
     * @param rows lines at most
     */
    static String[] lines(Picture picture, int columns, int rows) {
        double shrink =
                Math.max(1, Math.max((double) picture.width() / columns, (double) picture.height() / (2 * rows)));
        int width = Math.max(1, (int) (picture.width() / shrink));
        int height = Math.max(1, (int) (picture.height() / shrink));
        String[] lines = new String[(height + 1) / 2];
        for (int row = 0; row < lines.length; row++) {
            var line = new StringBuilder();
            int inkBefore = -1;
            int paperBefore = -1;
            for (int x = 0; x < width; x++) {
                int ink = colour(picture, x, 2 * row, shrink);
                boolean half = 2 * row + 1 == height;
                int paper = half ? -1 : colour(picture, x, 2 * row + 1, shrink);
                if (ink != inkBefore) {
                    line.append(escape(38, ink));
                }
                if (paper != paperBefore) { // a last half line has none
                    line.append(escape(48, paper));
                }
                inkBefore = ink;
                paperBefore = paper;
                line.append(HALF);
            }
            lines[row] = line.append(PLAIN).toString();
        }
        return lines;
    }

    /** @param what 38 for ink, 48 for paper (ISO 8613-6) */
    private static String escape(int what, int rgb) {
        return "\u001b[%d;2;%d;%d;%dm".formatted(what, rgb >> 16, rgb >> 8 & 0xff, rgb & 0xff);
    }

    /** The mean of the pixels that become one. */
    private static int colour(Picture picture, int x, int y, double shrink) {
        int x0 = (int) (x * shrink);
        int y0 = (int) (y * shrink);
        int x1 = Math.clamp((int) ((x + 1) * shrink), x0 + 1, picture.width());
        int y1 = Math.clamp((int) ((y + 1) * shrink), y0 + 1, picture.height());
        int n = (x1 - x0) * (y1 - y0);
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
            int sum = 0;
            for (int v = y0; v < y1; v++) {
                for (int u = x0; u < x1; u++) {
                    sum += picture.bytes()[(v * picture.width() + u) * picture.channels() + c] & 0xff;
                }
            }
            rgb = rgb << 8 | (sum + n / 2) / n;
        }
        return rgb;
    }
}
