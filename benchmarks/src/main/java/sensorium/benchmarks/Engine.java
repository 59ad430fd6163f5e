package sensorium.benchmarks;

import java.util.List;

/** One side of a comparison, with its inputs in place. The first engine of a case is ours. */
public interface Engine {
    /** For example {@code libtorch}. */
    String name();

    /** Whether it can be compared at this number of threads. */
    default boolean worksWith(int threads) {
        return true;
    }

    /** Does the work once and releases what it made. */
    void run();

    /** The numbers that come of doing it once, row-major; engines of a case return the same arrays in the same order. */
    List<float[]> results();
}
