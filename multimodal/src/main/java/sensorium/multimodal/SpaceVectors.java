package sensorium.multimodal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.Item;

/**
 * Where all captions, pictures and sounds of some material lie in a space, each with the concept that it shows. What has no
 * captions goes by its label, as in training: that is its one text.
 */
public record SpaceVectors(Rows text, Rows picture, Rows sound) {
    /**
     * One sense.
     *
     * @param vectors unit vectors (N, D)
     * @param concepts (N) of each
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Rows(float[][] vectors, int[] concepts) {
        public int size() {
            return vectors.length;
        }

        /** Their concepts as names to compare by. */
        List<String> keys() {
            return IntStream.of(concepts).mapToObj(Integer::toString).toList();
        }
    }

    public static SpaceVectors of(SharedSpace space, Material material) {
        var embedder = new Embedder(space);
        List<String> texts = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        for (int i = 0; i < material.items().size(); i++) {
            for (Caption c : material.items().get(i).captions()) {
                texts.add(c.text());
                owners.add(material.conceptOfItem(i));
            }
        }
        Set<Integer> described = new HashSet<>(owners);
        for (int i = 0; i < material.items().size(); i++) {
            Item item = material.items().get(i);
            int concept = material.conceptOfItem(i);
            if (item.captions().isEmpty() && item.label().isPresent() && described.add(concept)) {
                texts.add(item.label().get());
                owners.add(concept);
            }
        }
        return new SpaceVectors(
                new Rows(
                        embedder.texts(texts),
                        owners.stream().mapToInt(Integer::intValue).toArray()),
                new Rows(
                        embedder.pictures(material.pictures(), Embedder.PLAIN, 0),
                        concepts(material, material.pictureItems())),
                new Rows(embedder.sounds(material.sounds(), null, 0), concepts(material, material.soundItems())));
    }

    private static int[] concepts(Material material, int[] items) {
        return IntStream.of(items).map(material::conceptOfItem).toArray();
    }

    /** Those that there are, by name: {@code text}, {@code picture}, {@code sound}. */
    public Map<String, Rows> senses() {
        Map<String, Rows> all = new LinkedHashMap<>();
        all.put("text", text);
        all.put("picture", picture);
        all.put("sound", sound);
        all.values().removeIf(rows -> rows.size() == 0);
        return all;
    }
}
