package sensorium.multimodal.stamps;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import sensorium.BadInputException;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Sound;
import sensorium.multimodal.data.StampsSplit;
import sensorium.text.NGrams;

/**
 * The cross-modal protocol on the stamps. Queries are answered from the gallery of all training pictures; an answer is
 * right when its name ({@link StampsSplit#key}) equals the query's.
 *
 * @param train what may be trained on, as far as {@link #forTraining} lets it be seen; also the gallery
 * @param known other pictures of names in {@code train} (T1)
 * @param test pictures of names that are not (T3)
 */
public record StampsProtocol(List<Item> train, List<Item> known, List<Item> test) {
    /** Languages whose captions may be trained on. */
    public static final List<String> TEXT_LANGUAGES = List.of("en", "fr", "es", "it");
    /** Languages whose spoken captions may be trained on. */
    public static final List<String> SPEECH_LANGUAGES = List.of("fr", "es", "ro", "ru", "bg");
    /** Languages asked for in T2 and never trained on. */
    public static final List<String> HELD_OUT_LANGUAGES = List.of("pt", "gl", "ca");

    /**
     * A caption or a sound and the training item it belongs to.
     *
     * @param query what is asked
     * @param item index in {@link #train}
     */
    public record Query<T>(T query, int item) {}

    /**
     * The protocol's view of the installed stamps.
     *
     * @throws BadInputException if the folder is another
     */
    public static StampsProtocol of(DataFolder stamps) {
        if (!stamps.splits().contains(StampsSplit.KNOWN_CONCEPT)) {
            throw new BadInputException(
                    stamps.root() + ": not the installed set 'stamps'; its protocol needs the splits"
                            + " train, test and " + StampsSplit.KNOWN_CONCEPT);
        }
        return new StampsProtocol(
                stamps.split(Item.TRAIN), stamps.split(StampsSplit.KNOWN_CONCEPT), stamps.split(Item.TEST));
    }

    /** The training items with nothing but what may be trained on. */
    public List<Item> forTraining() {
        var sounds = new TreeSet<>(SPEECH_LANGUAGES);
        sounds.add(Sound.NO_LANGUAGE);
        return train.stream()
                .map(item -> item.with(
                        item.captions().stream()
                                .filter(c -> TEXT_LANGUAGES.contains(c.language()))
                                .toList(),
                        item.sounds().stream()
                                .filter(s -> sounds.contains(s.language()))
                                .toList()))
                .toList();
    }

    /** The name a stamp goes by. */
    public static String key(Item stamp) {
        return StampsSplit.key(stamp.caption("en").orElseThrow());
    }

    /** The names of some stamps, in their order. */
    public static List<String> keys(List<Item> stamps) {
        return stamps.stream().map(StampsProtocol::key).toList();
    }

    /** The folder a stamp lies in, which is what T3 asks for. */
    public static String folder(Item stamp) {
        return stamp.label().orElseThrow();
    }

    /** The file of a stamp's picture. */
    public static ImageSource picture(Item stamp) {
        return stamp.pictures().getFirst();
    }

    /** Every training item's caption in one language, where it has one (T0 for the trained languages, T2 for others). */
    public List<Query<String>> captions(String language) {
        var queries = new ArrayList<Query<String>>();
        for (int i = 0; i < train.size(); i++) {
            int item = i;
            train.get(i).caption(language).ifPresent(text -> queries.add(new Query<>(text, item)));
        }
        return queries;
    }

    /**
     * The captions of one language that are not spelt like any caption trained on, after {@link NGrams#normalise}: what
     * is left of T2 when words that both languages share are taken away.
     */
    public List<Query<String>> captionsNotTrainedOn(String language) {
        Set<String> trained = new HashSet<>();
        for (var item : forTraining()) {
            item.captions().stream().map(Caption::text).map(NGrams::normalise).forEach(trained::add);
        }
        return captions(language).stream()
                .filter(q -> !trained.contains(NGrams.normalise(q.query())))
                .toList();
    }

    /** Every training item's sound in one language, or its sound effect for {@link Sound#NO_LANGUAGE} (T0). */
    public List<Query<Sound>> sounds(String language) {
        var queries = new ArrayList<Query<Sound>>();
        for (int i = 0; i < train.size(); i++) {
            Optional<Sound> sound = train.get(i).sound(language);
            if (sound.isPresent()) {
                queries.add(new Query<>(sound.get(), i));
            }
        }
        return queries;
    }
}
