package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import sensorium.BadInputException;

/**
 * A folder of pictures, sounds and texts, read in one of three layouts:
 *
 * <ul>
 *   <li>{@code metadata.jsonl}: one JSON object a line with any of {@code image_file_name}, {@code audio_file_name},
 *       {@code video_file_name} (an animated GIF or PNG, or a folder of frames), {@code text}, {@code label}, {@code split}.
 *       All but the last may be a list; the names and the text may be an object
 *       from language code to either a string or a list ({@code "text": {"en": "a dog", "fr": "un chien"}}; language {@code zxx} is a
 *       sound without words). Paths are relative to the folder and must not leave it. {@code file_name} is accepted
 *       for whichever of the two its ending says.
 *   <li>idx files of the MNIST family, {@code train-images-idx3-ubyte.gz} and so on.
 *   <li>plain folders of files: the folder's path is the label. Where all first-level folders are called {@code train},
 *       {@code validation} or {@code test} they are splits, and the labels are inside them.
 * </ul>
 *
 * Lines and files that cannot be used are skipped and counted. Nothing is decoded here: a picture's bytes are looked
 * at when it is needed.
 *
 * @param root the folder
 * @param items what is there, in a fixed order; never empty
 * @param skipped what could not be used
 */
public record DataFolder(Path root, List<Item> items, Skipped skipped) {
    static final String METADATA = "metadata.jsonl";

    public DataFolder {
        items = List.copyOf(items);
    }

    /**
     * Reads a folder.
     *
     * @throws BadInputException if it is not a folder, or holds no item that can be used
     */
    public static DataFolder read(Path root) {
        if (!Files.isDirectory(root)) {
            throw new BadInputException(
                    root + ": not a folder; give a folder of pictures or sounds, or an installed set");
        }
        var skipped = new Skipped();
        List<Item> items;
        try {
            if (Files.exists(root.resolve(METADATA))) {
                items = new Metadata(root, skipped).read();
            } else if (IdxFiles.isHere(root)) {
                items = IdxFiles.read(root);
            } else {
                items = new LabelFolders(root, skipped).read();
            }
        } catch (IOException e) {
            throw new BadInputException(root + ": cannot be read: " + e.getMessage(), e);
        }
        if (items.isEmpty()) {
            throw new BadInputException(root + ": nothing in it can be used"
                    + (skipped.count() > 0
                            ? skipped.summary()
                            : "; it takes pictures or sounds, in a folder for each label or with a " + METADATA));
        }
        return new DataFolder(root, items, skipped);
    }

    /** The names of the splits, sorted; empty where the folder knows none. */
    public SortedSet<String> splits() {
        var names = new TreeSet<String>();
        items.forEach(i -> i.split().ifPresent(names::add));
        return names;
    }

    /** The labels, sorted. */
    public SortedSet<String> labels() {
        var names = new TreeSet<String>();
        items.forEach(i -> names.addAll(i.labels()));
        return names;
    }

    /**
     * The items of one split.
     *
     * @throws BadInputException if no item is in it
     */
    public List<Item> split(String name) {
        var chosen =
                items.stream().filter(i -> i.split().equals(Optional.of(name))).toList();
        if (chosen.isEmpty()) {
            var known = splits();
            throw new BadInputException(root + ": no item is in split '" + name + "'; "
                    + (known.isEmpty() ? "the folder knows no splits" : "there are " + String.join(", ", known)));
        }
        return chosen;
    }

    /** What to train on: the split {@code train}, or everything where the folder knows no split. */
    public List<Item> forTraining() {
        return splits().isEmpty() ? items : split(Item.TRAIN);
    }

    /**
     * What to score: the split {@code test}, else {@code validation}, or everything where the folder knows neither.
     */
    public List<Item> forEvaluation() {
        var known = splits();
        if (known.contains(Item.TEST)) {
            return split(Item.TEST);
        }
        return known.contains(Item.VALIDATION) ? split(Item.VALIDATION) : items;
    }
}
