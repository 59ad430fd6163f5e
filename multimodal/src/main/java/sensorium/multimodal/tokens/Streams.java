package sensorium.multimodal.tokens;

import java.util.Arrays;

/**
 * How a medium stands in a row of tokens: step by step, each step several codes side by side, which are streams. A text has one stream of
 * units; a picture's steps are small squares of its tokens, a sound's its frames, with a stream for each stage of the residual
 * quantisation.
 *
 * <p>What is written is delayed: each stream stands a place behind the one before (Copet et al., arXiv:2306.05284), so that one place of the
 * transformer says a code of every stream, and yet each code is said in view of those before it in its own step.
 *
 * @param codes of each stream; one more says that there is nothing: before a stream has begun and after it has ended
 * @param streams codes of a step
 * @param steps at most
 * @param fixed whether there are always so many; else the first stream says when it ends
 */
public record Streams(int codes, int streams, int steps, boolean fixed) {
    private static final int MOST_CODES = 1 << 16;
    private static final int MOST_STREAMS = 64;
    private static final int MOST_STEPS = 1 << 14;

    public Streams {
        if (codes < 1
                || codes > MOST_CODES
                || streams < 1
                || streams > MOST_STREAMS
                || steps < 1
                || steps > MOST_STEPS) {
            throw new IllegalArgumentException(
                    "[streams] no rows of %d steps of %d codes of %d".formatted(steps, streams, codes));
        }
    }

    /** The code that says that there is nothing; written by the first stream it is the end. */
    int nothing() {
        return codes;
    }

    /** Codes of a stream, with that of nothing. */
    int alphabet() {
        return codes + 1;
    }

    /** Tokens of the vocabulary: each stream has its own. */
    int size() {
        return streams * alphabet();
    }

    /** Places that so many steps take when they are written, the end of the first stream among them. */
    int places(int written) {
        return written + Math.max(1, streams - 1);
    }

    /** Steps in a row of codes. */
    int stepsOf(int[] row) {
        return row.length / streams;
    }

    /**
     * As it is written.
     *
     * @param row (steps, streams)
     * @return (places, streams)
     */
    int[] delayed(int[] row) {
        int n = stepsOf(row);
        int[] out = new int[places(n) * streams];
        Arrays.fill(out, nothing());
        for (int i = 0; i < n; i++) {
            for (int s = 0; s < streams; s++) {
                out[(i + s) * streams + s] = row[i * streams + s];
            }
        }
        return out;
    }

    /**
     * What has to be learnt of it: the codes, and the end of the first stream where it can be anywhere.
     *
     * @param row (steps, streams)
     * @param ignored stands where there is nothing to learn
     * @return (places, streams)
     */
    long[] toLearn(int[] row, int ignored) {
        int n = stepsOf(row);
        int[] written = delayed(row);
        long[] out = new long[written.length];
        for (int i = 0; i < out.length; i++) {
            int step = i / streams - i % streams;
            boolean counts = step >= 0 && (step < n || (step == n && i % streams == 0 && !fixed));
            out[i] = counts ? written[i] : ignored;
        }
        return out;
    }
}
