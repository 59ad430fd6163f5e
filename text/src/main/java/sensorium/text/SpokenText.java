package sensorium.text;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A text as it is spoken: what is compared when speech is written down, and what is learnt. Lower case, accents kept, no punctuation but
 * the apostrophe in a word, one space between words; what stands in brackets is not said.
 */
public final class SpokenText {
    private static final Pattern BRACKETS = Pattern.compile("\\[[^\\[\\]]*]|<[^<>]*>|\\{[^{}]*}");
    private static final Pattern NOT_SPOKEN = Pattern.compile("[^\\p{L}\\p{M}\\p{N}']+");
    private static final Pattern LOOSE_APOSTROPHE =
            Pattern.compile("(?<![\\p{L}\\p{M}\\p{N}])'+|'+(?![\\p{L}\\p{M}\\p{N}])");

    private SpokenText() {}

    /** The text without what is not heard of it; empty where nothing is. */
    public static String of(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFC)
                .toLowerCase(Locale.ROOT)
                .replace('’', '\'');
        String said =
                NOT_SPOKEN.matcher(BRACKETS.matcher(plain).replaceAll(" ")).replaceAll(" ");
        return LOOSE_APOSTROPHE.matcher(said).replaceAll("").strip().replaceAll(" +", " ");
    }
}
