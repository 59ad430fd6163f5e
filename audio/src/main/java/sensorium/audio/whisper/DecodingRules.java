package sensorium.audio.whisper;

import java.util.Arrays;
import java.util.List;
import sensorium.nn.TokenSearch;

/**
 * What may be written next: Whisper's rules as published (openai/whisper, decoding.py), applied to the scores of all tokens.
 *
 * <p>Times come in pairs, the end of a segment and the beginning of the next, except at the very beginning and before the end; they
 * never decrease; and where all of them together are likelier than any single other token, one is written.
 *
 * @param times whether times are written
 * @param steps that a window lasts: no time lies beyond it
 */
record DecodingRules(GenerationConfig config, boolean times, int steps) implements TokenSearch.Rule {
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    @Override
    public void apply(double[] scores, List<Integer> written) {
        config.suppressed().forEach(id -> scores[id] = NEVER);
        if (written.isEmpty()) {
            config.suppressedFirst().forEach(id -> scores[id] = NEVER);
        }
        if (!config.hasTimestamps()) {
            return;
        }
        scores[config.noTimestamps().getAsInt()] = NEVER;
        if (times) {
            applyTimes(scores, written);
        }
    }

    private void applyTimes(double[] scores, List<Integer> written) {
        int first = config.firstTimestamp();
        int n = written.size();
        Arrays.fill(scores, Math.min(scores.length, first + steps + 1), scores.length, NEVER);
        boolean afterTime = n >= 1 && written.get(n - 1) >= first;
        boolean pairClosed = n < 2 || written.get(n - 2) >= first;
        if (afterTime && pairClosed) {
            Arrays.fill(scores, first, scores.length, NEVER); // text must follow
        } else if (afterTime) {
            Arrays.fill(scores, 0, config.end(), NEVER); // the pair's second time, or the end
        }
        int last = written.stream().filter(id -> id >= first).reduce(-1, (_, id) -> id);
        if (last >= 0) {
            // The second of a pair may be equal to the first; a segment has a length.
            Arrays.fill(scores, first, afterTime && !pairClosed ? last : last + 1, NEVER);
        }
        if (n == 0) {
            Arrays.fill(scores, 0, first, NEVER);
            if (config.latestFirstTime().isPresent()) {
                long beyond = (long) first + config.latestFirstTime().getAsInt() + 1;
                Arrays.fill(scores, (int) Math.min(scores.length, beyond), scores.length, NEVER);
            }
        }
        if (timesAreLikelier(scores, first)) {
            Arrays.fill(scores, 0, first, NEVER);
        }
    }

    /** Whether the probabilities of all times together exceed that of any other token. */
    private static boolean timesAreLikelier(double[] scores, int first) {
        double best = NEVER;
        for (int i = 0; i < first; i++) {
            best = Math.max(best, scores[i]);
        }
        return TokenSearch.logSum(scores, first) > best;
    }
}
