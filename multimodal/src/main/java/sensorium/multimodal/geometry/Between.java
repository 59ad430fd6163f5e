package sensorium.multimodal.geometry;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import sensorium.multimodal.SpaceVectors.Rows;

/**
 * How two sets of vectors of the same concepts lie to each other: two senses of a space, or one sense in two spaces.
 *
 * @param concepts that both show
 * @param alignment mean squared distance between what shows the same concept (Wang and Isola, arXiv:2005.10242, α = 2): 0 where it
 *     coincides
 * @param others the same between what shows different concepts: 2 where directions have nothing to do with each other
 * @param gap distance between the middles of the two, the modality gap (Liang et al., arXiv:2203.02053)
 * @param cka linear centred kernel alignment (Kornblith et al., arXiv:1905.00414): 1 where the one is the other but for rotation
 *     and scale
 * @param chance the same of pairs that do not belong together: few concepts in many dimensions resemble each other anyway
 * @param direct share of the held-out half of the concepts of which the nearest direction of the second set is their own
 * @param rotated the same after the rotation that fits the other half best (orthogonal Procrustes): what it gains was the same
 *     shape, standing differently
 * @param heldOut how many concepts that half has
 */
public record Between(
        int concepts,
        double alignment,
        double others,
        double gap,
        double cka,
        double chance,
        double direct,
        double rotated,
        int heldOut) {
    /** Of fewer concepts nothing of this can be said. */
    private static final int FEWEST = 4;

    /** Null where they have too few concepts in common, or are not of one width. */
    static Between of(Rows a, Rows b) {
        Pairs pairs = a.size() == 0 || b.size() == 0 || a.vectors()[0].length != b.vectors()[0].length
                ? null
                : Pairs.of(a, b);
        if (pairs == null || pairs.size() < FEWEST) {
            return null;
        }
        Pairs fitted = pairs.half(0);
        Pairs heldOut = pairs.half(1);
        return new Between(
                pairs.size(),
                distance(pairs),
                others(pairs),
                mean(a).minus(mean(b)).normF(),
                cka(pairs),
                cka(pairs.mismatched()),
                found(heldOut),
                found(Procrustes.of(fitted).applied(heldOut)),
                heldOut.size());
    }

    private static double distance(Pairs pairs) {
        SimpleMatrix apart = pairs.a().minus(pairs.b());
        return product(apart, apart) / pairs.size();
    }

    /** Over all pairs of different concepts: those of all pairs without those of the same. */
    private static double others(Pairs pairs) {
        int n = pairs.size();
        double squares = product(pairs.a(), pairs.a()) / n + product(pairs.b(), pairs.b()) / n;
        SimpleMatrix ones = SimpleMatrix.ones(n, 1);
        double products =
                pairs.a().transpose().mult(ones).dot(pairs.b().transpose().mult(ones)); // of all with all
        double all = (double) n * n * squares - 2 * products;
        return (all - n * distance(pairs)) / ((double) n * (n - 1));
    }

    private static double product(SimpleMatrix x, SimpleMatrix y) {
        return x.elementMult(y).elementSum();
    }

    private static SimpleMatrix mean(Rows rows) {
        double[] sum = new double[rows.vectors()[0].length];
        for (float[] v : rows.vectors()) {
            for (int d = 0; d < sum.length; d++) {
                sum[d] += v[d] / rows.size();
            }
        }
        return new SimpleMatrix(sum.length, 1, true, sum);
    }

    /** ‖YᵀX‖² / (‖XᵀX‖·‖YᵀY‖) of centred X, Y. */
    static double cka(Pairs pairs) {
        SimpleMatrix x = centred(pairs.a());
        SimpleMatrix y = centred(pairs.b());
        double cross = y.transpose().mult(x).normF();
        double own = x.transpose().mult(x).normF() * y.transpose().mult(y).normF();
        return own == 0 ? 0 : cross * cross / own;
    }

    private static SimpleMatrix centred(SimpleMatrix x) {
        int n = x.getNumRows();
        SimpleMatrix ones = SimpleMatrix.ones(n, 1);
        return x.minus(ones.mult(ones.transpose().mult(x)).scale(1.0 / n));
    }

    /** Share of the rows of which the partner is the nearest of all. */
    static double found(Pairs pairs) {
        SimpleMatrix cosines = pairs.a().mult(pairs.b().transpose()); // (N, N)
        int right = 0;
        for (int i = 0; i < pairs.size(); i++) {
            int best = 0;
            for (int j = 1; j < pairs.size(); j++) {
                best = cosines.get(i, j) > cosines.get(i, best) ? j : best;
            }
            right += best == i ? 1 : 0;
        }
        return (double) right / pairs.size();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("concepts", concepts);
        map.put("alignment", alignment);
        map.put("alignment_others", others);
        map.put("gap", gap);
        map.put("cka", cka);
        map.put("cka_chance", chance);
        map.put("procrustes", Map.of("before", direct, "after", rotated, "n", heldOut));
        return map;
    }
}
