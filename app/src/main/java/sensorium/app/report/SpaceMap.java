package sensorium.app.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import sensorium.vision.Picture;

/**
 * The space laid flat: pictures as themselves, words as words. Each sense is moved so that its own mean is the middle: what
 * is shown is how things lie to each other, not how far pictures lie from words altogether.
 */
public final class SpaceMap {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 640;
    private static final int THUMBNAIL = 40;
    private static final int MARGIN = 34;
    private static final int EDGE = 8;

    private SpaceMap() {}

    /** @param vector unit vector (D) */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Seen(String name, Picture picture, float[] vector) {}

    /** @param vector unit vector (D) */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Word(String name, float[] vector) {}

    public static Html of(List<Seen> pictures, List<Word> words) {
        List<double[]> points = new ArrayList<>();
        points.addAll(centred(pictures.stream().map(Seen::vector).toList()));
        points.addAll(centred(words.stream().map(Word::vector).toList()));
        if (points.size() < 3) {
            return Html.NOTHING;
        }
        double[][] plane = spread(Pca.plane(points.toArray(double[][]::new)));
        var marks = new StringBuilder();
        for (int i = 0; i < pictures.size(); i++) {
            Seen seen = pictures.get(i);
            Picture small = Media.thumbnail(seen.picture, THUMBNAIL);
            double w = small.width() * 0.8;
            double h = small.height() * 0.8;
            marks.append(Html.of(
                    "<image class=\"point\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" href=\"{}\"><title>{}</title></image>\n",
                    number(plane[i][0] - w / 2),
                    number(plane[i][1] - h / 2),
                    number(w),
                    number(h),
                    Media.png(small),
                    seen.name));
        }
        List<double[]> taken = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            double[] at = plane[pictures.size() + i];
            String name = words.get(i).name;
            double half = 3.8 * name.length();
            at[0] = Math.clamp(at[0], half + EDGE, Math.max(half + EDGE, WIDTH - half - EDGE));
            if (taken.stream().noneMatch(t -> Math.abs(t[1] - at[1]) < 15 && Math.abs(t[0] - at[0]) < t[2] + half)) {
                taken.add(new double[] {at[0], at[1], half});
                marks.append(Html.of(
                        "<text class=\"word\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                        number(at[0]),
                        number(at[1] + 4),
                        name));
            }
        }
        return Html.of(
                "<div class=\"scroll\"><svg class=\"map\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"map of the space\">{}</svg></div>\n",
                WIDTH,
                HEIGHT,
                new Html(marks.toString()));
    }

    private static List<double[]> centred(List<float[]> vectors) {
        if (vectors.isEmpty()) {
            return List.of();
        }
        int width = vectors.getFirst().length;
        var mean = new double[width];
        vectors.forEach(v -> Arrays.setAll(mean, d -> mean[d] + v[d] / (double) vectors.size()));
        return vectors.stream()
                .map(v -> {
                    var moved = new double[width];
                    Arrays.setAll(moved, d -> v[d] - mean[d]);
                    return moved;
                })
                .toList();
    }

    /** To places on the map: by rank half the way, so that a dense middle can be read. */
    private static double[][] spread(double[][] plane) {
        double[][] out = new double[plane.length][2];
        int[] extent = {WIDTH, HEIGHT};
        for (int c = 0; c < 2; c++) {
            int axis = c;
            double[] sorted =
                    Arrays.stream(plane).mapToDouble(p -> p[axis]).sorted().toArray();
            double low = sorted[0];
            double high = sorted[sorted.length - 1];
            for (int i = 0; i < plane.length; i++) {
                double rank =
                        Math.abs(Arrays.binarySearch(sorted, plane[i][c])) / (double) Math.max(1, sorted.length - 1);
                double place = high > low ? (plane[i][c] - low) / (high - low) : 0.5;
                out[i][c] = MARGIN + (extent[c] - 2 * MARGIN) * (rank + place) / 2;
            }
        }
        return out;
    }

    private static String number(double v) {
        return String.format(Locale.ROOT, "%.1f", v);
    }
}
