package sensorium.multimodal.geometry;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a linear map of a space's vectors makes of labelled things, while the space stays as it is.
 *
 * @param linear accuracy after learning from all of the pool
 * @param trained how many those are
 * @param curve after learning from so many a class, over many draws
 * @param majority how often the most frequent class is right
 * @param classes how many are told apart
 * @param n how many are asked for
 */
public record Probe(double linear, int trained, Map<Integer, Mean> curve, double majority, int classes, int n) {
    /** Examples a class of the curve. */
    private static final int[] SHOTS = {1, 2, 5, 10};

    public static final int DRAWS = 20;

    public static Probe of(Labelled data, long seed) {
        float[][] pool = data.tower().vectors(data.pool());
        float[][] test = data.tower().vectors(data.test());
        Map<Integer, Mean> curve = new TreeMap<>();
        for (int shots : SHOTS) {
            double[] accuracy = new double[DRAWS];
            for (int draw = 0; draw < DRAWS; draw++) {
                accuracy[draw] = accuracy(data, pool, test, data.few(shots, seed, draw));
            }
            curve.put(shots, Mean.of(accuracy));
        }
        int[] all = new int[data.pool().size()];
        Arrays.setAll(all, i -> i);
        return new Probe(
                accuracy(data, pool, test, all),
                all.length,
                curve,
                data.majority(),
                data.labels().size(),
                data.test().size());
    }

    /** Learnt from the chosen of the pool. */
    static double accuracy(Labelled data, float[][] pool, float[][] test, int[] chosen) {
        float[][] features = Arrays.stream(chosen).mapToObj(i -> pool[i]).toArray(float[][]::new);
        int[] labels = Arrays.stream(chosen).map(i -> data.pool().label(i)).toArray();
        return LogisticRegression.fit(features, labels, data.labels().size(), LogisticRegression.PENALTY)
                .accuracy(test, data.test().labels());
    }

    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("linear", linear);
        map.put("trained_on", trained);
        map.put("shots", curve);
        map.put("majority", majority);
        map.put("classes", classes);
        map.put("n", n);
        return map;
    }
}
