package sensorium.nn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for the likeliest row of tokens: the best at each step, or beam search as Whisper has it, which keeps the best few rows, and in
 * the end takes the one with the best mean log-probability.
 *
 * @param end token that ends a row
 * @param beams rows that are kept, 1 for the best at each step
 * @param most tokens of a row
 */
public record TokenSearch(int end, int beams, int most) {

    /** What tokens may follow. */
    public interface Scores {
        /**
         * The scores of all tokens after each row, logarithms of probabilities but for a constant.
         *
         * @param rows so far; each is one of those before, with one token more
         * @param from which of those before; not read at the first call, when there is one row, of nothing
         */
        double[][] next(List<List<Integer>> rows, long[] from);
    }

    /** What may not follow. */
    @FunctionalInterface
    public interface Rule {
        /**
         * Makes what may not follow impossible: a score of minus infinity.
         *
         * @param scores of every token, logarithms of probabilities but for a constant
         * @param written so far
         */
        void apply(double[] scores, List<Integer> written);
    }

    /**
     * @param tokens without the end
     * @param logProbability of them and the end together
     */
    public record Found(List<Integer> tokens, double logProbability) {
        /** For each token, the end included. */
        public double mean() {
            return logProbability / (tokens.size() + 1);
        }
    }

    /** @param from index of the row that it continues */
    private record Candidate(List<Integer> tokens, double logProbability, int from) {}

    public Found run(Scores scores, Rule rule) {
        List<Candidate> live = List.of(new Candidate(List.of(), 0, 0));
        List<Found> finished = new ArrayList<>();
        for (int step = 0; step < most && finished.size() < beams; step++) {
            double[][] next = scores.next(
                    live.stream().map(Candidate::tokens).toList(),
                    live.stream().mapToLong(Candidate::from).toArray());
            List<Candidate> candidates = new ArrayList<>();
            for (int row = 0; row < live.size(); row++) {
                rule.apply(next[row], live.get(row).tokens);
                addBest(candidates, live.get(row), row, next[row]);
            }
            candidates.sort(Comparator.comparingDouble((Candidate c) -> c.logProbability)
                    .reversed());
            live = sorted(candidates, finished);
            if (live.isEmpty()) {
                break;
            }
        }
        // Rows that were cut off count where too few have ended.
        live.stream()
                .limit(Math.max(0, beams - finished.size()))
                .forEach(c -> finished.add(new Found(c.tokens, c.logProbability)));
        return finished.stream()
                .max(Comparator.comparingDouble(found -> found.logProbability / Math.max(1, found.tokens.size())))
                .orElse(new Found(List.of(), 0));
    }

    /** The best continuations of a row: one more than rows are kept, since one of them may be the end. */
    private void addBest(List<Candidate> candidates, Candidate row, int index, double[] scores) {
        double total = logSum(scores, 0);
        Map<Integer, Double> best = new LinkedHashMap<>();
        for (int k = 0; k < (beams == 1 ? 1 : beams + 1); k++) {
            int chosen = -1;
            for (int id = 0; id < scores.length; id++) {
                if (scores[id] > Double.NEGATIVE_INFINITY
                        && !best.containsKey(id)
                        && (chosen < 0 || scores[id] > scores[chosen])) {
                    chosen = id;
                }
            }
            if (chosen < 0) {
                break; // nothing else is possible
            }
            best.put(chosen, scores[chosen] - total);
        }
        best.forEach((id, logProbability) -> {
            List<Integer> tokens = new ArrayList<>(row.tokens);
            tokens.add(id);
            candidates.add(new Candidate(List.copyOf(tokens), row.logProbability + logProbability, index));
        });
    }

    /** The best that go on; those before them that have ended are finished. */
    private List<Candidate> sorted(List<Candidate> best, List<Found> finished) {
        List<Candidate> live = new ArrayList<>();
        for (Candidate c : best) {
            if (live.size() == beams) {
                break;
            }
            int last = c.tokens.size() - 1;
            if (c.tokens.get(last) != end) {
                live.add(c);
            } else if (finished.size() < beams) {
                finished.add(new Found(c.tokens.subList(0, last), c.logProbability));
            }
        }
        return live;
    }

    /** {@code log Σ exp} of the scores from {@code from} on. */
    public static double logSum(double[] scores, int from) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = from; i < scores.length; i++) {
            max = Math.max(max, scores[i]);
        }
        if (max == Double.NEGATIVE_INFINITY) {
            return max;
        }
        double sum = 0;
        for (int i = from; i < scores.length; i++) {
            sum += Math.exp(scores[i] - max);
        }
        return max + Math.log(sum);
    }
}
