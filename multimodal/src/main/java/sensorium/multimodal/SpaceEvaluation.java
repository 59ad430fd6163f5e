package sensorium.multimodal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.audio.AudioAugment;
import sensorium.memory.Scope;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Sound;
import sensorium.multimodal.stamps.Recall;
import sensorium.multimodal.stamps.StampsProtocol;
import sensorium.tensor.Tensor;
import sensorium.vision.Augmentation;
import sensorium.vision.Picture;

/** Asks a shared space questions whose answers are known: by the stamps' protocol, or on any data folder. */
public final class SpaceEvaluation {
    /** Noise at 10 to 20 dB, speeds from the bank, small shifts: the protocol's perturbation of sounds. */
    private static final AudioAugment.Config HEARD = new AudioAugment.Config(0, 0, 0, 0.03, 0, 10, 20, 0, 0, 0, 0);

    /** Of perturbations, far from those that training draws from. */
    private static final long[] FRESH = {1_000_000_007L, 1_000_000_009L};

    private final Embedder embedder;

    public SpaceEvaluation(SharedSpace space) {
        this.embedder = new Embedder(space);
    }

    /**
     * The four tiers, T0 and T2 averaged over two fresh perturbations of the gallery.
     *
     * @param trained the decoded {@link StampsProtocol#forTraining} items
     */
    public Tiers tiers(StampsProtocol protocol, Material trained) {
        List<String> keys = StampsProtocol.keys(protocol.train());
        List<String> galleryKeys = at(keys, trained.pictureItems());
        List<float[][]> galleries = new ArrayList<>();
        for (long seed : FRESH) {
            galleries.add(embedder.pictures(trained.pictures(), Augmentation.EVALUATION, seed));
        }
        Map<String, Recall> seen = new LinkedHashMap<>();
        List<StampsProtocol.Query<String>> captions = new ArrayList<>();
        StampsProtocol.TEXT_LANGUAGES.forEach(l -> captions.addAll(protocol.captions(l)));
        seen.put("text", ask(captions, keys, galleries, galleryKeys));
        seen.put("speech", listen(trained, false, keys, galleries, galleryKeys));
        seen.put("sound", listen(trained, true, keys, galleries, galleryKeys));
        Map<String, Recall> languages = new LinkedHashMap<>();
        Map<String, Recall> newWords = new LinkedHashMap<>();
        for (String language : StampsProtocol.HELD_OUT_LANGUAGES) {
            languages.put(language, ask(protocol.captions(language), keys, galleries, galleryKeys));
            newWords.put(language, ask(protocol.captionsNotTrainedOn(language), keys, galleries, galleryKeys));
        }
        float[][] plain = embedder.pictures(trained.pictures(), Embedder.PLAIN, 0);
        return new Tiers(
                seen,
                names(protocol.known(), plain, galleryKeys),
                languages,
                newWords,
                folders(protocol, plain, trained.pictureItems()));
    }

    private Recall ask(
            List<StampsProtocol.Query<String>> queries,
            List<String> keys,
            List<float[][]> galleries,
            List<String> galleryKeys) {
        float[][] asked =
                embedder.texts(queries.stream().map(StampsProtocol.Query::query).toList());
        int[] items = queries.stream().mapToInt(StampsProtocol.Query::item).toArray();
        return Recall.mean(galleries.stream()
                .map(g -> Recall.of(scores(asked, g), at(keys, items), galleryKeys))
                .toArray(Recall[]::new));
    }

    private Recall listen(
            Material trained, boolean effects, List<String> keys, List<float[][]> galleries, List<String> galleryKeys) {
        int[] chosen = IntStream.range(0, trained.sounds().size())
                .filter(i -> trained.soundLanguage(i).equals(Sound.NO_LANGUAGE) == effects)
                .toArray();
        int[] items = trained.soundItems();
        List<String> asked = at(keys, IntStream.of(chosen).map(i -> items[i]).toArray());
        List<Recall> draws = new ArrayList<>();
        for (int d = 0; d < FRESH.length; d++) {
            float[][] heard = embedder.sounds(trained.sounds(), HEARD, FRESH[d]);
            float[][] queries = IntStream.of(chosen).mapToObj(i -> heard[i]).toArray(float[][]::new);
            draws.add(Recall.of(scores(queries, galleries.get(d)), asked, galleryKeys));
        }
        return Recall.mean(draws.toArray(Recall[]::new));
    }

    /** T1: the names of the nearest training pictures, each name once. */
    private Recall names(List<Item> known, float[][] gallery, List<String> galleryKeys) {
        float[][] scores = scores(embedder.pictures(pictures(known)), gallery);
        List<String> names = List.copyOf(new LinkedHashSet<>(galleryKeys));
        float[][] byName = new float[scores.length][names.size()];
        for (int q = 0; q < scores.length; q++) {
            Arrays.fill(byName[q], Float.NEGATIVE_INFINITY);
            for (int g = 0; g < galleryKeys.size(); g++) {
                int name = names.indexOf(galleryKeys.get(g));
                byName[q][name] = Math.max(byName[q][name], scores[q][g]);
            }
        }
        return Recall.of(byName, StampsProtocol.keys(known), names);
    }

    /** T3: the folder of the nearest training picture. */
    private Recall folders(StampsProtocol protocol, float[][] gallery, int[] galleryItems) {
        float[][] scores = scores(embedder.pictures(pictures(protocol.test())), gallery);
        return Recall.of(
                scores,
                protocol.test().stream().map(StampsProtocol::folder).toList(),
                at(protocol.train().stream().map(StampsProtocol::folder).toList(), galleryItems));
    }

    private static List<Picture> pictures(List<Item> stamps) {
        return stamps.stream().map(s -> StampsProtocol.picture(s).decode()).toList();
    }

    /**
     * Retrieval over the items of any folder, in every direction that it has both ends of: {@code text→picture},
     * {@code picture→text}, {@code sound→picture}, {@code sound→text}. An answer is right if it shows the same concept.
     */
    public static Map<String, Recall> retrieval(SpaceVectors all) {
        return retrieval(all, "picture");
    }

    /** @param seen what is seen: {@code picture} or {@code video} */
    public static Map<String, Recall> retrieval(SpaceVectors all, String seen) {
        Map<String, Recall> found = new LinkedHashMap<>();
        put(found, "text_to_" + seen, all.text(), all.picture());
        put(found, seen + "_to_text", all.picture(), all.text());
        put(found, "sound_to_" + seen, all.sound(), all.picture());
        put(found, seen + "_to_sound", all.picture(), all.sound());
        put(found, "sound_to_text", all.sound(), all.text());
        put(found, "text_to_sound", all.text(), all.sound());
        return found;
    }

    private static void put(
            Map<String, Recall> found, String direction, SpaceVectors.Rows queries, SpaceVectors.Rows gallery) {
        if (queries.size() > 0 && gallery.size() > 0) {
            found.put(
                    direction, Recall.of(scores(queries.vectors(), gallery.vectors()), queries.keys(), gallery.keys()));
        }
    }

    private static List<String> at(List<String> names, int[] indices) {
        return IntStream.of(indices).mapToObj(names::get).toList();
    }

    /** Cosines: (Q, D) unit vectors against (G, D). */
    public static float[][] scores(float[][] queries, float[][] gallery) {
        if (queries.length == 0 || gallery.length == 0) {
            return new float[queries.length][gallery.length];
        }
        float[] flat =
                Scope.tidy(() -> matrix(queries).matmul(matrix(gallery).t()).toFloats());
        return rows(flat, gallery.length);
    }

    private static float[][] rows(float[] flat, int width) {
        float[][] rows = new float[flat.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return rows;
    }

    private static Tensor matrix(float[][] rows) {
        int width = rows[0].length;
        float[] flat = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * width, width);
        }
        return Tensor.of(flat, rows.length, width);
    }
}
