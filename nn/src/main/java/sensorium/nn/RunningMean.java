package sensorium.nn;

/** A weighted mean over batches, for metrics that come in pieces. */
public final class RunningMean {
    private double sum;
    private double weight;

    /** @param items how many items {@code value} is already a mean of */
    public void add(double value, double items) {
        sum += value * items;
        weight += items;
    }

    /** NaN when nothing was added. */
    public double value() {
        return sum / weight;
    }
}
