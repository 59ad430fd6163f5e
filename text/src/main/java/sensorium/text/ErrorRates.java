package sensorium.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of what was said is written wrongly. Errors are counted over all texts and divided by the length of all that was said, so a
 * rate may exceed 1, and long texts count more than short ones.
 *
 * @param wer errors for each word that was said
 * @param cer errors for each character, spaces included
 * @param n number of texts
 */
public record ErrorRates(double wer, double cer, int n) {
    /**
     * What was said and what was written.
     *
     * @param said as {@link SpokenText#of} has it
     * @param written likewise
     */
    public record Pair(String said, String written) {
        /** Characters that are wrong. */
        public int characterErrors() {
            return EditDistance.between(characters(said), characters(written));
        }

        /** Words that are wrong. */
        public int wordErrors() {
            return EditDistance.between(words(said), words(written));
        }
    }

    /** Of some pairs; zero where nothing was said and nothing written. */
    public static ErrorRates of(List<Pair> pairs) {
        long wrongWords = 0;
        long wrongCharacters = 0;
        long words = 0;
        long characters = 0;
        for (Pair p : pairs) {
            wrongWords += p.wordErrors();
            wrongCharacters += p.characterErrors();
            words += words(p.said).size();
            characters += characters(p.said).size();
        }
        return new ErrorRates(rate(wrongWords, words), rate(wrongCharacters, characters), pairs.size());
    }

    private static double rate(long wrong, long all) {
        return wrong == 0 ? 0 : (double) wrong / Math.max(1, all);
    }

    private static List<Integer> characters(String text) {
        return text.codePoints().boxed().toList();
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    /** {@code {"wer": …, "cer": …, "n": …}}. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("wer", wer);
        map.put("cer", cer);
        map.put("n", n);
        return map;
    }
}
