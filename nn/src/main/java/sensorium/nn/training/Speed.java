package sensorium.nn.training;

import java.util.function.Supplier;

/** The clock of a run: time spent on updates, evaluations and checkpoints left out, and the pace of late. */
final class Speed {
    private static final double MEMORY = 0.95;

    private double before;
    private long started;
    private long paused;
    private double last;
    private double seconds;
    private double items;
    private double weight;

    void resume(double secondsSoFar) {
        before = secondsSoFar;
    }

    void start() {
        started = System.nanoTime();
        last = seconds();
    }

    /** Seconds of training so far, earlier parts of a continued run included. */
    double seconds() {
        return before + (System.nanoTime() - started - paused) * 1e-9;
    }

    <T> T paused(Supplier<T> body) {
        long from = System.nanoTime();
        try {
            return body.get();
        } finally {
            paused += System.nanoTime() - from;
        }
    }

    void update(int itemsDone) {
        double now = seconds();
        seconds = MEMORY * seconds + (now - last);
        items = MEMORY * items + itemsDone;
        weight = MEMORY * weight + 1;
        last = now;
    }

    double itemsPerSecond() {
        return items / seconds;
    }

    double secondsAnUpdate() {
        return seconds / weight;
    }
}
