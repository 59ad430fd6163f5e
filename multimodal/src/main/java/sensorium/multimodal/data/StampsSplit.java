package sensorium.multimodal.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which stamps are trained on and which are held out, by a hash of the name.
 *
 * <p>The core stamps are the PNG pictures with an English caption, without mirrored pictures and without letters. A
 * fifth of the names is held out as {@code test}. Of each other name that has several pictures, the last is held out as
 * {@code known-concept}: a new picture of something known. The rest is {@code train}. Stamps outside the core are
 * {@code extra}.
 */
public final class StampsSplit {
    public static final String KNOWN_CONCEPT = "known-concept";
    public static final String EXTRA = "extra";
    private static final Pattern ARTICLE = Pattern.compile("^(a|an|the) ");

    private StampsSplit() {}

    /**
     * The name that an English caption gives: lower case, straight apostrophe, without the closing mark and the leading
     * article ("A frog." is "frog"). Two stamps with equal names show the same thing.
     */
    public static String key(String englishCaption) {
        var key = englishCaption.toLowerCase(Locale.ROOT).replace('’', '\'');
        int end = key.length();
        while (end > 0 && (key.charAt(end - 1) == '.' || key.charAt(end - 1) == '!')) {
            end--;
        }
        return ARTICLE.matcher(key.substring(0, end)).replaceFirst("");
    }

    /** Whether a name is held out, see {@link Splits#isHeldOut}. */
    public static boolean isTest(String key) {
        return Splits.isHeldOut(key, 5);
    }

    /** Whether a stamp belongs to the core. */
    static boolean isCore(String path, Optional<String> englishCaption) {
        return path.endsWith(".png")
                && englishCaption.isPresent()
                && !path.contains("_mirror")
                && !path.startsWith("symbols/alphabets");
    }

    /**
     * Gives each stamp its split.
     *
     * @param items whose ids are paths, sorted by path
     */
    static List<Item> assign(List<Item> items) {
        Map<String, Integer> last = new HashMap<>();
        Map<String, Integer> count = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            var caption = items.get(i).caption("en");
            if (isCore(items.get(i).id(), caption)) {
                last.put(key(caption.get()), i);
                count.merge(key(caption.get()), 1, Integer::sum);
            }
        }
        var assigned = new ArrayList<Item>(items.size());
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            var caption = item.caption("en");
            String split;
            if (!isCore(item.id(), caption)) {
                split = EXTRA;
            } else {
                var key = key(caption.get());
                split = isTest(key) ? Item.TEST : count.get(key) > 1 && last.get(key) == i ? KNOWN_CONCEPT : Item.TRAIN;
            }
            assigned.add(new Item(
                    item.id(), item.captions(), item.pictures(), item.sounds(), item.label(), Optional.of(split)));
        }
        return assigned;
    }
}
