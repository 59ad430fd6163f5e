package sensorium.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.caption.CaptionWriter;
import sensorium.multimodal.caption.PictureNames;
import sensorium.multimodal.stamps.Recall;
import sensorium.vision.Augmentation;

/**
 * How often a caption is exactly what a picture is called: of the pictures that were trained on, freshly perturbed; and of others. Of the
 * stamps the others are new pictures of known concepts; of other data they are what is held out.
 *
 * @param exact share of the seen
 * @param known share of the others; NaN where there are none
 */
record CaptionScores(double exact, int n, double known, int others) {
    /** Of perturbations, far from those that training draws from. */
    private static final long FRESH = 1_000_000_007L;

    static CaptionScores of(
            CaptionWriter writer,
            PictureNames seen,
            PictureNames others,
            CaptionWriter.Options options,
            Material.Watcher watcher) {
        var exact = writer.exact(seen, Augmentation.EVALUATION, FRESH, options, watcher);
        var known = others == null
                ? new CaptionWriter.Exact(Double.NaN, 0)
                : writer.exact(others, Embedder.PLAIN, 0, options, watcher);
        return new CaptionScores(exact.right(), exact.n(), known.right(), known.n());
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("exact", exact);
        map.put("n", n);
        if (others > 0) {
            map.put("known", known);
            map.put("known_interval", Recall.interval(known, others));
            map.put("known_n", others);
        }
        return map;
    }

    /** In one line. */
    String words() {
        String seen = String.format(Locale.ROOT, "exact %.1f %% of %d seen pictures, perturbed", 100 * exact, n);
        double[] interval = others == 0 ? new double[2] : Recall.interval(known, others);
        return others == 0
                ? seen
                : seen
                        + String.format(
                                Locale.ROOT,
                                "; %.1f %% (%.1f to %.1f) of %d others",
                                100 * known,
                                100 * interval[0],
                                100 * interval[1],
                                others);
    }

    /** What a table of a report says. */
    List<List<String>> rows() {
        List<String> seen = List.of("seen, freshly perturbed", percent(exact), "", Integer.toString(n));
        if (others == 0) {
            return List.of(seen);
        }
        double[] interval = Recall.interval(known, others);
        return List.of(
                seen,
                List.of(
                        "others",
                        percent(known),
                        percent(interval[0]) + " to " + percent(interval[1]),
                        Integer.toString(others)));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
