package sensorium.multimodal.index;

import java.util.List;

/**
 * An item as it goes into an index.
 *
 * @param item its name in the index; of one that is there already the new one takes the place
 * @param shown what is shown when it is found
 * @param texts what is said of it, to filter by
 * @param vectors unit vectors of width D, at least one: it is as near as the nearest of them
 */
public record Entry(String item, Hit shown, List<String> texts, List<float[]> vectors) {
    public Entry {
        texts = List.copyOf(texts);
        vectors = List.copyOf(vectors);
        if (vectors.isEmpty()) {
            throw new IllegalArgumentException("[index] an item without a vector: " + item);
        }
    }
}
