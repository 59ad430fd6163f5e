package sensorium.multimodal.caption;

import java.util.Arrays;
import java.util.List;
import sensorium.BadInputException;
import sensorium.audio.SoundBank;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.StampsSplit;
import sensorium.vision.PictureBank;

/**
 * Pictures and what they are called, as {@link StampsSplit#key} has it: lower case, without article and full stop.
 *
 * @param texts of each picture of the bank; not empty
 */
public record PictureNames(PictureBank bank, List<List<String>> texts, Skipped skipped) {
    public PictureNames {
        texts = List.copyOf(texts);
    }

    /**
     * Decodes the pictures of all items that have a text in a language; where they name none, any text; where they have none, their label.
     *
     * @throws BadInputException if there is none that can be used
     */
    public static PictureNames of(List<Item> items, String language, Material.Watcher watcher) {
        var skipped = new Skipped();
        List<Item> named = items.stream()
                .filter(item -> !item.pictures().isEmpty())
                .filter(item -> {
                    boolean has = !texts(item, language).isEmpty();
                    if (!has) {
                        skipped.add(item.id(), "nothing says what it shows");
                    }
                    return has;
                })
                .map(item -> item.with(item.captions(), List.of()))
                .toList();
        if (named.isEmpty()) {
            throw new BadInputException("no picture of the data has a text in language \"" + language + "\", or a label"
                    + skipped.summary());
        }
        var material = Material.of(named, SoundBank.Config.STANDARD, watcher);
        if (material.pictures().size() == 0) {
            throw new BadInputException("not one picture of the data can be used"
                    + material.skipped().summary());
        }
        List<List<String>> texts = Arrays.stream(material.pictureItems())
                .mapToObj(i -> texts(named.get(i), language))
                .toList();
        return new PictureNames(material.pictures().pictures(), texts, Skipped.all(skipped, material.skipped()));
    }

    /**
     * What an item is called in a language, or in none that is named; where it has no text at all, its label; else nothing.
     */
    public static List<String> texts(Item item, String language) {
        List<String> inLanguage = item.captions().stream()
                .filter(c -> c.language().equals(language) || c.language().isEmpty())
                .map(Caption::text)
                .map(StampsSplit::key)
                .filter(t -> !t.isBlank())
                .toList();
        return inLanguage.isEmpty() && item.captions().isEmpty()
                ? item.label().map(StampsSplit::key).stream().toList()
                : inLanguage;
    }
}
