package sensorium.multimodal.geometry;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import sensorium.multimodal.Material;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.Item;
import sensorium.random.Philox;

/**
 * Labelled things that a tower can be tried on: some to learn from, others that are asked for.
 *
 * @param tower what perceives them
 * @param labels the classes
 * @param pool to learn from, at most 200 a class, evenly spread over what there is
 * @param test to be asked for, at most 2,000
 */
public record Labelled(Tower tower, List<String> labels, Examples pool, Examples test) {
    private static final int POOL = 200; // of a class
    private static final int TEST = 2000;

    /**
     * Decodes them: pictures where there are labelled ones, else sounds.
     *
     * @param training items to learn from
     * @param held items to be asked for; those that are among {@code training} are not
     * @return nothing where there are no two labels, or none is left to be asked for
     */
    public static Optional<Labelled> of(
            SharedSpace space, List<Item> training, List<Item> held, long seed, Material.Watcher watcher) {
        Sense sense = labelled(training, Sense.PICTURE).isEmpty() ? Sense.SOUND : Sense.PICTURE;
        List<Item> pool = labelled(training, sense);
        Map<String, List<Item>> byLabel = new TreeMap<>();
        pool.forEach(i -> byLabel.computeIfAbsent(i.label().orElseThrow(), _ -> new ArrayList<>())
                .add(i));
        Set<Item> known = new HashSet<>(training);
        List<Item> test = spread(
                labelled(held, sense).stream()
                        .filter(i -> byLabel.containsKey(i.label().orElseThrow()) && !known.contains(i))
                        .toList(),
                TEST);
        if (byLabel.size() < 2 || test.isEmpty()) {
            return Optional.empty();
        }
        var tower = new Tower(space, sense);
        List<String> labels = List.copyOf(byLabel.keySet());
        ClassifierConfig config = tower.classifier(labels);
        List<Item> some = byLabel.values().stream()
                .flatMap(items -> spread(items, POOL).stream())
                .toList();
        return Optional.of(new Labelled(
                tower, labels, Examples.of(config, some, seed, watcher), Examples.forScoring(config, test, watcher)));
    }

    private static List<Item> labelled(List<Item> items, Sense sense) {
        return items.stream()
                .filter(i -> i.label().isPresent()
                        && !(sense == Sense.PICTURE
                                ? i.pictures().isEmpty()
                                : i.sounds().isEmpty()))
                .toList();
    }

    private static List<Item> spread(List<Item> items, int most) {
        int n = Math.min(items.size(), most);
        List<Item> some = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            some.add(items.get((int) ((long) i * items.size() / n)));
        }
        return some;
    }

    /** How often the most frequent class of the pool is right. */
    public double majority() {
        int[] count = new int[labels.size()];
        for (int label : pool.labels()) {
            count[label]++;
        }
        int most = 0;
        for (int c = 1; c < count.length; c++) {
            most = count[c] > count[most] ? c : most;
        }
        int right = 0;
        for (int label : test.labels()) {
            right += label == most ? 1 : 0;
        }
        return (double) right / test.size();
    }

    /**
     * A few examples of each class, all that it has where it has fewer. Of one draw, what are few are among those that are more.
     *
     * @return numbers into the pool
     */
    int[] few(int shots, long seed, int draw) {
        List<Integer> chosen = new ArrayList<>();
        int[] of = pool.labels();
        for (int c = 0; c < labels.size(); c++) {
            List<Integer> members = new ArrayList<>();
            for (int i = 0; i < of.length; i++) {
                if (of[i] == c) {
                    members.add(i);
                }
            }
            int[] order = Philox.keyed(seed, draw, c).permutation(members.size());
            for (int i = 0; i < Math.min(shots, order.length); i++) {
                chosen.add(members.get(order[i]));
            }
        }
        return chosen.stream().mapToInt(Integer::intValue).toArray();
    }
}
