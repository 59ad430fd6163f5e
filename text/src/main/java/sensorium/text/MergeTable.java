package sensorium.text;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * Which neighbouring tokens become one, and in what order: the heart of byte-pair encoding (Sennrich et al., arXiv
 * 1508.07909). A hash table from (left, right) to (rank, merged); of all pairs present the one with the lowest rank is
 * merged first, the leftmost of equals.
 */
final class MergeTable {
    private static final long FREE = -1;

    private long[] pairs;
    private int[] ranks;
    private int[] merged;
    private int count;

    MergeTable(int expected) {
        int capacity = Integer.highestOneBit(Math.max(8, expected)) * 4;
        pairs = new long[capacity];
        ranks = new int[capacity];
        merged = new int[capacity];
        Arrays.fill(pairs, FREE);
    }

    /** Adds a merge; of two for the same pair the lower rank counts. */
    void put(int left, int right, int rank, int into) {
        if (2 * (count + 1) > pairs.length) {
            grow();
        }
        int slot = slot((long) left << 32 | right);
        if (pairs[slot] == FREE) {
            pairs[slot] = (long) left << 32 | right;
            count++;
        } else if (ranks[slot] <= rank) {
            return;
        }
        ranks[slot] = rank;
        merged[slot] = into;
    }

    private void grow() {
        var old = new MergeTable(pairs.length);
        for (int i = 0; i < pairs.length; i++) {
            if (pairs[i] != FREE) {
                old.put((int) (pairs[i] >>> 32), (int) pairs[i], ranks[i], merged[i]);
            }
        }
        pairs = old.pairs;
        ranks = old.ranks;
        merged = old.merged;
    }

    private int slot(long pair) {
        long h = pair * 0x9E3779B97F4A7C15L;
        int slot = (int) (h ^ h >>> 32) & (pairs.length - 1);
        while (pairs[slot] != FREE && pairs[slot] != pair) {
            slot = (slot + 1) & (pairs.length - 1);
        }
        return slot;
    }

    /**
     * Merges as long as anything can be merged, in O(n log n).
     *
     * @param tokens overwritten with the result from the left
     * @return how many are left
     */
    int merge(int[] tokens, int n) {
        if (n < 2) {
            return n;
        }
        // A linked list over the positions; a merge keeps the left position and unlinks the right one.
        var next = new int[n];
        var previous = new int[n];
        var candidates = new PriorityQueue<Long>(); // rank in the high half, position in the low half
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        for (int i = 0; i + 1 < n; i++) {
            offer(tokens, next, i, n, candidates);
        }
        for (var best = candidates.poll(); best != null; best = candidates.poll()) {
            int at = (int) (long) best;
            // A candidate is stale if its position was unlinked or its pair is another by now.
            if (tokens[at] < 0 || next[at] >= n) {
                continue;
            }
            int slot = slot((long) tokens[at] << 32 | tokens[next[at]]);
            if (pairs[slot] == FREE || ranks[slot] != (int) (best >>> 32)) {
                continue;
            }
            int gone = next[at];
            tokens[at] = merged[slot];
            tokens[gone] = -1;
            next[at] = next[gone];
            if (next[gone] < n) {
                previous[next[gone]] = at;
            }
            offer(tokens, next, at, n, candidates);
            if (previous[at] >= 0) {
                offer(tokens, next, previous[at], n, candidates);
            }
        }
        int out = 0;
        for (int i = 0; i < n; i = next[i]) {
            tokens[out++] = tokens[i];
        }
        return out;
    }

    private void offer(int[] tokens, int[] next, int at, int n, PriorityQueue<Long> candidates) {
        if (next[at] < n) {
            int slot = slot((long) tokens[at] << 32 | tokens[next[at]]);
            if (pairs[slot] != FREE) {
                candidates.add((long) ranks[slot] << 32 | at);
            }
        }
    }
}
