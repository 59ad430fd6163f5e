package sensorium.audio.speech;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CtcSearchTest {
    private static final int CLASSES = 4; // three units and the blank

    private static Emissions random(long seed, int frames) {
        var random = new Random(seed);
        float[] values = new float[frames * CLASSES];
        for (int t = 0; t < frames; t++) {
            double[] scores = random.doubles(CLASSES, -2, 2).toArray();
            double total = 0;
            for (double s : scores) {
                total += Math.exp(s);
            }
            for (int c = 0; c < CLASSES; c++) {
                values[t * CLASSES + c] = (float) (scores[c] - Math.log(total));
            }
        }
        return new Emissions(values, frames, CLASSES);
    }

    /** What each row of units has, all paths together, one by one. */
    private static Map<List<Integer>, Double> all(Emissions heard) {
        Map<List<Integer>, Double> sums = new HashMap<>();
        int paths = (int) Math.pow(CLASSES, heard.frames());
        for (int path = 0; path < paths; path++) {
            double p = 0;
            List<Integer> units = new ArrayList<>();
            int before = heard.blank();
            int left = path;
            for (int t = 0; t < heard.frames(); t++) {
                int c = left % CLASSES;
                left /= CLASSES;
                p += heard.at(t, c);
                if (c != before && c != heard.blank()) {
                    units.add(c);
                }
                before = c;
            }
            sums.merge(units, Math.exp(p), Double::sum);
        }
        return sums;
    }

    @Test
    void manyBeamsFindWhatAllPathsTogetherSay() {
        for (long seed = 0; seed < 30; seed++) {
            Emissions heard = random(seed, 6);
            List<Integer> best = all(heard).entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
            assertThat(new CtcSearch(5000, null, 0, 0).best(heard)).isEqualTo(best);
        }
    }

    /** Prefers units in rising order. */
    private static final CtcSearch.Prior RISING = new CtcSearch.Prior() {
        @Override
        public double logProbability(List<Integer> before, int unit) {
            return before.isEmpty() || before.getLast() < unit ? -0.1 : -3;
        }

        @Override
        public double logProbabilityOfEnd(List<Integer> all) {
            return all.size() == 2 ? -0.1 : -1;
        }
    };

    @Test
    void aPriorIsWeighedIn() {
        int changed = 0;
        for (long seed = 0; seed < 30; seed++) {
            Emissions heard = random(seed, 6);
            List<Integer> best = all(heard).entrySet().stream()
                    .max(Comparator.comparingDouble(e -> Math.log(e.getValue()) + prior(e.getKey())))
                    .orElseThrow()
                    .getKey();
            assertThat(new CtcSearch(5000, RISING, 0.7, 0.3).best(heard)).isEqualTo(best);
            changed += best.equals(new CtcSearch(5000, null, 0, 0).best(heard)) ? 0 : 1;
        }
        assertThat(changed).isPositive();
    }

    private static double prior(List<Integer> units) {
        double sum = 0.7 * RISING.logProbabilityOfEnd(units) + 0.3 * units.size();
        for (int i = 0; i < units.size(); i++) {
            sum += 0.7 * RISING.logProbability(units.subList(0, i), units.get(i));
        }
        return sum;
    }

    @Test
    void theGreedyPath() {
        float[] values = new float[7 * CLASSES];
        int[] path = {0, 0, 3, 0, 1, 1, 3};
        for (int i = 0; i < values.length; i++) {
            values[i] = path[i / CLASSES] == i % CLASSES ? 0 : -50;
        }
        var heard = new Emissions(values, 7, CLASSES);
        assertThat(CtcSearch.greedy(heard)).containsExactly(0, 0, 1);
        assertThat(new CtcSearch(1, null, 0, 0).best(heard)).containsExactly(0, 0, 1);
        assertThat(CtcSearch.greedy(heard.slice(0, 2).followedBy(heard.slice(4, 7))))
                .containsExactly(0, 1);
        assertThat(new CtcSearch(4, null, 0, 0).best(heard.slice(0, 0))).isEmpty();
        assertThat(CtcAlignment.of(heard, List.of(0, 0, 1)))
                .containsExactly(new CtcAlignment.Span(0, 1), new CtcAlignment.Span(3, 3), new CtcAlignment.Span(4, 5));
    }

    /** The best of all paths that spell the units, one by one. */
    @Test
    void theAlignmentIsTheLikeliestPath() {
        List<Integer> units = List.of(1, 1, 2);
        for (long seed = 0; seed < 20; seed++) {
            Emissions heard = random(seed, 6);
            double best = Double.NEGATIVE_INFINITY;
            List<CtcAlignment.Span> spans = List.of();
            for (int path = 0; path < Math.pow(CLASSES, 6); path++) {
                int p = path;
                int[] classes = IntStream.range(0, 6)
                        .map(t -> (int) (p / Math.pow(CLASSES, t)) % CLASSES)
                        .toArray();
                double score = IntStream.range(0, 6)
                        .mapToDouble(t -> heard.at(t, classes[t]))
                        .sum();
                List<CtcAlignment.Span> these = spans(classes, units);
                if (these.size() == units.size() && score > best + 1e-6) {
                    best = score;
                    spans = these;
                }
            }
            assertThat(CtcAlignment.of(heard, units)).isEqualTo(spans);
        }
    }

    /** Of a path; empty where it spells something else. */
    private static List<CtcAlignment.Span> spans(int[] path, List<Integer> units) {
        List<CtcAlignment.Span> spans = new ArrayList<>();
        List<Integer> said = new ArrayList<>();
        for (int t = 0; t < path.length; t++) {
            if (path[t] == CLASSES - 1) {
                continue;
            }
            if (t > 0 && path[t - 1] == path[t]) {
                spans.set(
                        spans.size() - 1, new CtcAlignment.Span(spans.getLast().first(), t));
            } else {
                spans.add(new CtcAlignment.Span(t, t));
                said.add(path[t]);
            }
        }
        return said.equals(units) ? spans : List.of();
    }

    @Test
    void tooFewFramesSayNothing() {
        assertThat(CtcAlignment.of(random(1, 2), List.of(0, 1, 2))).isEmpty();
        assertThat(CtcAlignment.of(random(1, 2), List.of(1, 1))).isEmpty();
        assertThat(CtcAlignment.of(random(1, 0), List.of(1))).isEmpty();
        assertThat(CtcAlignment.of(random(1, 3), List.of())).isEmpty();
    }
}
