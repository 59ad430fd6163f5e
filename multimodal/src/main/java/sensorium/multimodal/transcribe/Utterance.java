package sensorium.multimodal.transcribe;

import java.nio.file.Path;

/**
 * A sound in which something is said.
 *
 * @param id what to call it
 * @param text what is said, as {@link sensorium.text.SpokenText} has it; not empty
 */
public record Utterance(String id, Path file, String text) {}
