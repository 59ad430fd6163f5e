package sensorium.nn.training;

import java.util.Map;

/** Told how a run goes, on the training thread; whoever watches decides how to show it. */
public interface TrainingListener {
    /** Shows nothing. */
    TrainingListener SILENT = new TrainingListener() {};

    /**
     * After an update.
     *
     * @param step updates made
     * @param loss of this update
     * @param itemsPerSecond lately
     * @param secondsLeft at that speed
     */
    record Progress(
            long step,
            long total,
            double loss,
            double rate,
            double itemsPerSecond,
            double secondsLeft,
            Map<String, Double> metrics) {}

    /** A number of minutes is being turned into a number of steps. */
    default void measuring() {}

    /** @param done updates already made by the run that is continued */
    default void started(long done, long total) {}

    default void stepped(Progress progress) {}

    default void evaluated(long step, Map<String, Double> measures) {}

    default void saved(long step) {}
}
