package sensorium.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import sensorium.BadInputException;

/**
 * A text as the bag of its character n-grams, each hashed to one of a fixed number of buckets (Joulin et al., arXiv
 * 1607.01759; Bojanowski et al., arXiv 1607.04606). Words that look alike in related languages share most of their
 * n-grams, so what is learnt in one is worth something in the other. Needs no training, knows every language.
 *
 * @param shortest characters in the shortest n-gram
 * @param longest characters in the longest
 * @param buckets number of buckets
 */
public record NGrams(int shortest, int longest, int buckets) {
    /** Longer texts are refused. */
    public static final int MAX_CHARACTERS = 1 << 16;

    public NGrams {
        if (shortest < 1 || longest < shortest || longest > 16 || buckets < 1) {
            throw new IllegalArgumentException(
                    "n-grams of %d to %d characters in %d buckets".formatted(shortest, longest, buckets));
        }
    }

    /** N-grams of 1 to 4 characters in 16,384 buckets. */
    public static NGrams standard() {
        return new NGrams(1, 4, 1 << 14);
    }

    /**
     * The buckets of a text's n-grams.
     *
     * @return one id in {@code [0, buckets)} an n-gram, repeats included, shortest n-grams first; empty only where the text is shorter than {@code shortest}
     */
    public int[] encode(String text) {
        var ids = IntStream.builder();
        forEach(text, gram -> ids.add(bucket(gram)));
        return ids.build().toArray();
    }

    /** Calls {@code use} with every n-gram of the normalised text, repeats included. */
    public void forEach(String text, Consumer<String> use) {
        var characters = normalise(text).codePoints().toArray();
        for (int n = shortest; n <= longest; n++) {
            for (int i = 0; i + n <= characters.length; i++) {
                use.accept(new String(characters, i, n));
            }
        }
    }

    private int bucket(String gram) {
        var crc = new CRC32();
        crc.update(gram.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % buckets);
    }

    /**
     * Lower case, without accents (Unicode NFD less its non-spacing marks), punctuation set apart by spaces, runs of
     * white space made one space, one space at each end: " une grenouille . ".
     *
     * @throws BadInputException if the text is longer than {@link #MAX_CHARACTERS}
     */
    public static String normalise(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new BadInputException(
                    "text: %d characters, at most %d can be used".formatted(text.length(), MAX_CHARACTERS));
        }
        var decomposed = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD);
        var out = new StringBuilder(decomposed.length() + 2).append(' ');
        decomposed.codePoints().forEach(c -> {
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                space(out);
            } else if (Character.isLetterOrDigit(c)) {
                out.appendCodePoint(c);
            } else if (Character.getType(c) == Character.COMBINING_SPACING_MARK) {
                out.appendCodePoint(c); // a vowel in the scripts of India, not an accent
            } else if (Character.getType(c) != Character.NON_SPACING_MARK) {
                space(out);
                out.appendCodePoint(c).append(' ');
            }
        });
        space(out);
        return out.toString();
    }

    private static void space(StringBuilder out) {
        if (out.charAt(out.length() - 1) != ' ') {
            out.append(' ');
        }
    }
}
