package sensorium.multimodal.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;
import sensorium.memory.Scope;
import sensorium.op.Dispatch;
import sensorium.op.Fused;
import sensorium.tensor.Tensor;

/** All vectors of one state of an index, side by side: every query is held against every one of them. */
final class ExactScan {
    private final Tensor vectors; // (N, D), null where there are none
    private final int[] items; // (N) document of the item that each is of
    private final int mostOfAnItem;

    private ExactScan(Tensor vectors, int[] items) {
        this.vectors = vectors;
        this.items = items;
        int most = 0;
        for (int from = 0, i = 0; i < items.length; i++) {
            from = items[i] == items[from] ? from : i;
            most = Math.max(most, i - from + 1);
        }
        this.mostOfAnItem = most;
    }

    static ExactScan of(IndexReader reader, BitSetProducer blocks, int vectors, int width) throws IOException {
        float[] flat = new float[Math.multiplyExact(vectors, width)];
        int[] items = new int[vectors];
        int n = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            FloatVectorValues values = leaf.reader().getFloatVectorValues(Documents.VECTOR);
            BitSet ends = blocks.getBitSet(leaf);
            if (values == null || ends == null) {
                continue;
            }
            Bits live = leaf.reader().getLiveDocs();
            KnnVectorValues.DocIndexIterator each = values.iterator();
            for (int doc = each.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = each.nextDoc()) {
                if (live == null || live.get(doc)) {
                    System.arraycopy(values.vectorValue(each.index()), 0, flat, n * width, width);
                    items[n++] = leaf.docBase + ends.nextSetBit(doc);
                }
            }
        }
        return new ExactScan(
                n == 0 ? null : Scope.tidy(() -> Tensor.of(flat, vectors, width).keep()), items);
    }

    /**
     * The nearest items, the nearest first; the score is the cosine.
     *
     * @param allowed documents of the items that may be found; null for all
     */
    List<ScoreDoc> nearest(float[] query, int k, Set<Integer> allowed) {
        long[] rows = allowed == null
                ? null
                : IntStream.range(0, items.length)
                        .filter(i -> allowed.contains(items[i]))
                        .asLongStream()
                        .toArray();
        int there = rows == null ? items.length : rows.length;
        // So many vectors belong to k items at least.
        int enough = (int) Math.min(there, (long) k * mostOfAnItem);
        List<ScoreDoc> found = new ArrayList<>();
        if (enough == 0) {
            return found;
        }
        Scope.tidyRun(() -> {
            Tensor among = rows == null ? vectors : vectors.indexSelect(0, Tensor.of(rows, rows.length));
            List<Tensor> nearest =
                    Dispatch.run(new Fused.Nearest(enough), List.of(among, Tensor.of(query, 1, query.length)));
            float[] cosines = nearest.get(0).toFloats();
            long[] at = nearest.get(1).toLongs();
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < enough && found.size() < k; i++) {
                int row = (int) (rows == null ? at[i] : rows[(int) at[i]]);
                if (seen.add(items[row])) {
                    found.add(new ScoreDoc(items[row], cosines[i]));
                }
            }
        });
        return found;
    }

    void release() {
        if (vectors != null) {
            vectors.release();
        }
    }
}
