package sensorium.nn.training;

import java.util.Map;
import sensorium.nn.Module;

/**
 * What is to be learnt from what. The trainer does the rest, memory included.
 *
 * @param <B> a batch: plain arrays, no tensors
 */
public interface Recipe<B> {
    /** All that is trained, and kept to go on with. */
    Module model();

    /** What of it one uses afterwards: {@code model.safetensors}. Less where something only helps to train, such as a critic. */
    default Module saved() {
        return model();
    }

    /**
     * Prepares a batch. Called ahead of time on loader threads, several at once: depends on the step and the recipe's seed
     * alone, and makes no tensors.
     */
    B batch(Step step);

    /** The forward pass, recorded and in training mode. */
    Loss loss(B batch, Step step);

    /** Before an update, outside the recording: for example to freeze what a later stage of the run leaves alone. */
    default void begin(Step step) {}

    /** Measures the model as it would be used, averaged weights included. Called every so many steps and at the end. */
    default Map<String, Double> evaluate() {
        return Map.of();
    }
}
