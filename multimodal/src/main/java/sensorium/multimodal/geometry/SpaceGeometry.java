package sensorium.multimodal.geometry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.multimodal.SpaceEvaluation;
import sensorium.multimodal.SpaceVectors;
import sensorium.multimodal.SpaceVectors.Rows;

/**
 * The shape of a space.
 *
 * @param uniformity of each sense: the logarithm of the mean of exp(−2·d²) over all pairs of its vectors (Wang and Isola,
 *     arXiv:2005.10242): 0 where all lie on one spot, −4 where any two are at right angles
 * @param between two senses, as {@code text_picture}
 */
public record SpaceGeometry(Map<String, Double> uniformity, Map<String, Between> between) {
    /** Of more vectors so many are looked at, evenly spread: all pairs of them. */
    private static final int MOST = 2000;

    /** Measures how the senses of a space lie, each by itself and to each other. */
    public static SpaceGeometry of(SpaceVectors vectors) {
        Map<String, Double> uniformity = new LinkedHashMap<>();
        Map<String, Between> between = new LinkedHashMap<>();
        List<String> names = List.copyOf(vectors.senses().keySet());
        for (int i = 0; i < names.size(); i++) {
            Rows one = vectors.senses().get(names.get(i));
            if (one.size() > 1) {
                uniformity.put(names.get(i), uniformity(one.vectors()));
            }
            for (int j = i + 1; j < names.size(); j++) {
                put(
                        between,
                        names.get(i) + "_" + names.get(j),
                        one,
                        vectors.senses().get(names.get(j)));
            }
        }
        return new SpaceGeometry(uniformity, between);
    }

    /** How each sense of one space lies to the same of another, which was trained separately. */
    public static Map<String, Between> ofTowers(SpaceVectors one, SpaceVectors other) {
        Map<String, Between> towers = new LinkedHashMap<>();
        one.senses().forEach((sense, rows) -> {
            if (other.senses().containsKey(sense)) {
                put(towers, sense, rows, other.senses().get(sense));
            }
        });
        return towers;
    }

    private static void put(Map<String, Between> all, String name, Rows a, Rows b) {
        Between between = Between.of(a, b);
        if (between != null) {
            all.put(name, between);
        }
    }

    static double uniformity(float[][] vectors) {
        int n = Math.min(vectors.length, MOST);
        float[][] some = new float[n][];
        for (int i = 0; i < n; i++) {
            some[i] = vectors[(int) ((long) i * vectors.length / n)];
        }
        float[][] cosines = SpaceEvaluation.scores(some, some);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                sum += Math.exp(-4 * (1 - cosines[i][j])); // d² of unit vectors is 2·(1 − cosine)
            }
        }
        return Math.log(sum / (n * (n - 1.0) / 2));
    }

    /** {@code {"uniformity":{"text":…},"text_picture":{"concepts":…,"alignment":…,…},…}}. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("uniformity", uniformity);
        map.putAll(toMap(between));
        return map;
    }

    public static Map<String, Object> toMap(Map<String, Between> between) {
        Map<String, Object> map = new LinkedHashMap<>();
        between.forEach((name, b) -> map.put(name, b.toMap()));
        return map;
    }
}
