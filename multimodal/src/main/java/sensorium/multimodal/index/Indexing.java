package sensorium.multimodal.index;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.model.ModelFolder;
import sensorium.vision.Picture;

/** Embeds the items of a data folder and writes them to an index. */
public final class Indexing {
    private static final int CHUNK = 128; // items decoded at a time

    private final Embedder embedder;
    private final Path root;
    private final Skipped skipped = new Skipped();
    private int items;
    private int vectors;

    private Indexing(Embedder embedder, Path root) {
        this.embedder = embedder;
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * What was written.
     *
     * @param items put into the index
     * @param vectors of them
     * @param skipped files that could not be decoded
     */
    public record Written(int items, int vectors, Skipped skipped) {}

    /**
     * Makes an index, in place of one that may be there: whole or, where it is interrupted, not at all.
     *
     * @param out the index's folder
     * @param model the folder of the model that {@code embedder} is of
     * @param folder where the items come from: with it their names begin
     * @throws BadInputException if nothing can be embedded, or {@code out} is a folder of something else
     */
    public static Written replace(
            Path out,
            ModelFolder model,
            Embedder embedder,
            DataFolder folder,
            List<Item> items,
            Material.Watcher watcher) {
        try (var writer = SpaceIndexWriter.replace(out, model, embedder.width())) {
            var indexing = new Indexing(embedder, folder.root());
            indexing.write(writer, items, false, watcher);
            writer.commitAsOne();
            return indexing.written();
        }
    }

    /**
     * Adds items to an index, a hundred at a time: what is interrupted keeps those that were added so far. Of items that were
     * there, by their folder and name, the new ones take the place.
     *
     * @throws BadInputException if there is no such index, or nothing can be embedded
     */
    public static Written add(
            Path out,
            ModelFolder model,
            Embedder embedder,
            DataFolder folder,
            List<Item> items,
            Material.Watcher watcher) {
        try (var writer = SpaceIndexWriter.extend(out, model)) {
            var indexing = new Indexing(embedder, folder.root());
            indexing.write(writer, items, true, watcher);
            return indexing.written();
        }
    }

    private Written written() {
        return new Written(items, vectors, skipped);
    }

    private void write(SpaceIndexWriter writer, List<Item> all, boolean commitEach, Material.Watcher watcher) {
        for (int from = 0; from < all.size(); from += CHUNK) {
            watcher.update("embed", from, all.size());
            writer.put(entries(all.subList(from, Math.min(all.size(), from + CHUNK))));
            if (commitEach) {
                writer.commit();
            }
        }
        watcher.update("embed", all.size(), all.size());
        if (items == 0) {
            throw new BadInputException("nothing in the data can be embedded" + skipped.summary());
        }
    }

    /** The vectors of an item one after the other: its texts, its pictures, its sounds. */
    private List<Entry> entries(List<Item> some) {
        List<List<String>> texts = some.stream()
                .map(i -> i.captions().stream().map(Caption::text).toList())
                .toList();
        List<List<List<Picture>>> pictures =
                some.parallelStream().map(this::pictures).toList();
        List<List<Waveform>> sounds = some.parallelStream().map(this::sounds).toList();
        var read = List.of(embedder.texts(flat(texts))).iterator();
        var seen = List.of(embedder.films(flat(pictures))).iterator();
        var heard = List.of(embedder.sounds(flat(sounds))).iterator();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            List<float[]> its = new ArrayList<>();
            texts.get(i).forEach(_ -> its.add(read.next()));
            pictures.get(i).forEach(_ -> its.add(seen.next()));
            sounds.get(i).forEach(_ -> its.add(heard.next()));
            if (!its.isEmpty()) {
                Item item = some.get(i);
                String name = root.resolve(item.id()).toString();
                List<String> words = Stream.concat(texts.get(i).stream(), item.label().stream())
                        .toList();
                entries.add(new Entry(name, Hit.of(name, item), words, its));
                items++;
                vectors += its.size();
            }
        }
        return entries;
    }

    private static <T> List<T> flat(List<List<T>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }

    /** Of each what the space sees of it: one frame, or several. */
    private List<List<Picture>> pictures(Item item) {
        List<List<Picture>> decoded = new ArrayList<>();
        for (ImageSource source : item.pictures()) {
            try {
                decoded.add(Material.seen(source, embedder.frames()));
            } catch (BadInputException e) {
                skipped.add(item.id(), e.getMessage());
            }
        }
        return decoded;
    }

    private List<Waveform> sounds(Item item) {
        List<Waveform> decoded = new ArrayList<>();
        for (var sound : item.sounds()) {
            try {
                decoded.add(AudioFile.decode(sound.file()).mono());
            } catch (BadInputException e) {
                skipped.add(item.id(), e.getMessage());
            }
        }
        return decoded;
    }
}
