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
     * @param done share of the run, 0 … 1: of its steps, or of its time where that was asked for
     * @param loss of this update
     * @param itemsPerSecond lately
     * @param secondsLeft at that speed, or of the time asked for
     */
    record Progress(
            long step,
            double done,
            double loss,
            double rate,
            double itemsPerSecond,
            double secondsLeft,
            Map<String, Double> metrics) {}

    /** @param made updates already made by the run that is continued */
    default void started(long made) {}

    default void stepped(Progress progress) {}

    default void evaluated(long step, Map<String, Double> measures) {}

    default void saved(long step) {}
}
