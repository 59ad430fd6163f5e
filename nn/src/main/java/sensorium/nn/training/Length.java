package sensorium.nn.training;

/** How long a run is. */
public sealed interface Length {
    /** As many updates; see {@link Epochs#steps} for passes over the data. */
    record Steps(long count) implements Length {}

    /** As many updates as fit: a few are measured, that fixes the number, and the number alone decides from then on. */
    record Minutes(double count) implements Length {}
}
