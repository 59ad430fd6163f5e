package sensorium.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Learns a {@link ByteBpe} from texts: the most frequent pair of neighbours becomes a token, again and again (Gage 1994;
 * Sennrich et al., arXiv 1508.07909). Pair counts are kept up to date, so that a merge costs only the words it touches.
 * The result depends on the texts alone, not on their order: of equally frequent pairs the one with the lower ids wins.
 *
 * @param size tokens in all, special ones and the 256 bytes included
 * @param leastCount pairs seen less often are not merged
 * @param specials names of the special tokens, which get the first ids
 */
public record BpeTrainer(int size, int leastCount, List<String> specials) {
    public BpeTrainer {
        specials = List.copyOf(specials);
        if (size < 256 + specials.size() || leastCount < 1) {
            throw new IllegalArgumentException("%d tokens: at least the 256 bytes and %d special ones are needed"
                    .formatted(size, specials.size()));
        }
    }

    /** A distinct word: its tokens so far and how often it occurs. */
    private static final class Word {
        int[] tokens;
        final long count;

        Word(int[] tokens, long count) {
            this.tokens = tokens;
            this.count = count;
        }
    }

    /** A pair as it was counted when it was put into the queue. */
    private record Candidate(long pair, long count) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            int byCount = Long.compare(other.count, count);
            return byCount != 0 ? byCount : Long.compare(pair, other.pair);
        }
    }

    /** Trains on texts. */
    public ByteBpe train(Iterable<String> texts) {
        var tokens = new ArrayList<byte[]>();
        var specialIds = new LinkedHashMap<String, Integer>();
        for (var special : specials) {
            specialIds.put(special, tokens.size());
            tokens.add(null);
        }
        var byteIds = new int[256];
        for (int b : ByteAlphabet.ORDER) {
            byteIds[b] = tokens.size();
            tokens.add(new byte[] {(byte) b});
        }
        var words = words(texts, byteIds);
        var counts = new HashMap<Long, Long>();
        var where = new HashMap<Long, List<Integer>>(); // may name a word twice, or one that has lost the pair
        for (int w = 0; w < words.size(); w++) {
            var word = words.get(w);
            for (int i = 0; i + 1 < word.tokens.length; i++) {
                count(word.tokens[i], word.tokens[i + 1], word.count, w, counts, where);
            }
        }
        var queue = new PriorityQueue<Candidate>();
        counts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));

        var ids = ByteBpe.idsByBytes(tokens, "bytes");
        var merges = new ArrayList<ByteBpe.Merge>();
        while (tokens.size() < size && !queue.isEmpty()) {
            var best = queue.poll();
            long count = counts.getOrDefault(best.pair, 0L);
            if (count != best.count) {
                if (count > 0) {
                    queue.add(new Candidate(best.pair, count)); // it has changed since: to its new place
                }
                continue;
            }
            if (count < leastCount) {
                break;
            }
            int left = (int) (best.pair >>> 32);
            int right = (int) best.pair;
            var bytes = concat(tokens.get(left), tokens.get(right));
            var known = ids.putIfAbsent(ByteAlphabet.spell(bytes), tokens.size());
            int into = known == null ? tokens.size() : known; // the same bytes may come about in two ways
            merges.add(new ByteBpe.Merge(left, right, merges.size()));
            if (known == null) {
                tokens.add(bytes);
            }

            var changed = new HashSet<Long>();
            for (int w : where.remove(best.pair)) {
                merge(words.get(w), w, left, right, into, counts, where, changed);
            }
            counts.remove(best.pair);
            for (long pair : changed) {
                if (counts.getOrDefault(pair, 0L) > 0) {
                    queue.add(new Candidate(pair, counts.get(pair)));
                }
            }
        }
        return new ByteBpe(tokens, merges, specialIds, "trained vocabulary");
    }

    private static List<Word> words(Iterable<String> texts, int[] byteIds) {
        var frequencies = new TreeMap<String, Long>();
        for (var text : texts) {
            var matcher = ByteBpe.WORDS.matcher(text);
            while (matcher.find()) {
                frequencies.merge(matcher.group(), 1L, Long::sum);
            }
        }
        var words = new ArrayList<Word>(frequencies.size());
        frequencies.forEach((word, count) -> {
            var bytes = Wtf8.encode(word);
            var ids = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                ids[i] = byteIds[bytes[i] & 0xff];
            }
            words.add(new Word(ids, count));
        });
        return words;
    }

    private static void count(
            int left, int right, long count, int w, Map<Long, Long> counts, Map<Long, List<Integer>> where) {
        long pair = (long) left << 32 | right;
        counts.merge(pair, count, Long::sum);
        where.computeIfAbsent(pair, k -> new ArrayList<>()).add(w);
    }

    /** Replaces a pair in one word, and corrects the counts of its neighbours. */
    private static void merge(
            Word word,
            int w,
            int left,
            int right,
            int into,
            Map<Long, Long> counts,
            Map<Long, List<Integer>> where,
            Set<Long> changed) {
        var old = word.tokens;
        var merged = new int[old.length];
        int n = 0;
        for (int i = 0; i < old.length; i++) {
            if (i + 1 < old.length && old[i] == left && old[i + 1] == right) {
                merged[n++] = into;
                i++;
            } else {
                merged[n++] = old[i];
            }
        }
        if (n == old.length) {
            return; // it is named twice, or lost the pair to an earlier merge
        }
        for (int i = 0; i + 1 < old.length; i++) {
            long pair = (long) old[i] << 32 | old[i + 1];
            counts.merge(pair, -word.count, Long::sum);
            changed.add(pair);
        }
        word.tokens = Arrays.copyOf(merged, n);
        for (int i = 0; i + 1 < n; i++) {
            count(merged[i], merged[i + 1], word.count, w, counts, where);
            changed.add((long) merged[i] << 32 | merged[i + 1]);
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        var both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
