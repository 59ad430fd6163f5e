package sensorium.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How likely a unit is after those before it: counts of n-grams, smoothed by those of shorter ones (Witten and Bell 1991, interpolated).
 * How often something new came after a context says how much of the probability goes to the shorter one; below the shortest all units are
 * alike, so that nothing is impossible.
 */
public final class NGramModel {
    private final int order;
    private final int units;
    private final Map<String, Followers> contexts = new HashMap<>();

    /** What came after a context. */
    private static final class Followers {
        final Map<Integer, Integer> counts = new HashMap<>();
        int total;
    }

    /**
     * Counts.
     *
     * @param order units that are looked at, the foretold one included, at least 1
     * @param units how many there are; the end is foretold as one more
     * @param texts of units
     */
    public NGramModel(int order, int units, List<int[]> texts) {
        if (order < 1 || units < 1 || units >= Character.MAX_VALUE) {
            throw new IllegalArgumentException("n-grams of " + order + " among " + units + " units");
        }
        this.order = order;
        this.units = units;
        for (int[] text : texts) {
            var row = new StringBuilder().append((char) units); // the beginning goes by the id of the end
            for (int unit : text) {
                count(row, unit);
                row.append((char) unit);
            }
            count(row, units);
        }
    }

    private void count(CharSequence before, int unit) {
        for (int n = 0; n < order && n <= before.length(); n++) {
            String context =
                    before.subSequence(before.length() - n, before.length()).toString();
            var followers = contexts.computeIfAbsent(context, _ -> new Followers());
            followers.counts.merge(unit, 1, Integer::sum);
            followers.total++;
        }
    }

    /** The unit that stands for the end of a text. */
    public int end() {
        return units;
    }

    /** Logarithm of the probability of a unit, or the {@link #end}, after those. */
    public double logProbability(List<Integer> before, int unit) {
        var row = new StringBuilder();
        int from = Math.max(0, before.size() - order + 1);
        if (before.size() < order - 1) {
            row.append((char) units);
        }
        for (int unitBefore : before.subList(from, before.size())) {
            row.append((char) unitBefore);
        }
        double p = 1.0 / (units + 1);
        for (int n = 0; n < order && n <= row.length(); n++) {
            Followers followers = contexts.get(row.substring(row.length() - n));
            if (followers == null) {
                break; // nor any longer one
            }
            int different = followers.counts.size();
            p = (followers.counts.getOrDefault(unit, 0) + different * p) / (followers.total + different);
        }
        return Math.log(p);
    }

    /** Nats for each unit of some texts, their ends included. */
    public double surprise(List<int[]> texts) {
        double sum = 0;
        long count = 0;
        for (int[] text : texts) {
            List<Integer> row = Arrays.stream(text).boxed().toList();
            for (int i = 0; i <= text.length; i++) {
                sum -= logProbability(row.subList(0, i), i < text.length ? text[i] : units);
                count++;
            }
        }
        return sum / Math.max(1, count);
    }
}
