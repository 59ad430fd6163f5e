package sensorium.nn.training;

/**
 * Where a run stands. Everything a recipe does at a step depends on this and the seed alone, which makes runs repeatable.
 *
 * @param number the update, from 0
 * @param fraction how much of the run lies behind, 0 … 1: number/total in a run of so many steps, about the share of the time
 *     that has passed in one of so many minutes; the same for all that belongs to one update
 * @param part which of the update's accumulated batches
 * @param parts batches an update
 */
public record Step(long number, double fraction, int part, int parts) {
    /** The number of the batch, counted through all updates: the key of its composition and its randomness. */
    public long batch() {
        return number * parts + part;
    }
}
