package sensorium.multimodal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.SoundBank;
import sensorium.audio.Spectrogram;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.Sound;
import sensorium.multimodal.data.StampsSplit;
import sensorium.vision.FilmBank;
import sensorium.vision.Picture;

/**
 * What a shared space learns from: captions, small decoded pictures and mel powers, each with the concept it shows. Items of
 * one name are one concept. Files that cannot be decoded are skipped and counted.
 */
public final class Material {
    /** Longest side of a kept picture, pixels. */
    static final int BANK_SIDE = 64;

    /** Told how far decoding is. */
    @FunctionalInterface
    public interface Watcher {
        void update(String phase, long done, long total);
    }

    private final List<Item> items;
    private final List<String> concepts = new ArrayList<>();
    private final int[] conceptOf;
    private final FilmBank pictures;
    private final int[] pictureItem;
    private final SoundBank sounds;
    private final int[] soundItem;
    private final String[] soundLanguage;
    private final Skipped skipped = new Skipped();

    private record Heard(int item, String language, List<Spectrogram> powers) {}

    private record Seen(int item, List<Picture> film) {}

    private Material(List<Item> items, int frames, SoundBank.Config hearing, Watcher watcher) {
        this.items = List.copyOf(items);
        this.conceptOf = number(this.items, concepts);
        this.pictures = new FilmBank(BANK_SIDE, frames);
        this.sounds = new SoundBank(hearing);
        List<Seen> seen = decode(this.items, skipped, "decode pictures", watcher, Item::pictures, this::see);
        seen.forEach(s -> pictures.add(s.film));
        this.pictureItem = seen.stream().mapToInt(Seen::item).toArray();
        List<Heard> heard = decode(this.items, skipped, "decode sounds", watcher, Item::sounds, this::hear);
        heard.forEach(h -> sounds.add(h.powers));
        this.soundItem = heard.stream().mapToInt(Heard::item).toArray();
        this.soundLanguage = heard.stream().map(Heard::language).toArray(String[]::new);
    }

    /**
     * Decodes all pictures and sounds of some items, for a space that sees still pictures.
     *
     * @throws BadInputException if nothing is left that can be used
     */
    public static Material of(List<Item> items, SoundBank.Config hearing, Watcher watcher) {
        return of(items, 1, hearing, watcher);
    }

    /**
     * Decodes what such a space sees and hears of some items.
     *
     * @throws BadInputException if nothing is left that can be used
     */
    public static Material of(List<Item> items, SharedSpaceConfig config, Watcher watcher) {
        return of(items, config.frames(), config.hearing(), watcher);
    }

    private static Material of(List<Item> items, int frames, SoundBank.Config hearing, Watcher watcher) {
        var material = new Material(items, frames, hearing, watcher);
        boolean words = items.stream().anyMatch(i -> !i.captions().isEmpty());
        if (!words && material.pictureItem.length == 0 && material.soundItem.length == 0) {
            throw new BadInputException("nothing in the data can be used" + material.skipped.summary());
        }
        return material;
    }

    /** The concept an item shows: its first caption without case, article and full stop, else its label, else itself. */
    public static String concept(Item item) {
        return item.captions().isEmpty()
                ? item.label().orElse(item.id())
                : StampsSplit.key(item.captions().getFirst().text());
    }

    private static int[] number(List<Item> items, List<String> concepts) {
        Map<String, Integer> numbers = new HashMap<>();
        return items.stream()
                .mapToInt(item -> numbers.computeIfAbsent(concept(item), name -> {
                    concepts.add(name);
                    return concepts.size() - 1;
                }))
                .toArray();
    }

    /** Decodes in parallel, keeps the order of the items. */
    public static <S, T> List<T> decode(
            List<Item> items,
            Skipped skipped,
            String phase,
            Watcher watcher,
            Function<Item, List<S>> sources,
            Decoder<S, T> decoder) {
        int total = items.stream().mapToInt(i -> sources.apply(i).size()).sum();
        var done = new AtomicInteger();
        return IntStream.range(0, items.size())
                .boxed()
                .parallel()
                .flatMap(i -> sources.apply(items.get(i)).stream().map(source -> {
                    T decoded = null;
                    try {
                        decoded = decoder.decode(i, source);
                    } catch (BadInputException e) {
                        skipped.add(items.get(i).id(), e.getMessage());
                    }
                    watcher.update(phase, done.incrementAndGet(), total);
                    return decoded;
                }))
                .filter(d -> d != null)
                .toList();
    }

    /** Makes of a source what is kept of it, or throws {@link BadInputException}. */
    @FunctionalInterface
    public interface Decoder<S, T> {
        T decode(int item, S source);
    }

    private Seen see(int item, ImageSource source) {
        return new Seen(item, seen(source, pictures.frames()));
    }

    /** What a space that sees so many frames sees of it. */
    public static List<Picture> seen(ImageSource source, int frames) {
        return frames == 1 ? List.of(source.decode()) : source.frames(frames, BANK_SIDE);
    }

    private Heard hear(int item, Sound source) {
        return new Heard(
                item,
                source.language(),
                sounds.prepare(AudioFile.decode(source.file()).mono()));
    }

    public List<Item> items() {
        return items;
    }

    /** Names of the concepts, by number. */
    public List<String> concepts() {
        return concepts;
    }

    public int conceptOfItem(int item) {
        return conceptOf[item];
    }

    /** The pictures, as films of one frame, or the films. */
    public FilmBank pictures() {
        return pictures;
    }

    /** The item of each picture of the bank. */
    public int[] pictureItems() {
        return pictureItem.clone();
    }

    public SoundBank sounds() {
        return sounds;
    }

    /** The item of each sound of the bank. */
    public int[] soundItems() {
        return soundItem.clone();
    }

    /** The language spoken in each sound of the bank, see {@link Sound#language()}. */
    public String soundLanguage(int sound) {
        return soundLanguage[sound];
    }

    public Skipped skipped() {
        return skipped;
    }

    @Override
    public String toString() {
        return "%d items, %d concepts, %d pictures, %d sounds"
                .formatted(items.size(), concepts.size(), pictures.size(), sounds.size());
    }
}
