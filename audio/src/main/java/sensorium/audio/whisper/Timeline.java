package sensorium.audio.whisper;

import java.util.ArrayList;
import java.util.List;

/**
 * What the times among a window's tokens say (openai/whisper, transcribe.py): two in a row end one segment and begin the next. In
 * frames of the spectrogram from the window's beginning.
 *
 * @param done frames that need not be heard again: all, unless a last segment has no end; then it begins the next window
 */
record Timeline(List<Stretch> stretches, int done) {
    /** Frames that a step of time, which is a token of the encoder, stands for. */
    static final int FRAMES_A_STEP = 2;

    /** @param tokens with the times at their ends, where there are such */
    record Stretch(int start, int end, List<Integer> tokens) {}

    /**
     * @param first the token of the window's beginning; those of times follow it
     * @param length frames of the window that are sound
     */
    static Timeline of(List<Integer> tokens, int first, int length) {
        List<Stretch> stretches = new ArrayList<>();
        int n = tokens.size();
        int begin = 0;
        for (int i = 1; i < n; i++) {
            if (tokens.get(i) >= first && tokens.get(i - 1) >= first) {
                stretches.add(stretch(tokens.subList(begin, i), first, length));
                begin = i;
            }
        }
        boolean ended = n >= 2 && tokens.get(n - 1) >= first && tokens.get(n - 2) < first;
        if (begin == 0 || ended) {
            stretches.add(stretch(tokens.subList(begin, n), first, length)); // nothing is said after it
            return new Timeline(stretches, length);
        }
        int again = FRAMES_A_STEP * (tokens.get(begin - 1) - first);
        return new Timeline(stretches, again > 0 ? Math.min(again, length) : length);
    }

    /** From its first time to its last; where one is absent, from the window's beginning or to its end. */
    private static Stretch stretch(List<Integer> tokens, int first, int length) {
        int start = tokens.isEmpty() || tokens.getFirst() < first ? 0 : tokens.getFirst() - first;
        int end = tokens.isEmpty() || tokens.getLast() < first ? 0 : tokens.getLast() - first;
        int from = FRAMES_A_STEP * start;
        int to = end > start ? FRAMES_A_STEP * end : Math.max(from, length);
        return new Stretch(from, to, List.copyOf(tokens));
    }
}
