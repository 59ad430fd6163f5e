package sensorium.multimodal.index;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.QueryBitSetProducer;

/**
 * Items as Lucene's documents: one for each vector, then one for the item itself, in a block that is written, replaced and deleted
 * as a whole.
 */
final class Documents {
    static final String VECTOR = "vector";
    static final String LABEL = "label";
    static final String TEXT = "text";

    private static final String ITEM = "item";
    private static final String CAPTION = "caption";
    private static final String IMAGE = "image";
    private static final String AUDIO = "audio";
    private static final String KIND = "kind";

    /** The documents of the items themselves. */
    static final Query ITEMS = new TermQuery(new Term(KIND, ITEM));

    private Documents() {}

    /** How captions are cut into words, by whoever writes and whoever filters. */
    static Analyzer analyzer() {
        return new StandardAnalyzer();
    }

    /** Tells where a block ends. */
    static BitSetProducer blocks() {
        return new QueryBitSetProducer(ITEMS);
    }

    /** All documents of an item. */
    static Term item(String name) {
        return new Term(ITEM, name);
    }

    static List<Document> of(Entry entry) {
        List<Document> block = new ArrayList<>();
        for (float[] vector : entry.vectors()) {
            var document = new Document();
            document.add(new StringField(ITEM, entry.item(), Field.Store.NO));
            document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
            block.add(document);
        }
        Hit shown = entry.shown();
        var last = new Document();
        last.add(new StringField(ITEM, entry.item(), Field.Store.YES));
        last.add(new StringField(KIND, ITEM, Field.Store.NO));
        if (shown.label() != null) {
            last.add(new StringField(LABEL, shown.label(), Field.Store.YES));
        }
        entry.texts().forEach(text -> last.add(new TextField(TEXT, text, Field.Store.NO)));
        store(last, CAPTION, shown.text());
        store(last, IMAGE, shown.image());
        store(last, AUDIO, shown.audio());
        block.add(last);
        return block;
    }

    private static void store(Document document, String name, Object value) {
        if (value != null) {
            document.add(new StoredField(name, value.toString()));
        }
    }

    /** The item of its document. */
    static Hit hit(Document stored, double score) {
        return new Hit(
                score,
                stored.get(ITEM),
                stored.get(CAPTION),
                path(stored.get(IMAGE)),
                path(stored.get(AUDIO)),
                stored.get(LABEL));
    }

    /** Null where this machine knows no such path: an index may come from another. */
    private static Path path(String text) {
        try {
            return text == null ? null : Path.of(text);
        } catch (InvalidPathException _) {
            return null;
        }
    }
}
