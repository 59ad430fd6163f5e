package sensorium.multimodal.stamps;

import java.util.Arrays;
import java.util.List;

/**
 * How often the answer is first, and how often among the first five.
 *
 * @param r1 share of queries whose best item is right
 * @param r5 share of queries with a right item among the best five
 * @param n number of queries
 */
public record Recall(double r1, double r5, int n) {

    /** The standard normal's 97.5 % point. */
    private static final double Z = 1.959964;

    /**
     * Scores queries against a gallery. Of equal scores the earlier item comes first.
     *
     * @param scores (queries, gallery), larger is better
     * @param queryKeys (queries) names asked for
     * @param galleryKeys (gallery) names; an item is right when its name equals the query's
     */
    public static Recall of(float[][] scores, List<String> queryKeys, List<String> galleryKeys) {
        if (scores.length != queryKeys.size()) {
            throw new IllegalArgumentException(scores.length + " rows of scores for " + queryKeys.size() + " queries");
        }
        int first = 0;
        int firstFive = 0;
        for (int q = 0; q < scores.length; q++) {
            int rank = rank(scores[q], queryKeys.get(q), galleryKeys);
            first += rank < 1 ? 1 : 0;
            firstFive += rank < 5 ? 1 : 0;
        }
        int n = scores.length;
        return new Recall(n == 0 ? 0 : first / (double) n, n == 0 ? 0 : firstFive / (double) n, n);
    }

    /** How many items come before the best right one; the gallery's size if none is right. */
    private static int rank(float[] scores, String key, List<String> galleryKeys) {
        int best = -1;
        for (int g = 0; g < scores.length; g++) {
            if (galleryKeys.get(g).equals(key) && (best < 0 || scores[g] > scores[best])) {
                best = g;
            }
        }
        if (best < 0) {
            return scores.length;
        }
        int before = 0;
        for (int g = 0; g < scores.length; g++) {
            if (scores[g] > scores[best] || (scores[g] == scores[best] && g < best)) {
                before++;
            }
        }
        return before;
    }

    /** The mean over repeated draws of the same queries. */
    public static Recall mean(Recall... draws) {
        return new Recall(
                Arrays.stream(draws).mapToDouble(Recall::r1).average().orElseThrow(),
                Arrays.stream(draws).mapToDouble(Recall::r5).average().orElseThrow(),
                draws[0].n());
    }

    /**
     * The 95 % interval of a share of {@code n} (Wilson 1927).
     *
     * @return lower and upper end
     */
    public static double[] interval(double share, int n) {
        double z2 = Z * Z;
        double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
        double half = Z * Math.sqrt(share * (1 - share) / n + z2 / (4.0 * n * n)) / (1 + z2 / n);
        return new double[] {middle - half, middle + half};
    }
}
