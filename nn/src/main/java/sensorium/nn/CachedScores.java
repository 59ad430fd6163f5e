package sensorium.nn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/** A decoder's scores for a {@link TokenSearch}, each token of each row computed once. Close it to free what is kept. */
public final class CachedScores implements TokenSearch.Scores, AutoCloseable {
    /** What a decoder says. */
    @FunctionalInterface
    public interface Decoder {
        /**
         * Scores of what follows the last of the tokens, (rows, tokens in all).
         *
         * @param ids (rows, T), I64: the prompt at the first call, when there is one row; then one token a row
         * @param cache of those before, and of what they attend to
         */
        Tensor next(Tensor ids, Transformer.Cache cache);
    }

    private final Transformer.Cache cache;
    private final List<Integer> prompt;
    private final Decoder decoder;

    /**
     * @param cache an empty one, which becomes this one's
     * @param prompt the tokens that stand before those that are searched for, at least one
     */
    public CachedScores(Transformer.Cache cache, List<Integer> prompt, Decoder decoder) {
        this.cache = cache;
        this.prompt = List.copyOf(prompt);
        this.decoder = decoder;
    }

    @Override
    public double[][] next(List<List<Integer>> rows, long[] from) {
        boolean first = cache.length() == 0;
        if (!first && !isSame(from)) {
            cache.select(from);
        }
        long[] last = first
                ? prompt.stream().mapToLong(Integer::longValue).toArray()
                : rows.stream().mapToLong(List::getLast).toArray();
        double[] all = Scope.tidy(() -> decoder.next(Tensor.of(last, rows.size(), last.length / rows.size()), cache)
                .toDoubles());
        int tokens = all.length / rows.size();
        var each = new double[rows.size()][];
        for (int i = 0; i < each.length; i++) {
            each[i] = Arrays.copyOfRange(all, i * tokens, (i + 1) * tokens);
        }
        return each;
    }

    private boolean isSame(long[] from) {
        return Arrays.equals(from, LongStream.range(0, cache.rows()).toArray());
    }

    @Override
    public void close() {
        cache.close();
    }
}
