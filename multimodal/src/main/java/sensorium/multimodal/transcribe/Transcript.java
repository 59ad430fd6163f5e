package sensorium.multimodal.transcribe;

import java.util.List;

/**
 * What was said.
 *
 * @param language such as {@code en}; empty where the model does not tell
 * @param words when each was said; empty where the model does not tell
 */
public record Transcript(String text, String language, List<Segment> segments, List<Word> words) {
    /**
     * What was said without a pause.
     *
     * @param start seconds
     * @param end seconds
     * @param meanLogProbability of a token
     */
    public record Segment(double start, double end, String text, double meanLogProbability) {}

    /**
     * A word.
     *
     * @param start seconds
     * @param end seconds
     */
    public record Word(double start, double end, String text) {}
}
