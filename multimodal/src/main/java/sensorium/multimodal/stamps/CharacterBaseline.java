package sensorium.multimodal.stamps;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sensorium.text.NGrams;

/**
 * What T2 is worth without learning anything: captions as TF-IDF vectors of their character n-grams; an item's score is
 * the largest cosine of the query with any of its captions in the languages trained on.
 */
public final class CharacterBaseline {
    /** An n-gram's share in a caption's unit vector. */
    private record Posting(int caption, double weight) {}

    private final StampsProtocol protocol;
    private final NGrams grams;
    private final List<Integer> owners = new ArrayList<>();
    private final Map<String, Double> inverseFrequency = new HashMap<>();
    private final Map<String, List<Posting>> index = new HashMap<>();

    /**
     * Indexes the gallery.
     *
     * @param languages those whose captions of the training items are known
     */
    public CharacterBaseline(StampsProtocol protocol, List<String> languages, NGrams grams) {
        this.protocol = protocol;
        this.grams = grams;
        var texts = new ArrayList<String>();
        for (int i = 0; i < protocol.train().size(); i++) {
            for (var caption : protocol.train().get(i).captions()) {
                if (languages.contains(caption.language())) {
                    texts.add(caption.text());
                    owners.add(i);
                }
            }
        }
        for (var text : texts) {
            counts(text).keySet().forEach(gram -> inverseFrequency.merge(gram, 1.0, Double::sum));
        }
        int n = texts.size();
        inverseFrequency.replaceAll((gram, frequency) -> Math.log((1.0 + n) / (1.0 + frequency)) + 1);
        for (int i = 0; i < n; i++) {
            int caption = i;
            unit(texts.get(i))
                    .forEach((gram, weight) ->
                            index.computeIfAbsent(gram, k -> new ArrayList<>()).add(new Posting(caption, weight)));
        }
    }

    /** Scores captions against the training items. */
    public Recall score(List<StampsProtocol.Query<String>> queries) {
        var gallery = StampsProtocol.keys(protocol.train());
        var scores = new float[queries.size()][gallery.size()]; // (queries, gallery)
        var keys = new ArrayList<String>();
        for (int q = 0; q < queries.size(); q++) {
            var cosines = new double[owners.size()]; // (captions)
            unit(queries.get(q).query()).forEach((gram, weight) -> {
                for (var posting : index.get(gram)) {
                    cosines[posting.caption()] += weight * posting.weight();
                }
            });
            for (int c = 0; c < cosines.length; c++) {
                int item = owners.get(c);
                scores[q][item] = Math.max(scores[q][item], (float) cosines[c]);
            }
            keys.add(gallery.get(queries.get(q).item()));
        }
        return Recall.of(scores, keys, gallery);
    }

    private Map<String, Double> counts(String text) {
        var counts = new HashMap<String, Double>();
        grams.forEach(text, gram -> counts.merge(gram, 1.0, Double::sum));
        return counts;
    }

    /** The unit vector of a text's known n-grams. */
    private Map<String, Double> unit(String text) {
        var vector = counts(text);
        vector.keySet().retainAll(inverseFrequency.keySet());
        vector.replaceAll((gram, count) -> count * inverseFrequency.get(gram));
        double norm = Math.sqrt(vector.values().stream().mapToDouble(v -> v * v).sum());
        vector.replaceAll((gram, value) -> value / norm);
        return vector;
    }
}
