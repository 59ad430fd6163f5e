package sensorium.text.pipeline;

/**
 * A text as a model reads it, special tokens around it included.
 *
 * @param begin of each token: the first UTF-16 index of the text that it stands for; 0 for a token around
 * @param end one past the last; 0 for a token around
 * @param whole how many tokens there would be without a limit
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Encoding(int[] ids, int[] begin, int[] end, int whole) {
    public int length() {
        return ids.length;
    }

    /** Whether the text was longer than there was room. */
    public boolean isCut() {
        return whole > ids.length;
    }
}
