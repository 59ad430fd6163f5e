package sensorium.multimodal.tokens;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import sensorium.BadInputException;
import sensorium.audio.AudioAugment;
import sensorium.audio.AudioFile;
import sensorium.audio.LogMel;
import sensorium.audio.Waveform;
import sensorium.multimodal.Material;
import sensorium.multimodal.caption.PictureNames;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.Sound;
import sensorium.vision.Augmentation;
import sensorium.vision.Picture;
import sensorium.vision.PictureAugment;
import sensorium.vision.PictureBank;
import sensorium.vision.PictureSet;
import sensorium.vision.Resize;

/**
 * Reads things as tokens: each picture and each sound as it is and in a few variations, since what a codec makes of a varied picture can
 * only be had from the picture. Of texts and of speech only that in the two languages of the model is read, that of texts and that which is
 * spoken: in half an hour each text is then seen dozens of times, and not a few times only.
 */
public final class TokenReading {
    /**
     * @param pictureViews variations of each picture
     * @param soundViews variations of each sound
     * @param seeing how pictures are varied
     * @param hearing how sounds are varied
     */
    public record Options(int pictureViews, int soundViews, Augmentation seeing, AudioAugment.Config hearing) {
        /** Speeds, shifts and noise, milder than what a shared space learns by: tokens say less than spectra. */
        private static final AudioAugment.Config HEARING =
                new AudioAugment.Config(0.1, 0, 0, 0.03, 0, 10, 30, 0, 0, 0, 0);

        /** To learn from. */
        public static final Options LEARNING = new Options(16, 6, Augmentation.TRAINING, HEARING);

        /** To be measured by: one fresh perturbation, as tier T0 of the stamps has it. */
        public static final Options MEASURING = new Options(
                1, 1, Augmentation.EVALUATION, new AudioAugment.Config(0.1, 0, 0, 0.03, 0, 10, 20, 0, 0, 0, 0));
    }

    /** Codes that are kept, at most: variations are the fewer the more there is. */
    private static final long ROOM = 32L << 20;
    /** Pictures are kept so large, pixels. */
    private static final int LARGE = 128;
    /** Items that are decoded at once. */
    private static final int AT_ONCE = 64;

    private final MediaCodec codec;
    private final Options options;
    private final long seed;
    private final Material.Watcher watcher;
    private final Skipped skipped = new Skipped();

    /** An item and the rows that are read of it. */
    private record Thing(Item item, Map<Medium, List<TokenBank.Views>> given, Map<Medium, List<int[]>> wanted) {
        Thing(Item item) {
            this(item, new EnumMap<>(Medium.class), new EnumMap<>(Medium.class));
            for (Medium m : Medium.values()) {
                given.put(m, new ArrayList<>());
                wanted.put(m, new ArrayList<>());
            }
        }

        /** @param rows as it is, then varied */
        void given(Medium medium, List<int[]> rows) {
            given.get(medium).add(new TokenBank.Views(rows));
        }

        void wanted(Medium medium, int[] row) {
            wanted.get(medium).add(row);
        }

        TokenBank.Entry entry() {
            return new TokenBank.Entry(Material.concept(item), given, wanted);
        }
    }

    private record Seen(int item, Picture picture) {}

    private record Heard(int item, String language, Waveform sound) {}

    private TokenReading(MediaCodec codec, Options options, long seed, Material.Watcher watcher) {
        this.codec = codec;
        this.options = options;
        this.seed = seed;
        this.watcher = watcher;
    }

    /**
     * Reads some items.
     *
     * @param seed of the variations
     * @throws BadInputException if texts, pictures or sounds are missing altogether
     */
    public static TokenBank of(
            List<Item> items, MediaCodec codec, Options options, long seed, Material.Watcher watcher) {
        return new TokenReading(codec, options, seed, watcher).read(items);
    }

    private TokenBank read(List<Item> items) {
        requireSome(items, "pictures", Item::pictures);
        requireSome(items, "sounds", Item::sounds);
        List<Thing> things = items.stream().map(Thing::new).toList();
        for (Thing thing : things) {
            texts(thing.item, codec.language(), codec.speech())
                    .forEach(text -> thing.given(Medium.TEXT, List.of(codec.text(text))));
            PictureNames.texts(thing.item, codec.language())
                    .forEach(text -> thing.wanted(Medium.TEXT, codec.text(text)));
        }
        see(items, things);
        hear(items, things);
        return new TokenBank(things.stream().map(Thing::entry).toList(), skipped).requireAll();
    }

    private static void requireSome(List<Item> items, String what, Function<Item, List<?>> of) {
        if (items.stream().allMatch(i -> of.apply(i).isEmpty())) {
            throw new BadInputException(
                    "the data has no " + what + "; any to any needs things with texts, pictures and sounds");
        }
    }

    /** All that is read in some items: what a vocabulary has to spell. */
    public static List<String> texts(List<Item> items, String language, String speech) {
        return items.stream()
                .flatMap(item -> texts(item, language, speech).stream())
                .toList();
    }

    private static List<String> texts(Item item, String language, String speech) {
        return Stream.of(language, speech)
                .flatMap(l -> PictureNames.texts(item, l).stream())
                .distinct()
                .toList();
    }

    /** The language in which most items are spoken; empty where nobody speaks. */
    public static String mostSpoken(List<Item> items) {
        Map<String, Integer> things = new TreeMap<>();
        items.forEach(item -> item.sounds().stream()
                .map(Sound::language)
                .filter(TokenReading::isSpeech)
                .distinct()
                .forEach(l -> things.merge(l, 1, Integer::sum)));
        String most = "";
        for (var e : things.entrySet()) {
            most = most.isEmpty() || e.getValue() > things.get(most) ? e.getKey() : most;
        }
        return most;
    }

    private static boolean isSpeech(String language) {
        return !language.isEmpty() && !language.equals(Sound.NO_LANGUAGE);
    }

    private void see(List<Item> items, List<Thing> things) {
        List<Seen> seen = Material.decode(
                items,
                skipped,
                "decode pictures",
                watcher,
                Item::pictures,
                (i, source) -> new Seen(i, Resize.atMost(source.decode().cropToAlpha(), LARGE)));
        List<Picture> pictures = seen.stream().map(Seen::picture).toList();
        int length = codec.pictureLength();
        int views = views(options.pictureViews, pictures.size(), length);
        long all = (long) (views + 1) * pictures.size();
        List<List<int[]>> rows = new ArrayList<>();
        rows.add(codec.pictures(codec.squares(pictures), (done, _) -> watcher.update("read pictures", done, all)));
        var augment = new PictureAugment(PictureBank.of(pictures, codec.side()), codec.side(), options.seeing, seed);
        for (int v = 0; v < views; v++) {
            long before = (long) (v + 1) * pictures.size();
            rows.add(codec.pictures(
                    varied(augment, pictures.size(), v),
                    (done, _) -> watcher.update("read pictures", before + done, all)));
        }
        for (int p = 0; p < pictures.size(); p++) {
            int picture = p;
            Thing thing = things.get(seen.get(p).item);
            thing.given(Medium.PICTURE, rows.stream().map(r -> r.get(picture)).toList());
            thing.wanted(Medium.PICTURE, rows.getFirst().get(p));
        }
    }

    private static PictureSet varied(PictureAugment augment, int size, int view) {
        return new PictureSet() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public void draw(int picture, float[] out, int at) {
                augment.draw(picture, view, out, at);
                for (int i = at; i < at + augment.length(); i++) {
                    out[i] = 2 * out[i] - 1;
                }
            }
        };
    }

    private void hear(List<Item> items, List<Thing> things) {
        String speech = codec.speech();
        Predicate<Sound> isHeard =
                s -> speech.isEmpty() || !isSpeech(s.language()) || s.language().equals(speech);
        Function<Item, List<Sound>> of =
                item -> item.sounds().stream().filter(isHeard).toList();
        int all = items.stream().mapToInt(i -> of.apply(i).size()).sum();
        int views = views(options.soundViews, all, codec.soundLength());
        var augment = new AudioAugment(options.hearing, new LogMel(codec.hearing()));
        int done = 0;
        for (int from = 0; from < items.size(); from += AT_ONCE) {
            int first = from;
            List<Heard> heard = Material.decode(
                    items.subList(from, Math.min(items.size(), from + AT_ONCE)),
                    skipped,
                    "read sounds",
                    (_, _, _) -> {},
                    of,
                    (i, sound) -> new Heard(
                            first + i,
                            sound.language(),
                            codec.heard(AudioFile.decode(sound.file()).mono())));
            for (Heard h : heard) {
                watcher.update("read sounds", ++done, all);
                if (h.sound.samples().length == 0) {
                    skipped.add(items.get(h.item).id(), "a sound is empty");
                    continue;
                }
                List<int[]> rows = new ArrayList<>();
                rows.add(codec.sound(h.sound));
                for (int v = 0; v < views; v++) {
                    rows.add(codec.sound(augment.wave(h.sound, seed + v, done)));
                }
                things.get(h.item).given(Medium.SOUND, rows);
                if (speech.isEmpty() || h.language.equals(speech)) {
                    things.get(h.item).wanted(Medium.SOUND, rows.getFirst());
                }
            }
        }
    }

    /** As many as are asked for, or as there is room for. */
    private static int views(int asked, int things, int length) {
        return Math.clamp(ROOM / Math.max(1L, (long) things * length) - 1, 0, Math.max(0, asked));
    }
}
