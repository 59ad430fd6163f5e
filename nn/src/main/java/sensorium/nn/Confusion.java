package sensorium.nn;

import sensorium.tensor.Tensor;

/** Counts what a classifier took for what, and the measures that follow from it. */
public final class Confusion {
    private final long[][] counts;

    public Confusion(int classes) {
        counts = new long[classes][classes];
    }

    public void add(int truth, int predicted) {
        counts[truth][predicted]++;
    }

    /** Adds a batch: logits (N, C) and the true classes (N); the greatest logit is the prediction. */
    public void add(Tensor logits, int[] truth) {
        long[] predicted = logits.argMax(-1).toLongs();
        for (int i = 0; i < truth.length; i++) {
            add(truth[i], (int) predicted[i]);
        }
    }

    /** How many of class {@code truth} were taken for {@code predicted}. */
    public long count(int truth, int predicted) {
        return counts[truth][predicted];
    }

    public int classes() {
        return counts.length;
    }

    public long total() {
        long n = 0;
        for (long[] row : counts) {
            for (long c : row) {
                n += c;
            }
        }
        return n;
    }

    /** Share that was right; NaN when nothing was counted. */
    public double accuracy() {
        long right = 0;
        for (int i = 0; i < counts.length; i++) {
            right += counts[i][i];
        }
        return (double) right / total();
    }

    /** Share of a class that was found; NaN when none was there. */
    public double recall(int c) {
        long n = 0;
        for (long v : counts[c]) {
            n += v;
        }
        return (double) counts[c][c] / n;
    }

    /** Share of a class's predictions that were right; NaN when there was none. */
    public double precision(int c) {
        long n = 0;
        for (long[] row : counts) {
            n += row[c];
        }
        return (double) counts[c][c] / n;
    }
}
