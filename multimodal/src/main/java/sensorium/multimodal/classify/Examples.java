package sensorium.multimodal.classify;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.SoundBank;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;

/**
 * Labelled pictures or sounds, decoded once and kept small: every picture, or every sound, of every labelled item. What cannot
 * be decoded, or is of no class of the model, is skipped and counted.
 */
public final class Examples {
    private final Inputs inputs;
    private final int[][] labels; // of each example, at least one
    private final Skipped skipped;

    private Examples(Inputs inputs, int[][] labels, Skipped skipped) {
        this.inputs = inputs;
        this.labels = labels;
        this.skipped = skipped;
    }

    /**
     * Decodes, of some items, what a classifier perceives, so that it can be varied.
     *
     * @param seed of the variations
     * @throws BadInputException if nothing is left
     */
    public static Examples of(ClassifierConfig config, List<Item> items, long seed, Material.Watcher watcher) {
        return decode(config, items, seed, watcher);
    }

    /**
     * The same for scoring only: sounds are not kept at several speeds.
     *
     * @throws BadInputException if nothing is left
     */
    public static Examples forScoring(ClassifierConfig config, List<Item> items, Material.Watcher watcher) {
        Input input = config.input() instanceof Input.Heard h
                ? new Input.Heard(h.hearing().plain())
                : config.input();
        return decode(config.with(input), items, 0, watcher);
    }

    /**
     * One file that is of no class, as an input is made of it.
     *
     * @throws BadInputException if it cannot be decoded
     */
    public static Examples ofFile(Input input, Path file) {
        return new Examples(Inputs.ofFile(input, file), new int[1][1], new Skipped());
    }

    private static Examples decode(ClassifierConfig config, List<Item> items, long seed, Material.Watcher watcher) {
        var decoding = new Decoding(config.labels(), config.several(), items, new Skipped(), watcher);
        Examples examples = switch (config.input()) {
            case Input.Grey g -> {
                var seen = decoding.run(Item::pictures, s -> Inputs.grey(s, g));
                yield decoding.examples(Inputs.of(g, values(seen)), seen);
            }
            case Input.Colour c -> {
                var seen = decoding.run(Item::pictures, s -> Inputs.kept(s, c));
                yield decoding.examples(Inputs.of(c, values(seen), seed), seen);
            }
            case Input.Whole w -> {
                var seen = decoding.run(Item::pictures, s -> Inputs.whole(s, w));
                yield decoding.examples(Inputs.of(w, values(seen), seed), seen);
            }
            case Input.Heard h -> {
                var bank = new SoundBank(h.hearing());
                var heard = decoding.run(
                        Item::sounds,
                        s -> bank.prepare(AudioFile.decode(s.file()).mono()));
                yield decoding.examples(Inputs.of(bank, values(heard), seed), heard);
            }
        };
        return examples.atLeastOne(config.input().sense());
    }

    /**
     * Decodes, of some items, what a published classifier perceives, as it perceives it.
     *
     * @throws BadInputException if nothing is left, or it is more than fits into memory
     */
    public static Examples of(PublishedClassifier model, List<Item> items, Material.Watcher watcher) {
        var decoding = new Decoding(model.labels(), false, items, new Skipped(), watcher);
        Examples examples = switch (model) {
            case PublishedClassifier.OfPictures p -> {
                var seen = decoding.run(Item::pictures, s -> p.preprocessing().fitted(s.decode()));
                requireOneSize(seen);
                yield decoding.examples(Inputs.of(p.preprocessing(), values(seen)), seen);
            }
            case PublishedClassifier.OfSounds s -> {
                int[] shape = new int[2];
                var heard = decoding.run(Item::sounds, sound -> s.heard(sound, shape));
                yield decoding.examples(Inputs.ofHeard(values(heard), shape[0], shape[1]), heard);
            }
        };
        return examples.atLeastOne(model.sense());
    }

    /** A model that does not bring its pictures to one size cannot be shown several at once. */
    private static void requireOneSize(List<Decoded<Picture>> seen) {
        for (Decoded<Picture> d : seen) {
            Picture first = seen.getFirst().value();
            if (d.value().width() != first.width() || d.value().height() != first.height()) {
                throw new BadInputException("the model leaves pictures in their size, and the data has several ("
                        + first.width() + "x" + first.height() + ", "
                        + d.value().width() + "x" + d.value().height() + "); make them alike before");
            }
        }
    }

    private Examples atLeastOne(Sense sense) {
        if (size() == 0) {
            throw new BadInputException(
                    "no labelled %s can be used%s".formatted(sense.name().toLowerCase(Locale.ROOT), skipped.summary()));
        }
        return this;
    }

    private record Decoded<T>(T value, int[] labels) {}

    private static <T> List<T> values(List<Decoded<T>> decoded) {
        return decoded.stream().map(Decoded::value).toList();
    }

    /** In parallel, in the order of the items. */
    private record Decoding(
            List<String> labels, boolean several, List<Item> items, Skipped skipped, Material.Watcher watcher) {
        <S, T> List<Decoded<T>> run(Function<Item, List<S>> sources, Function<S, T> decoder) {
            Map<String, Integer> numbers = new HashMap<>();
            labels.forEach(l -> numbers.put(l, numbers.size()));
            var done = new AtomicInteger();
            return IntStream.range(0, items.size())
                    .parallel()
                    .mapToObj(items::get)
                    .flatMap(item -> {
                        watcher.update("decode", done.incrementAndGet(), items.size());
                        int[] found = item.labels().stream()
                                .filter(numbers::containsKey)
                                .mapToInt(numbers::get)
                                .toArray();
                        if (found.length == 0 || !several && item.labels().size() > 1) {
                            skipped.add(item.id(), why(item));
                            return Stream.empty();
                        }
                        return sources.apply(item).stream()
                                .map(source -> decode(item, source, decoder))
                                .flatMap(Optional::stream)
                                .map(value -> new Decoded<>(value, found));
                    })
                    .toList();
        }

        private static String why(Item item) {
            return switch (item.labels().size()) {
                case 0 -> "it has no label";
                case 1 -> "its label '" + item.labels().getFirst() + "' is no class of the model";
                default ->
                    "it has several labels, which takes a classifier trained with --multi-label, that knows them";
            };
        }

        private <S, T> Optional<T> decode(Item item, S source, Function<S, T> decoder) {
            try {
                return Optional.of(decoder.apply(source));
            } catch (BadInputException e) {
                skipped.add(item.id(), e.getMessage());
                return Optional.empty();
            }
        }

        Examples examples(Inputs inputs, List<? extends Decoded<?>> decoded) {
            return new Examples(inputs, decoded.stream().map(Decoded::labels).toArray(int[][]::new), skipped);
        }
    }

    /** Some of them, in that order. */
    public Examples some(int[] chosen) {
        return new Examples(
                inputs.some(chosen),
                IntStream.of(chosen).mapToObj(i -> labels[i]).toArray(int[][]::new),
                new Skipped());
    }

    public int size() {
        return labels.length;
    }

    /** The classes of all, as numbers into the labels; of several the first. */
    public int[] labels() {
        return Stream.of(labels).mapToInt(l -> l[0]).toArray();
    }

    /** Those from {@code from} to before {@code to} as they are: (n, C, H, W). */
    public Tensor plain(int from, int to) {
        return inputs.plain(from, to);
    }

    /** The class of an example, as a number into the labels; of several the first. */
    public int label(int example) {
        return labels[example][0];
    }

    /** All classes of an example, as numbers into the labels. */
    public int[] allLabels(int example) {
        return labels[example].clone();
    }

    /** What was left out. */
    public Skipped skipped() {
        return skipped;
    }

    /** How many floats {@link #draw} writes. */
    public int length() {
        return inputs.length();
    }

    /** An example as it is: (C, H, W) of 0…1 if it is a picture. Written from {@code at} on. */
    public void draw(int example, float[] out, int at) {
        inputs.plain(example, out, at);
    }

    /** A variation of an example, as training shows it; the key decides which. */
    public void draw(int example, long key, float[] out, int at) {
        inputs.varied(example, key, out, at);
    }

    Inputs inputs() {
        return inputs;
    }
}
