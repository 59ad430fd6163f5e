package sensorium.multimodal.geometry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.SpaceEvaluation;
import sensorium.multimodal.classify.Sense;

/**
 * Classes told apart by their names alone: the nearest name is the answer (Radford et al., arXiv:2103.00020).
 *
 * @param bare accuracy with the names as they are
 * @param templates with each name's mean direction in several sentences
 * @param majority how often the most frequent class is right
 * @param classes how many are told apart
 * @param n how many are asked for
 */
public record ZeroShotScores(double bare, double templates, double majority, int classes, int n) {
    private static final List<String> SEEN = List.of(
            "%s", "a %s", "the %s", "some %s", "a picture of a %s", "a drawing of a %s", "a small %s", "a big %s");
    private static final List<String> HEARD = List.of("%s", "a %s", "the %s", "the sound of a %s", "you hear a %s");

    public static ZeroShotScores of(Labelled data) {
        var embedder = new Embedder(data.tower().space());
        float[][] vectors = data.tower().vectors(data.test());
        List<String> sentences = data.tower().sense() == Sense.PICTURE ? SEEN : HEARD;
        return new ZeroShotScores(
                accuracy(data, vectors, embedder.texts(data.labels())),
                accuracy(data, vectors, prompted(embedder, data.labels(), sentences)),
                data.majority(),
                data.labels().size(),
                data.test().size());
    }

    /** Of each name the mean direction of the sentences that it stands in. */
    private static float[][] prompted(Embedder embedder, List<String> names, List<String> sentences) {
        List<String> texts = new ArrayList<>();
        names.forEach(name -> sentences.forEach(sentence -> texts.add(sentence.replace("%s", name))));
        float[][] read = embedder.texts(texts);
        float[][] means = new float[names.size()][];
        for (int i = 0; i < means.length; i++) {
            double[] sum = new double[embedder.width()];
            for (int s = 0; s < sentences.size(); s++) {
                for (int d = 0; d < sum.length; d++) {
                    sum[d] += read[i * sentences.size() + s][d];
                }
            }
            Pairs.normalise(sum);
            means[i] = Pairs.floats(sum);
        }
        return means;
    }

    private static double accuracy(Labelled data, float[][] vectors, float[][] names) {
        float[][] scores = SpaceEvaluation.scores(vectors, names);
        int right = 0;
        for (int i = 0; i < scores.length; i++) {
            int best = 0;
            for (int c = 1; c < names.length; c++) {
                best = scores[i][c] > scores[i][best] ? c : best;
            }
            right += best == data.test().label(i) ? 1 : 0;
        }
        return (double) right / scores.length;
    }

    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("bare", bare);
        map.put("templates", templates);
        map.put("majority", majority);
        map.put("classes", classes);
        map.put("n", n);
        return map;
    }
}
