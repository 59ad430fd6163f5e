package sensorium.multimodal.tokens;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import sensorium.audio.AudioAugment;
import sensorium.audio.AudioFile;
import sensorium.audio.LogMel;
import sensorium.audio.Waveform;
import sensorium.multimodal.Material;
import sensorium.multimodal.caption.PictureNames;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.Sound;
import sensorium.multimodal.data.StampsSplit;
import sensorium.vision.Augmentation;
import sensorium.vision.Picture;
import sensorium.vision.PictureAugment;
import sensorium.vision.PictureBank;
import sensorium.vision.PictureSet;
import sensorium.vision.Resize;

/**
 * Reads things as tokens: each picture and each sound as it is and in a few variations, since what a codec makes of a varied picture can
 * only be had from the picture.
 */
public final class TokenReading {
    /**
     * @param pictureViews variations of each picture
     * @param soundViews variations of each sound
     * @param seeing how pictures are varied
     * @param hearing how sounds are varied
     * @param seed of the variations
     */
    public record Options(
            int pictureViews, int soundViews, Augmentation seeing, AudioAugment.Config hearing, long seed) {
        /** Speeds, shifts and noise, milder than what a shared space learns by: tokens say less than spectra. */
        private static final AudioAugment.Config HEARING =
                new AudioAugment.Config(0.1, 0, 0, 0.03, 0, 10, 30, 0, 0, 0, 0);

        /** To learn from. */
        public static Options learning(long seed) {
            return new Options(16, 6, Augmentation.TRAINING, HEARING, seed);
        }

        /** To be measured by: one fresh perturbation, as tier T0 of the stamps has it. */
        public static Options measuring(long seed) {
            var noisy = new AudioAugment.Config(0.1, 0, 0, 0.03, 0, 10, 20, 0, 0, 0, 0);
            return new Options(1, 1, Augmentation.EVALUATION, noisy, seed);
        }
    }

    /** Codes that are kept, at most: variations are the fewer the more there is. */
    private static final long ROOM = 32L << 20;
    /** Pictures are kept so large, pixels. */
    private static final int LARGE = 128;
    /** Items that are decoded at once. */
    private static final int AT_ONCE = 64;

    private final MediaCodec codec;
    private final Options options;
    private final Material.Watcher watcher;
    private final Skipped skipped = new Skipped();

    private record Seen(int item, Picture picture) {}

    private record Heard(int item, String language, Waveform sound) {}

    private TokenReading(MediaCodec codec, Options options, Material.Watcher watcher) {
        this.codec = codec;
        this.options = options;
        this.watcher = watcher;
    }

    /**
     * Reads some items.
     *
     * @throws sensorium.BadInputException if texts, pictures or sounds are missing altogether
     */
    public static TokenBank of(List<Item> items, MediaCodec codec, Options options, Material.Watcher watcher) {
        return new TokenReading(codec, options, watcher).read(items);
    }

    private TokenBank read(List<Item> items) {
        List<Map<Medium, List<TokenBank.Views>>> given = new ArrayList<>();
        List<Map<Medium, List<int[]>>> wanted = new ArrayList<>();
        for (Item item : items) {
            Map<Medium, List<TokenBank.Views>> in = new EnumMap<>(Medium.class);
            Map<Medium, List<int[]>> out = new EnumMap<>(Medium.class);
            for (Medium m : Medium.values()) {
                in.put(m, new ArrayList<>());
                out.put(m, new ArrayList<>());
            }
            said(item).forEach(row -> in.get(Medium.TEXT).add(new TokenBank.Views(List.of(row))));
            PictureNames.texts(item, codec.language())
                    .forEach(text -> out.get(Medium.TEXT).add(codec.text(text)));
            given.add(in);
            wanted.add(out);
        }
        see(items, given, wanted);
        hear(items, given, wanted);
        List<TokenBank.Entry> entries = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            entries.add(new TokenBank.Entry(Material.concept(items.get(i)), given.get(i), wanted.get(i)));
        }
        return new TokenBank(entries, skipped).requireAll();
    }

    /** All that is said in some items: what a vocabulary has to spell. */
    public static List<String> texts(List<Item> items) {
        return items.stream().flatMap(item -> texts(item).stream()).toList();
    }

    /** What is said of an item, in all languages; its label where nothing is. */
    private static List<String> texts(Item item) {
        Stream<String> texts = item.captions().isEmpty()
                ? item.label().stream()
                : item.captions().stream().map(Caption::text);
        return texts.map(StampsSplit::key).filter(t -> !t.isBlank()).distinct().toList();
    }

    private List<int[]> said(Item item) {
        return texts(item).stream().map(codec::text).toList();
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

    private void see(
            List<Item> items, List<Map<Medium, List<TokenBank.Views>>> given, List<Map<Medium, List<int[]>>> wanted) {
        List<Seen> seen = Material.decode(
                items,
                skipped,
                "decode pictures",
                watcher,
                Item::pictures,
                (i, source) -> new Seen(i, small(source.decode())));
        List<Picture> pictures = seen.stream().map(Seen::picture).toList();
        int length = codec.pictureLength();
        int views = views(options.pictureViews, pictures.size(), length);
        long all = (long) (views + 1) * pictures.size();
        List<List<int[]>> rows = new ArrayList<>();
        rows.add(codec.pictures(codec.squares(pictures), (done, _) -> watcher.update("read pictures", done, all)));
        var augment =
                new PictureAugment(PictureBank.of(pictures, codec.side()), codec.side(), options.seeing, options.seed);
        for (int v = 0; v < views; v++) {
            long before = (long) (v + 1) * pictures.size();
            rows.add(codec.pictures(
                    varied(augment, pictures.size(), v),
                    (done, _) -> watcher.update("read pictures", before + done, all)));
        }
        for (int p = 0; p < pictures.size(); p++) {
            int picture = p;
            int item = seen.get(p).item;
            given.get(item)
                    .get(Medium.PICTURE)
                    .add(new TokenBank.Views(
                            rows.stream().map(r -> r.get(picture)).toList()));
            wanted.get(item).get(Medium.PICTURE).add(rows.getFirst().get(p));
        }
    }

    private static Picture small(Picture picture) {
        Picture visible = picture.cropToAlpha();
        double scale = Math.min(1, LARGE / (double) Math.max(visible.width(), visible.height()));
        return Resize.resize(
                visible,
                Math.max(1, (int) Math.round(visible.width() * scale)),
                Math.max(1, (int) Math.round(visible.height() * scale)),
                Resize.Filter.BILINEAR);
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

    private void hear(
            List<Item> items, List<Map<Medium, List<TokenBank.Views>>> given, List<Map<Medium, List<int[]>>> wanted) {
        String speech = codec.speech();
        int all = items.stream().mapToInt(i -> i.sounds().size()).sum();
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
                    Item::sounds,
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
                    rows.add(codec.sound(augment.wave(h.sound, options.seed + v, done)));
                }
                given.get(h.item).get(Medium.SOUND).add(new TokenBank.Views(rows));
                if (speech.isEmpty() || h.language.equals(speech)) {
                    wanted.get(h.item).get(Medium.SOUND).add(rows.getFirst());
                }
            }
        }
    }

    /** As many as are asked for, or as there is room for. */
    private static int views(int asked, int things, int length) {
        return Math.clamp(ROOM / Math.max(1L, (long) things * length) - 1, 0, asked);
    }
}
