package sensorium.nn.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.random.Philox;

/**
 * Batches of items that are about equally long, so that little of them is padding. Every epoch shows each item once, in other company and in
 * another order. Batch n depends on the seed and n alone. Safe for several threads.
 */
public final class Buckets {
    /** How much longer or shorter an item counts when an epoch sorts it. */
    private static final double SPREAD = 0.15;

    private final int[] lengths;
    private final int[] ends; // of each batch in the sorted order
    private final long seed;
    private final Map<Long, int[][]> epochs = new LinkedHashMap<>();

    /**
     * @param lengths of the items
     * @param room what a batch may hold: its items, each as long as the longest
     * @param most items of a batch
     * @throws IllegalArgumentException if there are no items
     */
    public Buckets(int[] lengths, long room, int most, long seed) {
        if (lengths.length == 0 || most < 1) {
            throw new IllegalArgumentException(lengths.length + " items in batches of at most " + most);
        }
        this.lengths = lengths.clone();
        this.seed = seed;
        int[] sorted = IntStream.of(lengths).sorted().toArray();
        List<Integer> cuts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < sorted.length; i++) {
            long padded = (long) (i + 1 - from) * sorted[i];
            if (i > from && (padded > room || i - from == most)) {
                cuts.add(i);
                from = i;
            }
        }
        cuts.add(sorted.length);
        this.ends = cuts.stream().mapToInt(c -> c).toArray();
    }

    /** Batches that show every item once. */
    public int batches() {
        return ends.length;
    }

    /** Updates that show every item {@code epochs} times. */
    public long steps(double epochs) {
        return Math.max(1, (long) Math.ceil(epochs * ends.length));
    }

    /** The items of a batch; see {@link Step#batch}. */
    public int[] batch(long number) {
        return epoch(number / ends.length)[(int) (number % ends.length)].clone();
    }

    private synchronized int[][] epoch(long number) {
        int[][] known = epochs.get(number);
        if (known == null) {
            known = made(number);
            epochs.put(number, known);
            if (epochs.size() > 4) {
                epochs.remove(epochs.keySet().iterator().next());
            }
        }
        return known;
    }

    private int[][] made(long epoch) {
        Philox random = Philox.keyed(seed, epoch, 1);
        int[] order = IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> lengths[i] * random.uniform(i, 1 - SPREAD, 1 + SPREAD)))
                .mapToInt(i -> i)
                .toArray();
        int[] turns = Philox.keyed(seed, epoch, 2).permutation(ends.length);
        int[][] batches = new int[ends.length][];
        for (int b = 0; b < ends.length; b++) {
            int from = b == 0 ? 0 : ends[b - 1];
            batches[turns[b]] = Arrays.copyOfRange(order, from, ends[b]);
        }
        return batches;
    }
}
