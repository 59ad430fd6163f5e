package sensorium.nn.training;

import java.util.LinkedHashMap;
import java.util.Map;
import sensorium.random.Philox;

/**
 * Which items make up a batch: the data in a new random order every epoch, cut into batches of one size (a batch may straddle
 * two epochs). Batch n depends on the seed and n alone. Safe for several threads.
 */
public final class Epochs {
    private final int items;
    private final int batchSize;
    private final long seed;
    private final Map<Long, int[]> orders = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if there are no items */
    public Epochs(int items, int batchSize, long seed) {
        if (items < 1 || batchSize < 1) {
            throw new IllegalArgumentException(items + " items in batches of " + batchSize);
        }
        this.items = items;
        this.batchSize = batchSize;
        this.seed = seed;
    }

    /** Updates that show every item {@code epochs} times, of {@code parts} batches each. */
    public long steps(double epochs, int parts) {
        return Math.max(1, (long) Math.ceil(epochs * items / ((double) batchSize * parts)));
    }

    /** The items of a batch; see {@link Step#batch}. */
    public int[] batch(long number) {
        int[] chosen = new int[batchSize];
        long at = Math.multiplyExact(number, (long) batchSize);
        for (int i = 0; i < batchSize; i++) {
            chosen[i] = order((at + i) / items)[(int) ((at + i) % items)];
        }
        return chosen;
    }

    private synchronized int[] order(long epoch) {
        int[] known = orders.get(epoch);
        if (known == null) {
            known = Philox.keyed(seed, epoch).permutation(items);
            orders.put(epoch, known);
            if (orders.size() > 4) {
                orders.remove(orders.keySet().iterator().next());
            }
        }
        return known;
    }
}
