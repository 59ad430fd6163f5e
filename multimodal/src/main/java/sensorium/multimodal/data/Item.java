package sensorium.multimodal.data;

import java.util.List;
import java.util.Optional;

/**
 * One thing of a data folder, as far as the senses know it: any of its parts may be missing.
 *
 * @param id what to call it: its first file's path in the folder with '/' between names, or its line's number
 * @param captions its texts
 * @param pictures its pictures
 * @param sounds its sounds
 * @param labels its classes: mostly one
 * @param split {@code train}, {@code validation}, {@code test} or another name; empty where the folder knows none
 */
public record Item(
        String id,
        List<Caption> captions,
        List<ImageSource> pictures,
        List<Sound> sounds,
        List<String> labels,
        Optional<String> split) {
    public static final String TRAIN = "train";
    public static final String VALIDATION = "validation";
    public static final String TEST = "test";

    public Item {
        captions = List.copyOf(captions);
        pictures = List.copyOf(pictures);
        sounds = List.copyOf(sounds);
        labels = List.copyOf(labels);
    }

    /** @param label its class, if it has one */
    public Item(
            String id,
            List<Caption> captions,
            List<ImageSource> pictures,
            List<Sound> sounds,
            Optional<String> label,
            Optional<String> split) {
        this(id, captions, pictures, sounds, label.stream().toList(), split);
    }

    /** Its class, where it has one and no other. */
    public Optional<String> label() {
        return labels.size() == 1 ? Optional.of(labels.getFirst()) : Optional.empty();
    }

    /** Whether there is nothing to see, hear or read. */
    public boolean isEmpty() {
        return captions.isEmpty() && pictures.isEmpty() && sounds.isEmpty();
    }

    /** The first caption in a language. */
    public Optional<String> caption(String language) {
        return captions.stream()
                .filter(c -> c.language().equals(language))
                .map(Caption::text)
                .findFirst();
    }

    /** The first sound in a language ({@link Sound#NO_LANGUAGE} for a sound effect). */
    public Optional<Sound> sound(String language) {
        return sounds.stream().filter(s -> s.language().equals(language)).findFirst();
    }

    /** This item with other captions and sounds: what is left when some languages must not be seen. */
    public Item with(List<Caption> captions, List<Sound> sounds) {
        return new Item(id, captions, pictures, sounds, labels, split);
    }
}
