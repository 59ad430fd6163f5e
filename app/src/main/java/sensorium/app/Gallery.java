package sensorium.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.Sound;
import sensorium.multimodal.data.StampsSplit;
import sensorium.vision.Picture;

/**
 * Pictures or sounds of some items, embedded, to ask for and to show.
 *
 * @param <T> {@link Picture} or {@link Waveform}
 * @param skipped what could not be decoded
 */
record Gallery<T>(List<Entry<T>> entries, Skipped skipped) {
    /** No page shows more. */
    private static final int MOST = 500;

    /** Those of which a report likes to show an example, where they are there. */
    private static final List<String> LIKED =
            List.of("duck", "cow", "horse", "cat", "guitar", "frog", "sheep", "red circle", "elephant", "lion");

    /**
     * @param name what it shows
     * @param vector unit vector (D)
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry<T>(Item item, String name, T value, float[] vector) {}

    /** An entry and its cosine to a query. */
    record Hit<T>(Entry<T> entry, double score) {}

    /** The first picture of each item that has one. */
    static Gallery<Picture> ofPictures(List<Item> items, Embedder embedder) {
        return of(
                items,
                i -> i.pictures().isEmpty() ? null : i.pictures().getFirst().decode(),
                embedder::pictures);
    }

    /** The sound that nobody speaks of each item that has one. */
    static Gallery<Waveform> ofSounds(List<Item> items, Embedder embedder) {
        return of(
                items,
                i -> i.sound(Sound.NO_LANGUAGE)
                        .or(() -> i.sound(""))
                        .map(s -> AudioFile.decode(s.file()).mono())
                        .orElse(null),
                embedder::sounds);
    }

    /** A spoken caption of each item that has one. */
    static Gallery<Waveform> ofSpeech(List<Item> items, Embedder embedder) {
        return of(
                items,
                i -> i.sounds().stream()
                        .filter(s -> !s.language().equals(Sound.NO_LANGUAGE)
                                && !s.language().isEmpty())
                        .findFirst()
                        .map(s -> AudioFile.decode(s.file()).mono())
                        .orElse(null),
                embedder::sounds);
    }

    private static <T> Gallery<T> of(List<Item> items, Function<Item, T> decode, Function<List<T>, float[][]> embed) {
        List<Item> chosen = new ArrayList<>();
        List<T> values = new ArrayList<>();
        var skipped = new Skipped();
        int stride = Math.max(1, (items.size() + MOST - 1) / MOST);
        for (int i = 0; i < items.size(); i += stride) {
            try {
                T value = decode.apply(items.get(i));
                if (value != null) {
                    chosen.add(items.get(i));
                    values.add(value);
                }
            } catch (BadInputException e) {
                skipped.add(items.get(i).id(), e.getMessage());
            }
        }
        float[][] vectors = embed.apply(values);
        return new Gallery<>(
                IntStream.range(0, chosen.size())
                        .mapToObj(i -> new Entry<>(chosen.get(i), name(chosen.get(i)), values.get(i), vectors[i]))
                        .toList(),
                skipped);
    }

    /** What an item shows: its first caption without article and full stop, else its label. */
    static String name(Item item) {
        return item.captions().isEmpty()
                ? item.label().orElse(item.id())
                : StampsSplit.key(item.captions().getFirst().text());
    }

    /** Examples of different names: liked ones first, then spread evenly. */
    List<Entry<T>> examples(int n) {
        Map<String, Entry<T>> byName = new LinkedHashMap<>();
        entries.forEach(e -> byName.putIfAbsent(e.name, e));
        List<Entry<T>> chosen = new ArrayList<>();
        LIKED.stream().filter(byName::containsKey).limit(n).forEach(name -> chosen.add(byName.remove(name)));
        List<Entry<T>> rest = List.copyOf(byName.values());
        int missing = Math.min(n - chosen.size(), rest.size());
        for (int i = 0; i < missing; i++) {
            chosen.add(rest.get(i * rest.size() / missing));
        }
        return chosen;
    }

    /** The nearest, each name once, best first. */
    List<Hit<T>> nearest(float[] query, int k) {
        Map<String, Hit<T>> best = new LinkedHashMap<>();
        entries.stream()
                .map(e -> new Hit<>(e, cosine(query, e.vector)))
                .sorted(Comparator.comparingDouble((Hit<T> h) -> h.score).reversed())
                .forEach(h -> best.putIfAbsent(h.entry.name, h));
        return best.values().stream().limit(k).toList();
    }

    private static double cosine(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(d -> (double) a[d] * b[d])
                .sum();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** At most so many, spread evenly. */
    List<Entry<T>> some(int n) {
        int count = Math.min(n, entries.size());
        return Arrays.stream(IntStream.range(0, count)
                        .map(i -> i * entries.size() / count)
                        .toArray())
                .mapToObj(entries::get)
                .toList();
    }
}
