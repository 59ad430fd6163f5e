package sensorium.multimodal.classify;

/**
 * One thing that something may be.
 *
 * @param probability 0…1; those of all labels sum to 1, unless several may be true at once
 */
public record Guess(String label, double probability) {}
