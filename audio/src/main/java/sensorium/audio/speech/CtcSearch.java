package sensorium.audio.speech;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The units that frames spell. A path names a class a frame; what it spells is left when repeats are taken together and blanks away. Greedy
 * takes the likeliest path. The prefix beam search (Graves and Jaitly, ICML 2014; Hannun et al., arXiv:1408.2873) adds up all paths that
 * spell the same, and weighs what they spell by a model of the language.
 *
 * @param beams prefixes kept at each frame
 * @param prior what is known of the language, null for nothing
 * @param weight of its logarithms
 * @param bonus added for each unit, since a prior makes every unit cost
 */
public record CtcSearch(int beams, Prior prior, double weight, double bonus) {
    /** Classes less likely than this in a frame are not tried there. */
    private static final double UNLIKELY = Math.log(1e-4);

    private static final double NEVER = Double.NEGATIVE_INFINITY;

    /** How likely units are after others. */
    public interface Prior {
        /** Logarithm of the probability of a unit after those. */
        double logProbability(List<Integer> before, int unit);

        /** Likewise of nothing more. */
        double logProbabilityOfEnd(List<Integer> all);
    }

    public CtcSearch {
        if (beams < 1) {
            throw new IllegalArgumentException(beams + " beams");
        }
    }

    /** The units of the likeliest path. */
    public static List<Integer> greedy(Emissions heard) {
        List<Integer> units = new ArrayList<>();
        int before = heard.blank();
        for (int t = 0; t < heard.frames(); t++) {
            int best = heard.best(t);
            if (best != before && best != heard.blank()) {
                units.add(best);
            }
            before = best;
        }
        return units;
    }

    /** Units so far, as the last of them and what is before: prefixes share their beginnings. */
    private static final class Prefix {
        final Prefix before; // null for nothing at all
        final int unit;
        final double known; // of the prior and the bonus
        private final Map<Integer, Prefix> longer = new HashMap<>();

        Prefix(Prefix before, int unit, double known) {
            this.before = before;
            this.unit = unit;
            this.known = known;
        }

        List<Integer> units() {
            List<Integer> units = new ArrayList<>();
            for (Prefix p = this; p.before != null; p = p.before) {
                units.add(p.unit);
            }
            return units.reversed();
        }
    }

    /** Logarithms of the probabilities of all paths that spell a prefix and end in a blank, or in its last unit. */
    private static final class Sums {
        double blank = NEVER;
        double unit = NEVER;

        double both() {
            return add(blank, unit);
        }
    }

    private record Scored(Prefix prefix, Sums sums, double score) {}

    /** The likeliest units, all paths together. */
    public List<Integer> best(Emissions heard) {
        var nothing = new Prefix(null, -1, 0);
        var beginning = new Sums();
        beginning.blank = 0;
        List<Scored> live = List.of(new Scored(nothing, beginning, 0));
        for (int t = 0; t < heard.frames(); t++) {
            live = step(heard, t, live);
        }
        return live.stream()
                .max(Comparator.comparingDouble(s -> s.score + end(s.prefix)))
                .orElseThrow()
                .prefix
                .units();
    }

    private double end(Prefix prefix) {
        return prior == null ? 0 : weight * prior.logProbabilityOfEnd(prefix.units());
    }

    private List<Scored> step(Emissions heard, int t, List<Scored> live) {
        Map<Prefix, Sums> next = new HashMap<>();
        List<Prefix> order = new ArrayList<>(); // of a hash map there is none that one could rely on
        double blank = heard.at(t, heard.blank());
        for (Scored s : live) {
            Sums same = sums(next, order, s.prefix);
            same.blank = add(same.blank, s.sums.both() + blank);
            if (s.prefix.before != null) {
                same.unit = add(same.unit, s.sums.unit + heard.at(t, s.prefix.unit));
            }
            for (int unit = 0; unit < heard.blank(); unit++) {
                double p = heard.at(t, unit);
                if (p < UNLIKELY) {
                    continue;
                }
                // The same unit twice needs a blank between.
                double paths = s.prefix.before != null && unit == s.prefix.unit ? s.sums.blank : s.sums.both();
                if (paths > NEVER) {
                    Sums longer = sums(next, order, longer(s.prefix, unit));
                    longer.unit = add(longer.unit, paths + p);
                }
            }
        }
        return order.stream()
                .map(p -> new Scored(p, next.get(p), next.get(p).both() + p.known))
                .sorted(Comparator.comparingDouble((Scored s) -> -s.score)) // stable: of equals the earlier
                .limit(beams)
                .toList();
    }

    private static Sums sums(Map<Prefix, Sums> all, List<Prefix> order, Prefix prefix) {
        return all.computeIfAbsent(prefix, p -> {
            order.add(p);
            return new Sums();
        });
    }

    private Prefix longer(Prefix prefix, int unit) {
        return prefix.longer.computeIfAbsent(unit, u -> {
            double p = prior == null ? 0 : weight * prior.logProbability(prefix.units(), u);
            return new Prefix(prefix, u, prefix.known + p + bonus);
        });
    }

    /** {@code log(eᵃ + eᵇ)}. */
    private static double add(double a, double b) {
        double max = Math.max(a, b);
        return max == NEVER ? NEVER : max + Math.log1p(Math.exp(Math.min(a, b) - max));
    }
}
