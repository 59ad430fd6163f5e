/**
 * The one training loop: a {@link sensorium.nn.training.Recipe} says what to learn, a {@link sensorium.nn.training.Plan} how, a
 * {@link sensorium.nn.training.RunFolder} keeps it, the {@link sensorium.nn.training.Trainer} does it.
 */
package sensorium.nn.training;
