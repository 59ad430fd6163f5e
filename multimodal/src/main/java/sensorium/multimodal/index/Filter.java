package sensorium.multimodal.index;

import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.QueryBuilder;
import sensorium.BadInputException;

/**
 * Which items may be found.
 *
 * @param label only those of this label; null for any
 * @param words only those that have all these words in their captions or their label, in any order; null for any
 */
public record Filter(String label, String words) {
    /** Every item. */
    public static final Filter NONE = new Filter(null, null);

    /**
     * Over the documents of items; null where all may be found.
     *
     * @throws BadInputException if {@code words} holds no word
     */
    Query query() {
        if (label == null && words == null) {
            return null;
        }
        var all = new BooleanQuery.Builder();
        if (label != null) {
            all.add(new TermQuery(new Term(Documents.LABEL, label)), BooleanClause.Occur.FILTER);
        }
        if (words != null) {
            Query spoken = new QueryBuilder(Documents.analyzer())
                    .createBooleanQuery(Documents.TEXT, words, BooleanClause.Occur.MUST);
            if (spoken == null) {
                throw new BadInputException("'" + words + "' holds no word to filter by");
            }
            all.add(spoken, BooleanClause.Occur.FILTER);
        }
        return all.build();
    }
}
