package sensorium.nn.training;

/**
 * Where a run stands. Everything a recipe does at a step depends on this and the seed alone, which makes runs repeatable.
 *
 * @param number the update, 0 … total − 1
 * @param total updates of the whole run
 * @param part which of the update's accumulated batches
 * @param parts batches an update
 */
public record Step(long number, long total, int part, int parts) {
    /** The number of the batch, counted through all updates: the key of its composition and its randomness. */
    public long batch() {
        return number * parts + part;
    }

    /** How much of the run lies behind, 0 … 1. */
    public double fraction() {
        return (double) number / total;
    }
}
