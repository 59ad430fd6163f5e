package sensorium.audio.whisper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sensorium.nn.TokenSearch;
import sensorium.nn.TokenSearch.Found;

/** Rules and search, with scores that a table gives: 0–3 are text, 4 the end, 5 begins, 6 says no times, 7–12 are times. */
class TokenSearchTest {
    private static final int END = 4;
    private static final int TIMELESS = 6;
    private static final int FIRST = 7;
    private static final int SIZE = 13;
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private static GenerationConfig config(OptionalInt latest) {
        return new GenerationConfig(
                5,
                END,
                Set.of(5),
                Set.of(END, 0),
                Map.of(),
                OptionalInt.of(TIMELESS),
                latest,
                false,
                Map.of(),
                Map.of(),
                100);
    }

    private static final GenerationConfig CONFIG = config(OptionalInt.of(2));

    /** Scores at which text is much likelier than times. */
    private static double[] textual() {
        var scores = new double[SIZE];
        Arrays.fill(scores, FIRST, SIZE, -20);
        return scores;
    }

    private static List<Integer> possible(double[] scores, boolean times, Integer... written) {
        new DecodingRules(CONFIG, times, 5).apply(scores, List.of(written));
        return IntStream.range(0, SIZE).filter(i -> scores[i] > NEVER).boxed().toList();
    }

    @Test
    void withoutTimes() {
        assertThat(possible(new double[SIZE], false)).containsExactly(1, 2, 3, 7, 8, 9, 10, 11, 12);
        assertThat(possible(new double[SIZE], false, 1)).containsExactly(0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12);
    }

    @Test
    void timesComePairwiseAndNeverDecrease() {
        // The first is a time, and an early one.
        assertThat(possible(textual(), true)).containsExactly(7, 8, 9);
        // Text must follow the first.
        assertThat(possible(textual(), true, 8)).containsExactly(0, 1, 2, 3, 4);
        // Then text, or a later time.
        assertThat(possible(textual(), true, 8, 1)).containsExactly(0, 1, 2, 3, 4, 9, 10, 11, 12);
        // After the end of a segment: the beginning of the next, perhaps at once, or the end of all.
        assertThat(possible(textual(), true, 8, 1, 10)).containsExactly(4, 10, 11, 12);
        assertThat(possible(textual(), true, 8, 1, 10, 10)).containsExactly(0, 1, 2, 3, 4);
        assertThat(possible(textual(), true, 8, 1, 10, 10, 2)).containsExactly(0, 1, 2, 3, 4, 11, 12);
    }

    @Test
    void timesThatAreLikelierTogetherAreTaken() {
        double[] scores = textual();
        Arrays.fill(scores, FIRST, SIZE, -1); // each below the text, together above
        assertThat(possible(scores, true, 8, 1)).containsExactly(9, 10, 11, 12);
    }

    @Test
    void withoutALimitTheFirstTimeMayBeAnyOfTheWindow() {
        double[] scores = new double[SIZE];
        new DecodingRules(config(OptionalInt.empty()), true, 4).apply(scores, List.of());
        assertThat(IntStream.range(0, SIZE).filter(i -> scores[i] > NEVER)).containsExactly(7, 8, 9, 10, 11);
    }

    /** Reproducible scores that depend on the whole row. */
    private static double[] scores(List<Integer> row, long seed) {
        var random = new Random(31L * row.hashCode() + seed);
        return random.doubles(SIZE, -3, 3).toArray();
    }

    private static Found search(int beams, int most, long seed) {
        return new TokenSearch(END, beams, most)
                .run(
                        (rows, _) -> rows.stream().map(row -> scores(row, seed)).toArray(double[][]::new),
                        new DecodingRules(CONFIG, false, 5));
    }

    /** With more beams than there are rows nothing is lost: every row of at most three tokens, one by one. */
    @Test
    void manyBeamsFindWhatTryingAllDoes() {
        for (long seed = 0; seed < 20; seed++) {
            List<Found> all = new ArrayList<>();
            tryAll(List.of(), 0, 3, seed, all);
            Found best = all.stream()
                    .max(Comparator.comparingDouble(
                            f -> f.logProbability() / Math.max(1, f.tokens().size())))
                    .orElseThrow();
            Found found = search(3000, 3, seed);
            assertThat(found.tokens()).isEqualTo(best.tokens());
            assertThat(Math.abs(found.logProbability() - best.logProbability())).isLessThan(1e-12);
        }
    }

    private static void tryAll(List<Integer> row, double logProbability, int left, long seed, List<Found> all) {
        if (left == 0) {
            all.add(new Found(row, logProbability));
            return;
        }
        double[] next = scores(row, seed);
        new DecodingRules(CONFIG, false, 5).apply(next, row);
        double total = TokenSearch.logSum(next, 0);
        for (int id = 0; id < SIZE; id++) {
            if (next[id] == NEVER) {
                continue;
            }
            double sum = logProbability + next[id] - total;
            if (id == END) {
                all.add(new Found(row, sum));
            } else {
                List<Integer> longer = new ArrayList<>(row);
                longer.add(id);
                tryAll(longer, sum, left - 1, seed, all);
            }
        }
    }

    @Test
    void oneBeamTakesTheBestAtEachStep() {
        List<Integer> row = new ArrayList<>();
        for (int step = 0; step < 8; step++) {
            double[] next = scores(row, 5);
            new DecodingRules(CONFIG, false, 5).apply(next, row);
            int best = IntStream.range(0, SIZE)
                    .boxed()
                    .max(Comparator.comparingDouble(i -> next[i]))
                    .orElseThrow();
            if (best == END) {
                break;
            }
            row.add(best);
        }
        assertThat(search(1, 8, 5).tokens()).isEqualTo(row);
    }

    @Test
    void rowsSayWhichTheyContinue() {
        List<List<Integer>> before = new ArrayList<>();
        new TokenSearch(END, 4, 5)
                .run(
                        (rows, from) -> {
                            for (int i = 0; i < rows.size() && !before.isEmpty(); i++) {
                                List<Integer> row = rows.get(i);
                                assertThat(row.subList(0, row.size() - 1)).isEqualTo(before.get((int) from[i]));
                            }
                            before.clear();
                            before.addAll(rows);
                            return rows.stream().map(row -> scores(row, 9)).toArray(double[][]::new);
                        },
                        new DecodingRules(CONFIG, false, 5));
        assertThat(before).isNotEmpty();
    }
}
