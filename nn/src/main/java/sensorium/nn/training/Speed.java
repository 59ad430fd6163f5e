package sensorium.nn.training;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The clock of a run: time spent on updates, evaluations and checkpoints left out, and the pace of late. */
final class Speed {
    private static final double MEMORY = 0.95;

    private final LongSupplier nanos;
    private double before;
    private long started;
    private long paused;
    private double last;
    private double seconds;
    private double items;
    private double weight;

    /** @param nanos a clock as {@link System#nanoTime} */
    Speed(LongSupplier nanos) {
        this.nanos = nanos;
    }

    void resume(double secondsSoFar) {
        before = secondsSoFar;
    }

    void start() {
        started = nanos.getAsLong();
        last = seconds();
    }

    /** Seconds of training so far, earlier parts of a continued run included. */
    double seconds() {
        return before + (nanos.getAsLong() - started - paused) * 1e-9;
    }

    <T> T paused(Supplier<T> body) {
        long from = nanos.getAsLong();
        try {
            return body.get();
        } finally {
            paused += nanos.getAsLong() - from;
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
