/** Modules as records, the one transformer, losses, optimisers, and the training loop. */
package sensorium.nn;
